package io.kvapp.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kvapp.KVServer;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.SteppedClock;
import io.kvapp.server.settings.TlsSettings;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class TlsEndpointTest {
  @TempDir private static Path made;
  private static TestCertificates first;
  private static TestCertificates second;

  private final SteppedClock clock = new SteppedClock();
  @TempDir private Path folder;
  private KVServer server;

  @BeforeAll
  static void make() throws Exception {
    first = TestCertificates.make(made, "first", "-keyalg", "RSA", "-keysize", "2048");
    second = TestCertificates.make(made, "second", "-keyalg", "EC", "-groupname", "secp256r1");
  }

  @AfterEach
  void close() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void start_pemFiles_servesHttps() throws Exception {
    start(first.pemFiles(folder));

    assertServes(client(first));
    assertThatThrownBy(() -> get(client(second), "/api/auth")).isInstanceOf(SSLException.class);
  }

  @Test
  void start_keyStore_servesHttps() throws Exception {
    start(TlsSettings.keyStore(second.keyStore(), TestCertificates.PASSWORD));

    assertServes(client(second));
  }

  @Test
  void start_newCertificateInTheFiles_isInUseWithoutRestart() throws Exception {
    start(first.pemFiles(folder));
    assertThat(presented("TLSv1.3")).isEqualTo(first.certificate());

    second.pemFiles(folder);
    clock.advance(Duration.ofSeconds(1));

    assertThat(presented("TLSv1.3")).isEqualTo(second.certificate());
    assertThat(presented("TLSv1.2")).isEqualTo(second.certificate());
    assertServes(client(second));
  }

  @Test
  void start_damagedCertificateInTheFiles_keepsTheOneBefore() throws Exception {
    start(first.pemFiles(folder));
    Files.writeString(folder.resolve("server.crt"), second.certificatePem());
    clock.advance(Duration.ofSeconds(1));

    assertThat(presented("TLSv1.3")).isEqualTo(first.certificate());
    Files.writeString(folder.resolve("server.key"), second.keyPem());
    clock.advance(Duration.ofSeconds(1));
    assertThat(presented("TLSv1.3")).isEqualTo(second.certificate());
  }

  @Test
  void start_protocols_areTls13And12() throws Exception {
    start(first.pemFiles(folder));
    try (SSLSocket socket = connect()) {
      socket.startHandshake();
      assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
    }
    try (SSLSocket socket = connect()) {
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      socket.startHandshake();
      assertThat(socket.getSession().getCipherSuite()).startsWith("TLS_ECDHE_");
    }
    try (SSLSocket socket = connect()) {
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      socket.setEnabledCipherSuites(
          new String[] {"TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"});
      assertThatThrownBy(socket::startHandshake).isInstanceOf(IOException.class);
    }
  }

  @Test
  void start_secondHandshakeOnAConnection_endsIt() throws Exception {
    start(first.pemFiles(folder));
    try (SSLSocket socket = connect()) {
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      tokenBy(socket);
      socket.startHandshake();
      assertThatThrownBy(() -> tokenBy(socket)).isInstanceOf(IOException.class);
    }
    assertServes(client(first));
  }

  @Test
  void start_plainRequestToTheTlsPort_endsAndHarmsNobody() throws Exception {
    start(first.pemFiles(folder));
    for (int attempt = 0; attempt < 20; attempt++) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
        socket.getOutputStream().write("GET /api/auth HTTP/1.1\r\n\r\n".getBytes());
        byte[] answer = socket.getInputStream().readAllBytes();
        assertThat(new String(answer, StandardCharsets.ISO_8859_1)).doesNotContain("token");
      }
    }
    assertServes(client(first));
  }

  @Test
  void start_clientThatSaysNothing_isClosedByTheHeadTimeout() throws Exception {
    Duration soon = Duration.ofMillis(100);
    start(HttpEndpoint.builder().tls(first.pemFiles(folder)).headTimeout(soon).build());
    try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      silent.setSoTimeout(30_000);
      assertThat(endsBeforeTimeout(silent.getInputStream())).isTrue();
    }
  }

  @Test
  void start_bodyThatTakesTooLong_is408() throws Exception {
    Duration soon = Duration.ofMillis(100);
    start(HttpEndpoint.builder().tls(first.pemFiles(folder)).bodyTimeout(soon).build());
    try (SSLSocket slow = connect()) {
      String head = "POST /api/auth HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n";
      slow.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      String answer = new String(slow.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 408 ").contains("Connection: close");
    }
  }

  @Test
  void start_idleConnectionsUpToTheMemoryForThem_leaveItToRequests() throws Exception {
    start(HttpEndpoint.builder().tls(first.pemFiles(folder)).maxBufferedBytes(1 << 20).build());
    String token = token(client(first));
    List<SSLSocket> open = new ArrayList<>();
    try {
      while (open.size() < 12 && open.stream().noneMatch(SSLSocket::isClosed)) {
        SSLSocket next = connect();
        open.add(next);
        try {
          next.startHandshake();
        } catch (IOException refused) {
          next.close();
        }
      }
      String body = "{\"key\":\"kulcs\",\"value\":\"" + "v".repeat(100_000) + "\"}";
      SSLSocket busy = open.get(0);
      busy.getOutputStream().write(post("insert", token, "Connection: close\r\n", body));
      String answer = new String(busy.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 201 ");
    } finally {
      for (SSLSocket each : open) {
        each.close();
      }
    }
  }

  @Test
  void start_manyRequestsOfOneConnection_areAnsweredInOrder() throws Exception {
    start(first.pemFiles(folder));
    try (SSLSocket socket = connect()) {
      StringBuilder requests = new StringBuilder();
      for (int index = 0; index < 100; index++) {
        requests.append("GET /path").append(index).append(" HTTP/1.1\r\nHost: localhost\r\n\r\n");
      }
      requests.append("GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      socket.getOutputStream().write(requests.toString().getBytes(StandardCharsets.US_ASCII));
      String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answers.split("HTTP/1.1 404 ", -1)).hasSize(102);
    }
  }

  @Test
  @Timeout(60)
  void start_clientThatLeavesInMidSearch_givesItsPlaceBack() throws Exception {
    start(HttpEndpoint.builder().tls(first.pemFiles(folder)).maxConnections(1).build());
    for (int number = 0; number < 24; number++) {
      server.store().put("wide" + number, "v".repeat(900_000));
    }
    try (SSLSocket leaving = connect()) {
      String token = tokenBy(leaving);
      leaving.getOutputStream().write(post("search", token, "", "{\"prefix\":\"wide\"}"));
      assertThat(leaving.getInputStream().readNBytes(100_000)).hasSize(100_000);
    }
    int status = 503;
    while (status == 503) {
      try {
        status = get(client(first), "/api/auth").statusCode();
      } catch (IOException refused) {
        Thread.onSpinWait();
      }
    }
    assertThat(status).isEqualTo(200);
  }

  private static String tokenBy(SSLSocket socket) throws IOException {
    String request = "GET /api/auth HTTP/1.1\r\nHost: localhost\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    StringBuilder answer = new StringBuilder();
    while (answer.indexOf("\"}") < 0) {
      int octet = socket.getInputStream().read();
      if (octet < 0) {
        throw new EOFException("the connection ended after " + answer);
      }
      answer.append((char) octet);
    }
    return answer.toString().replaceAll("(?s).*\\{\"token\":\"(.*)\"}", "$1");
  }

  @Test
  void start_curl_getsAToken() throws Exception {
    assumeProgram("curl");
    start(first.pemFiles(folder));

    String answer =
        run(
            "",
            "curl",
            "-sS",
            "--max-time",
            "20",
            "--cacert",
            folder.resolve("server.crt").toString(),
            url("/api/auth"));

    assertThat(answer).startsWith("{\"token\":\"ey");
    assertThat(
            run("", "curl", "-sS", "--max-time", "20", "--tls-max", "1.1", "-k", url("/api/auth")))
        .startsWith("curl: (");
  }

  @Test
  void start_opensslClient_agreesOnModernProtocolsOnly() throws Exception {
    assumeProgram("openssl");
    start(first.pemFiles(folder));
    String request = "GET /api/auth HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    for (String protocol : List.of("-tls1_2", "-tls1_3")) {
      assertThat(client(request, protocol)).contains("HTTP/1.1 200 OK").contains("\"token\"");
    }
    for (String protocol : List.of("-tls1", "-tls1_1")) {
      assertThat(client(request, protocol)).doesNotContain("HTTP/1.1").contains("alert");
    }
  }

  private String client(String request, String protocol) throws Exception {
    String address = "localhost:" + server.port();
    return run(
        request,
        "openssl",
        "s_client",
        "-ign_eof",
        protocol,
        "-cipher",
        "ALL:@SECLEVEL=0",
        "-connect",
        address);
  }

  private void start(TlsSettings settings) {
    start(HttpEndpoint.builder().tls(settings).build());
  }

  private void start(HttpEndpoint endpoint) {
    server = KVServer.builder().inMemory().port(0).clock(clock).endpoint(endpoint).build().start();
  }

  private String url(String path) {
    return "https://localhost:" + server.port() + path;
  }

  private HttpResponse<String> get(HttpClient client, String path) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url(path))).build();
    return client.send(request, BodyHandlers.ofString());
  }

  private static byte[] post(String endpoint, String token, String headers, String body) {
    return """
        POST /api/%s HTTP/1.1\r
        Host: localhost\r
        x-access-tokens: %s\r
        %sContent-Length: %d\r
        \r
        %s"""
        .formatted(endpoint, token, headers, body.length(), body)
        .getBytes(StandardCharsets.US_ASCII);
  }

  private String token(HttpClient client) throws Exception {
    return get(client, "/api/auth").body().replaceAll("\\{\"token\":\"(.*)\"}", "$1");
  }

  private void assertServes(HttpClient client) throws Exception {
    String token = token(client);
    String value = "é".repeat(100_000);
    String body = "{\"key\":\"kulcs\",\"value\":\"" + value + "\"}";
    HttpRequest insert =
        HttpRequest.newBuilder(URI.create(url("/api/insert")))
            .header("x-access-tokens", token)
            .POST(BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> inserted = client.send(insert, BodyHandlers.ofString());
    assertThat(inserted.statusCode()).isEqualTo(201);
    assertThat(inserted.body()).isEqualTo(body);
    assertThat(server.store().get("kulcs")).contains(value);
  }

  private Certificate presented(String protocol) throws Exception {
    try (SSLSocket socket = connect()) {
      socket.setEnabledProtocols(new String[] {protocol});
      socket.startHandshake();
      return socket.getSession().getPeerCertificates()[0];
    }
  }

  private SSLSocket connect() throws Exception {
    return (SSLSocket)
        TestCertificates.trusting(first, second)
            .getSocketFactory()
            .createSocket(InetAddress.getLoopbackAddress(), server.port());
  }

  private static HttpClient client(TestCertificates trusted) throws Exception {
    return HttpClient.newBuilder().sslContext(TestCertificates.trusting(trusted)).build();
  }

  private static boolean endsBeforeTimeout(InputStream input) {
    try {
      input.readAllBytes();
      return true;
    } catch (SocketTimeoutException stillOpen) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  private static void assumeProgram(String name) throws InterruptedException {
    boolean isThere;
    try {
      Process process =
          new ProcessBuilder(name, name.equals("curl") ? "--version" : "version")
              .redirectErrorStream(true)
              .start();
      process.getInputStream().readAllBytes();
      isThere = process.waitFor() == 0;
    } catch (IOException absent) {
      isThere = false;
    }
    assumeTrue(isThere, name + " is not on this machine");
  }

  private static String run(String input, String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      try (var stdin = process.getOutputStream()) {
        new ByteArrayInputStream(input.getBytes(StandardCharsets.US_ASCII)).transferTo(stdin);
      } catch (IOException ended) {
        // It has ended without reading; what it printed tells why.
      }
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      return output;
    } finally {
      process.destroyForcibly();
    }
  }
}

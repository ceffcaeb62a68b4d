package io.kvapp.server.auth.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.KVServer;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.auth.users.UserRegister;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.PlainRequest;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.settings.AuthSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LocalGateTest {
  private static final List<String> PATHS =
      List.of(
          "GET /api/auth",
          "POST /api/insert",
          "GET /api/search",
          "GET /",
          "GET /healthz",
          "OPTIONS /api/auth");

  private static KVServer server;

  @BeforeAll
  static void start() {
    HttpEndpoint endpoint =
        HttpEndpoint.builder()
            .allowedHosts(List.of("KV.example"))
            .corsOrigins(List.of("https://app.example", "http://localhost:3000"))
            .build();
    server = KVServer.builder().inMemory().port(0).endpoint(endpoint).build().start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LOCALHOST:5000",
        "app.localhost:5000",
        "127.0.0.1",
        "127.0.0.1:5000",
        "127.255.0.9",
        "[::1]",
        "[::1]:5000",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]:5000",
        "kv.example",
        "KV.EXAMPLE:5000"
      })
  void handle_hostOfThisMachine_passes(String host) throws IOException {
    assertThat(answer("GET /api/auth HTTP/1.1\r\nHost: " + host + "\r\n\r\n").status())
        .isEqualTo(200);
    assertThat(answer("GET /api/auth HTTP/1.0\r\nHost: " + host + "\r\n\r\n").status())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":5000",
        "evil",
        "ai",
        "x",
        "evil%2ecom",
        "loc%61lhost",
        "evil.example:5000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "notlocalhost",
        "localhost.",
        "127.1",
        "127.0.0.256",
        "192.0.2.1",
        "0.0.0.0",
        "[::2]",
        "kv.example.evil"
      })
  void handle_anyOtherHost_isRefusedOnEveryPath(String host) throws IOException {
    for (String path : PATHS) {
      Answer answer = answer(path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.text())
          .contains("\"without users, the Host of a request must be localhost")
          .contains("--allowed-host NAME");
    }
  }

  @Test
  void handle_noHost_isRefused() throws IOException {
    for (String path : PATHS) {
      assertThat(answer(path + " HTTP/1.0\r\n\r\n").status()).isEqualTo(403);
    }
    assertThat(answer("GET http://localhost/api/auth HTTP/1.0\r\n\r\n").status()).isEqualTo(403);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Forwarded: for=192.0.2.1",
        "X-Forwarded-For: 127.0.0.1",
        "x-forwarded-host: localhost",
        "X-Forwarded-Proto:",
        "X-Forwarded-Anything: x",
        "X-Real-IP: 127.0.0.1",
        "Via: 1.1 tunnel"
      })
  void handle_forwarded_isRefusedOnEveryPath(String header) throws IOException {
    for (String path : PATHS) {
      Answer answer = answer(path + " HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n\r\n");
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.text()).contains("proxy or tunnel", "--users FILE", "--trusted-proxy");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: https://evil.example",
        "Origin: null",
        "Origin: http://localhost",
        "Origin: https://localhost:5000",
        "Origin: http://localhost:5000.evil.example",
        "Origin: https://evil.example\r\nSec-Fetch-Site: same-origin",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site"
      })
  void handle_pageOfAnotherOrigin_isRefusedOnEveryPath(String headers) throws IOException {
    for (String path : PATHS) {
      Answer answer = answer(path + " HTTP/1.1\r\nHost: localhost:5000\r\n" + headers + "\r\n\r\n");
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.text()).contains("web pages of other origins", "--cors-origin ORIGIN");
      assertThat(answer.headers()).noneMatch(line -> line.startsWith("Access-Control-"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: http://localhost:5000",
        "Origin: http://localhost:5000\r\nSec-Fetch-Site: same-origin",
        "Origin: https://app.example\r\nSec-Fetch-Site: cross-site",
        "Origin: http://localhost:3000\r\nSec-Fetch-Site: same-site",
        "Sec-Fetch-Site: same-origin",
        "Sec-Fetch-Site: none",
        "X-Forwarding: x"
      })
  void handle_ownOrListedPage_passes(String headers) throws IOException {
    assertThat(
            answer("GET /api/auth HTTP/1.1\r\nHost: localhost:5000\r\n" + headers + "\r\n\r\n")
                .status())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "GET / HTTP, navigate, document, 303",
    "GET /console/ HTTP, navigate, document, 200",
    "GET /console/ HTTP, navigate, iframe, 403",
    "GET /console/ HTTP, no-cors, document, 403",
    "HEAD /console/ HTTP, navigate, document, 403",
    "POST / HTTP, navigate, document, 403",
    "GET /console/console.js HTTP, navigate, document, 403",
    "GET /console/../v1/kv HTTP, navigate, document, 403",
    "GET /v1/kv HTTP, navigate, document, 403",
  })
  void handle_linkOfAnotherPage_opensTheConsoleAlone(
      String start, String mode, String dest, int status) throws IOException {
    for (String site : List.of("cross-site", "same-site")) {
      Answer answer =
          answer(
              start
                  + "/1.1\r\nHost: localhost:5000\r\nSec-Fetch-Site: "
                  + site
                  + "\r\nSec-Fetch-Mode: "
                  + mode
                  + "\r\nSec-Fetch-Dest: "
                  + dest
                  + "\r\nConnection: close\r\n\r\n",
              start.startsWith("HEAD"));
      assertThat(answer.status()).isEqualTo(status);
    }
  }

  @Test
  void handle_withUsers_isNotGated(@TempDir Path folder) throws IOException {
    Path users = folder.resolve("users.json");
    new UserRegister(users).add("ann", Role.WRITER, List.of(""), "ann's password");
    HttpEndpoint endpoint =
        HttpEndpoint.builder().auth(AuthSettings.defaults().withUsersFile(users)).build();
    try (KVServer withUsers =
            KVServer.builder().inMemory().port(0).endpoint(endpoint).build().start();
        RawClient client = new RawClient(withUsers.port())) {
      client.send(
          "GET /api/auth HTTP/1.1\r\nHost: kv.example\r\nX-Forwarded-For: 192.0.2.1\r\n"
              + "Origin: https://evil.example\r\nSec-Fetch-Site: cross-site\r\n\r\n");
      assertThat(client.read().status()).isEqualTo(401);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, true",
    "192.0.2.1, false",
    "unknown, false",
    ", false",
  })
  void handle_trustedProxy_passesCallersOfThisMachine(String forwardedFor, boolean passes) {
    PlainRequest request = new PlainRequest("GET", "/").header("host", "localhost");
    request.header("x-forwarded-proto", "https");
    if (forwardedFor != null) {
      request.header("x-forwarded-for", forwardedFor);
    }
    LocalGate gate = gate("http", new TrustedProxies(List.of(InetAddress.getLoopbackAddress())));

    if (passes) {
      assertThat(gate.handle(request).head().status()).isEqualTo(204);
    } else {
      assertCode(gate, request, "proxied");
    }
  }

  @Test
  void handle_refused_hasACodeForPrograms() {
    LocalGate gate = gate("http", new TrustedProxies(List.of()));
    PlainRequest local = new PlainRequest("GET", "/").header("host", "localhost");

    assertCode(gate, new PlainRequest("GET", "/").header("host", "evil"), "wrong-host");
    assertCode(gate, local.header("origin", "http://evil"), "cross-origin");
    assertCode(gate, local.header("forwarded", ""), "proxied");
  }

  @Test
  void handle_overTls_ownOriginIsHttps() {
    PlainRequest request = new PlainRequest("GET", "/").header("host", "localhost");
    LocalGate gate = gate("https", new TrustedProxies(List.of()));

    assertThat(gate.handle(request.header("origin", "https://localhost")).head().status())
        .isEqualTo(204);
    assertCode(gate, request.header("origin", "http://localhost"), "cross-origin");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a:80", "http://a", "a/b", "::1", "[::1]:80", "*,", "a b", "é"})
  void allowedHosts_notAHost_isRefused(String host) {
    assertThatThrownBy(() -> HttpEndpoint.builder().allowedHosts(List.of(host)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("allowedHosts: ")
        .hasMessageContaining('"' + host + '"');
  }

  private static void assertCode(LocalGate gate, Request request, String code) {
    assertThatThrownBy(() -> gate.handle(request))
        .isInstanceOfSatisfying(
            HttpException.Forbidden.class, refused -> assertThat(refused.code()).isEqualTo(code));
  }

  private static LocalGate gate(String scheme, TrustedProxies proxies) {
    Handler inner =
        new Handler() {
          @Override
          public Response handle(Request request) {
            return Response.empty(ResponseHead.of(204));
          }

          @Override
          public Response error(Throwable failure, Request request) {
            throw new AssertionError(failure);
          }
        };
    return new LocalGate(
        new AllowedHosts("localhost", List.of()), proxies, List.of(), scheme, Set.of(), inner);
  }

  private static Answer answer(String request) throws IOException {
    return answer(request, false);
  }

  private static Answer answer(String request, boolean isHead) throws IOException {
    try (RawClient client = new RawClient(server.port())) {
      return client.send(request).read(isHead);
    }
  }
}

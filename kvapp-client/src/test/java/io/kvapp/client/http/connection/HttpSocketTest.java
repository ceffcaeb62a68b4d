package io.kvapp.client.http.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.client.http.connection.Delivery.Pace;
import io.kvapp.client.http.message.Request;
import io.kvapp.client.http.message.Response;
import io.kvapp.client.http.message.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What comes of the bytes of a response. The test is the server, which answers before it is asked.
 */
@Timeout(60)
final class HttpSocketTest {
  private static final String LENGTH =
      "HTTP/1.1 200 OK\r\nETag: \"7\"\r\nContent-Length: 5\r\n\r\nvalue";
  private static final String CHUNKED =
      "HTTP/1.1 200 OK\r\netag:\"7\"\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "3;extension=x\r\nval\r\n2\r\nue\r\n0\r\nTrailer: x\r\n\r\n";
  private static final String EARLY =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nA: b\r\n\r\n";
  private static final Request GET = Request.get(Target.of("/v1"));

  private Socket server;
  private HttpSocket client;

  @BeforeEach
  void connect() throws IOException {
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Socket socket = new Socket(listening.getInetAddress(), listening.getLocalPort());
      server = listening.accept();
      client = new HttpSocket(socket, socket);
    }
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    server.close();
  }

  private void answer(String text) throws IOException {
    server.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private Response ask(Request request, Delivery delivery, long millis) throws IOException {
    Deadline deadline = Deadline.in(delivery.pace(), TimeUnit.MILLISECONDS.toNanos(millis));
    return client.exchange(request.method() + " /v1 HTTP/1.1\r\n\r\n", request, delivery, deadline);
  }

  private Response ask() throws IOException {
    return ask(GET, Delivery.PLAIN, 30_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {LENGTH, CHUNKED, EARLY + LENGTH, EARLY + CHUNKED})
  void response_isReadWhole_andAnotherMayFollow(String text) throws IOException {
    for (int times = 0; times < 3; times++) {
      answer(text);
      Response response = ask();
      assertThat(response.status()).isEqualTo(200);
      assertThat(response.number("ETag")).isEqualTo(7);
      assertThat(response.text()).isEqualTo("value");
      assertThat(client.isReusable()).isTrue();
      assertThat(client.isOpen()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {LENGTH, CHUNKED, EARLY + LENGTH, EARLY + CHUNKED})
  void response_cutAnywhere_isNone(String text) throws IOException {
    for (int length = 0; length < text.length(); length++) {
      answer(text.substring(0, length));
      server.close();
      assertThatThrownBy(this::ask).as("%d bytes", length).isInstanceOf(IOException.class);
      assertThat(client.hasAnswered()).isEqualTo(length > 0);
      assertThat(client.isReusable()).isFalse();
      close();
      connect();
    }
  }

  @Test
  void response_withoutBody_endsWithItsHead() throws IOException {
    answer("HTTP/1.1 204 No Content\r\nKVApp-Revision: 3\r\n\r\n");
    Response response = ask();
    assertThat(response.revision()).isEqualTo(3);
    assertThat(response.body()).isEmpty();
    assertThat(client.isReusable()).isTrue();
  }

  @Test
  void connection_thatTheServerEnds_isNotUsedAgain() throws IOException {
    answer("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    ask();
    assertThat(client.isReusable()).isFalse();
    server.close();
    assertThat(client.isOpen()).isFalse();
  }

  @Test
  void bytes_thatNobodyAskedFor_endTheConnection() throws IOException {
    answer(LENGTH + "HTTP/1.1 200 OK\r\n");
    ask();
    assertThat(client.isReusable()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\025\003\003",
        "HTTP/2 200 OK\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nvalue",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
      })
  void anythingElse_isNotHttp(String text) throws IOException {
    answer(text);
    assertThatThrownBy(this::ask).isInstanceOf(ProtocolException.class);
  }

  @Test
  void head_withoutEnd_isNotReadForEver() throws IOException {
    answer("HTTP/1.1 200 OK\r\nA: " + "x".repeat(20_000));
    assertThatThrownBy(this::ask).isInstanceOf(ProtocolException.class);
  }

  @Test
  void silence_endsWithTheTime() throws IOException {
    answer(LENGTH.substring(0, 30));
    assertThatThrownBy(() -> ask(GET, Delivery.PLAIN, 50)).hasMessage("no response in time");
  }

  @Test
  void request_thatNobodyReads_endsWithTheTime(@TempDir Path folder) throws IOException {
    byte[] large = new byte[64 << 20];
    Request put = Request.write("PUT", Target.of("/v1")).withBody(large);
    assertThatThrownBy(() -> ask(put, Delivery.PLAIN, 50)).hasMessage("no response in time");
    connect();
    Path file = Files.write(folder.resolve("large"), large);
    Request post = Request.write("POST", Target.of("/v1")).withBody(file);
    assertThatThrownBy(() -> ask(post, Delivery.PROGRESSING, 50)).hasMessage("no response in time");
  }

  @Test
  void request_thatIsAnsweredBeforeItsEnd_hasThatAnswer() throws Exception {
    Request put = Request.write("PUT", Target.of("/v1")).withBody(new byte[64 << 20]);
    answer("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
    server.shutdownOutput();
    server.shutdownInput();
    server.close();
    assertThat(ask(put, Delivery.PLAIN, 30_000).status()).isEqualTo(413);
  }

  @Test
  void body_intoAFile_replacesIt_onlyIfItIsASuccess(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("body"), "before that");
    Delivery delivery = Delivery.into(file);
    assertThat(delivery.pace()).isEqualTo(Pace.EACH_PART);
    answer(LENGTH.replace("200", "500"));
    assertThat(ask(GET, delivery, 30_000).text()).isEqualTo("value");
    assertThat(file).hasContent("before that");
    answer(CHUNKED);
    assertThat(ask(GET, delivery, 30_000).body()).isEmpty();
    assertThat(file).hasContent("value");
  }

  @Test
  void close_endsAWait() throws Exception {
    Thread closer = new Thread(client::close);
    closer.start();
    assertThatThrownBy(this::ask).isInstanceOf(IOException.class);
    closer.join();
  }
}

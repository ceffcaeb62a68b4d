package io.kvapp.server.command.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.KVException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands and a server that falls silent. */
@Timeout(60)
class ServerConnectionTest {
  private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n";

  @TempDir private Path folder;
  private ServerSocket listening;
  private volatile String answer = "";

  @BeforeEach
  void listen() throws IOException {
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread server = new Thread(this::answer);
    server.setDaemon(true);
    server.start();
  }

  @AfterEach
  void close() throws IOException {
    listening.close();
  }

  /** Answers each connection once, and leaves it open. */
  private void answer() {
    try {
      while (true) {
        Socket client = listening.accept();
        client.getOutputStream().write(answer.getBytes());
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private ServerConnection connection() {
    return new ServerConnection(
        URI.create("http://localhost:" + listening.getLocalPort()),
        TokenFile.of(Map.of("XDG_CONFIG_HOME", folder.toString())),
        Duration.ofMillis(500));
  }

  @Test
  void server_thatDoesNotAnswer_isToldAfterTheTimeout() {
    ServerConnection connection = connection();
    assertThatThrownBy(connection::requireReachable)
        .isInstanceOf(KVException.Unavailable.class)
        .hasMessageContaining("cannot reach the server");
    assertThatThrownBy(() -> connection.get("/v1/export"))
        .isInstanceOf(KVException.Unavailable.class);
  }

  @Test
  void body_thatStops_endsWithTheTimeout() throws IOException {
    answer = HEAD + "half";
    try (InputStream body = connection().get("/v1/export")) {
      assertThat(body.readNBytes(4)).asString().isEqualTo("half");
      assertThatThrownBy(body::read)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no bytes");
    }
    assertThatThrownBy(() -> connection().object("/v1/stats")).isInstanceOf(KVException.class);
  }

  @Test
  void body_thatComesWhole_isPassedOn() throws IOException {
    answer = HEAD + "the whole";
    try (InputStream body = connection().get("/v1/export")) {
      assertThat(body.readAllBytes()).asString().isEqualTo("the whole");
    }
  }
}

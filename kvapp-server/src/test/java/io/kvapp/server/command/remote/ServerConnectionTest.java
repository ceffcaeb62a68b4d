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

  private static final Duration SOON = Duration.ofMillis(300);

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

  private ServerConnection connection(Duration patience) {
    return new ServerConnection(
        URI.create("http://localhost:" + listening.getLocalPort()),
        TokenFile.of(Map.of("XDG_CONFIG_HOME", folder.toString())),
        patience);
  }

  @Test
  void server_thatDoesNotAnswer_isToldAfterTheTimeout() {
    ServerConnection connection = connection(SOON);
    assertThatThrownBy(connection::requireReachable)
        .isInstanceOf(KVException.Unavailable.class)
        .hasMessageContaining("cannot reach the server");
    assertThatThrownBy(() -> connection.get("/v1/export"))
        .isInstanceOf(KVException.Unavailable.class);
  }

  @Test
  void body_thatStops_endsWithTheTimeout() {
    answer = HEAD + "half";
    assertThatThrownBy(() -> read(connection(SOON)))
        .satisfiesAnyOf(
            stopped ->
                assertThat(stopped)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no bytes for"),
            // On a busy machine the head may come too late as well.
            late -> assertThat(late).isInstanceOf(KVException.Unavailable.class));
    assertThatThrownBy(() -> connection(SOON).object("/v1/stats")).isInstanceOf(KVException.class);
  }

  @Test
  void body_thatComesWhole_isPassedOn() throws IOException {
    answer = HEAD + "the whole";
    assertThat(read(connection(Duration.ofMinutes(1)))).isEqualTo("the whole");
  }

  private static String read(ServerConnection connection) throws IOException {
    try (InputStream body = connection.get("/v1/export")) {
      return new String(body.readAllBytes());
    }
  }
}

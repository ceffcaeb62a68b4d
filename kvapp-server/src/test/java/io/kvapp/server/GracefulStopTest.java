package io.kvapp.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVServer;
import io.kvapp.server.classic.ClassicClient;
import io.kvapp.server.command.ChildServer;
import io.kvapp.server.http.connection.RawClient;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GracefulStopTest {
  private static final int SIGTERM_EXIT_CODE = 128 + 15;

  @TempDir Path folder;

  @Test
  void sigterm_finishesTheRequestInFlight_closesTheStoreAndFreesThePort() throws Exception {
    String body = "{\"key\":\"last\",\"value\":\"words\"}";
    int port;
    try (ChildServer child = ChildServer.start(folder, List.of());
        RawClient client = new RawClient(child.port());
        RawClient idle = new RawClient(child.port())) {
      port = child.port();
      String token = ClassicClient.token(client);
      assertThat(ClassicClient.token(idle)).isNotEmpty();
      // The server has seen the head once it invites the body.
      client.send(
          "POST /api/insert HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: "
              + body.length()
              + "\r\nx-access-tokens: "
              + token
              + "\r\n\r\n");
      assertThat(client.read().status()).isEqualTo(100);
      child.terminate();
      assertThat(idle.isClosed()).isTrue();
      RawClient.awaitRefusal(port);
      client.send(body);
      RawClient.Answer answer = client.read();
      assertThat(answer.status()).isEqualTo(201);
      assertThat(answer.header("Connection")).contains("close");
      assertThat(client.isClosed()).isTrue();
      client.close();
      assertThat(child.awaitEnd()).isEqualTo(SIGTERM_EXIT_CODE);
    }
    try (KVServer next =
        KVServer.builder().dataFolder(folder.resolve("data")).port(port).build().start()) {
      assertThat(next.port()).isEqualTo(port);
      assertThat(next.store().get("last")).contains("words");
      assertThat(next.store().admin().recovery().clean()).isTrue();
    }
  }
}

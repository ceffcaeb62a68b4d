package io.kvapp.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVServer;
import io.kvapp.server.classic.ClassicClient;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A request that needs about all the memory there is gets it, as nobody else wants any. */
final class MemoryShareTest {
  private static final String LARGE = "v".repeat(600_000);

  private KVServer server;
  private RawClient client;
  private String token;

  @BeforeEach
  void start() throws IOException {
    HttpEndpoint endpoint = HttpEndpoint.builder().maxBufferedBytes(4 << 20).build();
    server = KVServer.builder().inMemory().port(0).endpoint(endpoint).build().start();
    client = new RawClient(server.port());
    token = ClassicClient.token(client);
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    server.close();
  }

  @Test
  void insert_bodyThatTakesTheWholeBudget_is201() throws IOException {
    for (int round = 0; round < 3; round++) {
      Answer answer = ClassicClient.insert(client, token, "k", LARGE);
      assertThat(answer.status()).isEqualTo(201);
      assertThat(answer.text()).isEqualTo(ClassicClient.members("key", "k", "value", LARGE));
    }
  }

  @Test
  void insert_chunkedBodyThatTakesTheWholeBudget_is201() throws IOException {
    String body = ClassicClient.members("key", "k", "value", LARGE);
    client.send(
        "POST /api/insert HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nx-access-tokens: "
            + token
            + "\r\n\r\n"
            + Integer.toHexString(body.length())
            + "\r\n"
            + body
            + "\r\n0\r\n\r\n");
    assertThat(client.read().status()).isEqualTo(201);
  }

  @Test
  void search_valueAboutAsLargeAsTheBudget_isFound() throws IOException {
    String value = "v".repeat((4 << 20) - 1_000);
    server.store().put("k", value);
    for (String member : new String[] {"key", "prefix"}) {
      Answer answer = ClassicClient.search(client, token, member, "k");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.text()).contains(value);
    }
  }
}

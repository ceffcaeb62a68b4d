package io.kvapp.server.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that dawdle hold a connection each, and nothing of the others'. */
@Timeout(60)
final class SlowConnectionsTest {
  private static final int SLOW = 200;
  private static final int ROUNDS = 20;
  private static final long MEDIAN_LIMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** A busy machine must not have the server lose patience with what is slow on purpose. */
  private static HttpSettings patient() {
    long nanos = TimeUnit.MINUTES.toNanos(10);
    return HttpSettings.defaults()
        .with(HttpSetting.HEAD_TIMEOUT, nanos)
        .with(HttpSetting.BODY_TIMEOUT, nanos)
        .with(HttpSetting.WRITE_TIMEOUT, nanos);
  }

  @Test
  void slowClients_ofEachKind_doNotSlowOthersDown() throws IOException {
    List<RawClient> slow = new ArrayList<>();
    try (HttpListener listener = HttpListener.start("127.0.0.1", 0, patient(), new EchoHandler());
        RawClient honest = new RawClient(listener.port())) {
      String head = "POST /slow HTTP/1.1\r\nHost: x\r\n";
      String body = "Content-Length: " + ROUNDS + "\r\n\r\n";
      for (int count = 0; count < SLOW; count++) {
        RawClient client = new RawClient(listener.port());
        slow.add(client);
        switch (count % 3) {
          case 0 -> client.send("POST /slow HTTP/1.1\r\n");
          case 1 -> client.send(head + body);
          default -> client.send("GET /large/50000000 HTTP/1.1\r\nHost: x\r\n\r\n");
        }
      }
      List<Long> nanos = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        for (int count = 0; count < SLOW; count++) {
          switch (count % 3) {
            case 0 -> slow.get(count).send("A: b\r\n");
            case 1 -> slow.get(count).send("x");
            default -> assertThat(slow.get(count).socket().getInputStream().read()).isNotNegative();
          }
        }
        for (int count = 0; count < 20; count++) {
          long begun = System.nanoTime();
          honest.send("GET /quick HTTP/1.1\r\nHost: x\r\n\r\n");
          assertThat(honest.read().text()).startsWith("GET /quick");
          nanos.add(System.nanoTime() - begun);
        }
      }
      assertThat(nanos.stream().sorted().toList().get(nanos.size() / 2))
          .isLessThan(MEDIAN_LIMIT_NANOS);
      for (int count = 0; count < SLOW; count++) {
        RawClient client = slow.get(count);
        switch (count % 3) {
          case 0 -> {
            client.send("Host: x\r\n\r\n");
            assertThat(client.read().text()).startsWith("POST /slow");
          }
          case 1 -> assertThat(client.read().text()).endsWith("x".repeat(ROUNDS));
          default -> client.close();
        }
      }
    } finally {
      for (RawClient client : slow) {
        client.close();
      }
    }
  }
}

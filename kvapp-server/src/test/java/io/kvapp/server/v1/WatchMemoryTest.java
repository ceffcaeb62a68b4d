package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.kvapp.Batch;
import io.kvapp.KVServer;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.v1.EventClient.Block;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a watcher is about to take counts as buffered, and others come again for it. */
@Timeout(60)
final class WatchMemoryTest {
  private static final int BUDGET = 16 << 20;
  private static final int PUTS = 16;
  private static final int LARGE = 900_000;
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  @Test
  void batch_thatAWatcherDoesNotRead_isReserved_andAnotherGoesOnByItsId(@TempDir Path folder)
      throws IOException {
    HttpEndpoint.Builder endpoint =
        HttpEndpoint.builder().maxBufferedBytes(BUDGET).writeTimeout(Duration.ofMinutes(10));
    try (V1Client client = new V1Client(KVServer.builder().dataFolder(folder), endpoint);
        RawClient blocked = new RawClient(client.port())) {
      blocked.send("GET /v1/watch HTTP/1.1\r\nHost: localhost\r\n\r\n").until("synced");
      long before = client.store().put("small", "x");
      Batch batch = new Batch();
      for (int number = 0; number < PUTS; number++) {
        batch.put("k" + number, "v".repeat(LARGE));
      }
      long revision = client.store().commit(batch).revision();
      awaitBuffered(client, bytes -> bytes > BUDGET / 4);
      try (EventClient other = new EventClient(client.port(), "?after=" + before)) {
        assertThat(other.message()).isNull();
        assertThat(other.lastEventId()).isEqualTo(Long.toString(before));
      }
      blocked.close();
      awaitBuffered(client, bytes -> bytes < BUDGET / 8);
      String last = "Last-Event-ID: " + before;
      try (EventClient again = new EventClient(client.port(), "", last)) {
        for (int number = 0; number < PUTS; number++) {
          Block next = again.message();
          assertThat(next.json().get("value").getAsString()).hasSize(LARGE);
          assertThat(next.revision()).isEqualTo(revision);
        }
        assertThat(again.message().what()).isEqualTo("synced");
        awaitBuffered(client, bytes -> bytes < BUDGET / 8);
      }
    }
  }

  private static void awaitBuffered(V1Client client, LongPredicate expected) throws IOException {
    long bytes;
    long start = System.nanoTime();
    do {
      JsonObject stats = V1Client.json(client.call("GET", "/v1/stats"));
      bytes = stats.getAsJsonObject("server").get("buffered_bytes").getAsLong();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE);
    } while (!expected.test(bytes));
  }
}

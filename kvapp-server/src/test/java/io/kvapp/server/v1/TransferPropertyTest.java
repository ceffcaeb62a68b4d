package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.kvapp.Batch;
import io.kvapp.Entry;
import io.kvapp.Expiry;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.server.http.connection.RawClient.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What holds for any content of a store: an import of its export is the same, and its pages have
 * what stands still once. {@code -Dkvapp.seed} repeats a run.
 */
@Timeout(60)
@Tag("once")
final class TransferPropertyTest {
  private static final int ENTRIES = 1_500;
  private static final int STILL = 300;
  private static final int WALKS = 12;

  private final long seed = Long.getLong("kvapp.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @Test
  void import_ofAnExportOfRandomBytes_isTheSameStore() throws IOException {
    try (V1Client first = new V1Client();
        V1Client second = new V1Client()) {
      for (int number = 0; number < ENTRIES; number++) {
        Expiry expiry =
            random.nextInt(3) > 0
                ? Expiry.never()
                : Expiry.in(Duration.ofDays(1).plusMillis(random.nextInt(1_000_000)));
        Batch put = new Batch().put(bytes(1, 40), bytes(0, 900), expiry);
        first.store().commit(put);
      }
      first.store().put(bytes(4_096, 4_096), bytes(100_000, 200_000));
      byte[] export = first.call("GET", "/v1/export").body();
      Answer imported = second.sendBytes("POST", "/v1/import", export);
      assertThat(imported.status()).as("seed %d: %s", seed, imported.text()).isEqualTo(200);
      assertThat(contents(second.store())).as("seed %d", seed).isEqualTo(contents(first.store()));
      assertThat(second.store().size()).isEqualTo(first.store().size());
    }
  }

  @Test
  void pages_whileOthersWrite_haveWhatStandsStillOnce() throws Exception {
    try (V1Client client = new V1Client()) {
      List<String> still = new ArrayList<>();
      for (int number = 0; number < STILL; number++) {
        still.add("d%d/s%04d".formatted(number / 40, number));
      }
      still.forEach(key -> client.store().put(key, "still"));
      AtomicBoolean done = new AtomicBoolean();
      Thread writer = new Thread(() -> write(client.store(), random.nextLong(), done));
      writer.start();
      try {
        for (int walk = 0; walk < WALKS; walk++) {
          int limit = 1 + random.nextInt(60);
          String query = "?max_bytes=" + (1 + random.nextInt(3_000)) + "&limit=" + limit;
          assertThat(walk(client, query, "entries", "key")).isEqualTo(still);
          List<String> back = walk(client, query + "&reverse=true", "entries", "key");
          Collections.reverse(back);
          assertThat(back).isEqualTo(still);
          assertThat(walk(client, query + "&delimiter=/", "folders", "prefix"))
              .containsExactly("d0/", "d1/", "d2/", "d3/", "d4/", "d5/", "d6/", "d7/");
        }
      } catch (AssertionError wrong) {
        throw new AssertionError("seed " + seed + ": " + wrong.getMessage(), wrong);
      } finally {
        done.set(true);
        writer.join();
      }
    }
  }

  /** The keys, or the folders, of all pages, but for the keys that are written meanwhile. */
  private static List<String> walk(V1Client client, String query, String list, String name)
      throws IOException {
    List<String> found = new ArrayList<>();
    JsonElement next = null;
    do {
      String cursor = next == null ? "" : "&cursor=" + next.getAsString();
      JsonObject page = V1Client.json(client.call("GET", "/v1/kv" + query + cursor));
      JsonArray elements = page.getAsJsonArray(list);
      for (JsonElement element : elements) {
        String each = element.getAsJsonObject().get(name).getAsString();
        if (!each.contains("m")) {
          found.add(each);
        }
      }
      next = page.get("next");
    } while (!next.isJsonNull());
    return found;
  }

  private static void write(KVStore store, long seed, AtomicBoolean done) {
    Random random = new Random(seed);
    while (!done.get()) {
      String key = "d%d/%s%03d".formatted(random.nextInt(8), "m", random.nextInt(60));
      switch (random.nextInt(3)) {
        case 0 -> store.delete(key);
        case 1 -> store.put("m" + key, "moving");
        default -> store.put(key, "moving");
      }
    }
  }

  private byte[] bytes(int min, int max) {
    byte[] bytes = new byte[min + random.nextInt(max - min + 1)];
    random.nextBytes(bytes);
    if (random.nextBoolean()) {
      for (int index = 0; index < bytes.length; index++) {
        bytes[index] &= 0x7f;
      }
    }
    return bytes;
  }

  private static List<String> contents(KVStore store) {
    return store.entries(Scan.all()).map(TransferPropertyTest::line).toList();
  }

  private static String line(Entry entry) {
    return HexFormat.of().formatHex(entry.key())
        + " "
        + HexFormat.of().formatHex(entry.value())
        + " "
        + entry.expiresAtMillis();
  }
}

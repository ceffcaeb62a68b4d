package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.kvapp.Batch;
import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.v1.EventClient.Block;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Copies that watchers keep are the same as the store in the end. {@code -Dkvapp.cuts} says how
 * often a watcher is cut, {@code -Dkvapp.seed} repeats a run.
 */
@Timeout(3_600)
final class WatchCopyTest {
  private static final int CUTS = Integer.getInteger("kvapp.cuts", 25);
  private static final int CUTS_OF_A_ROUND = 25;
  private static final int WRITES = 3_000;

  @TempDir private Path folder;

  @Test
  void copy_cutAtRandomWhileWritersGoOn_becomesTheStore() throws Exception {
    long seed = Long.getLong("kvapp.seed", System.nanoTime());
    Random random = new Random(seed);
    Map<String, String> copy = new TreeMap<>();
    try (V1Client client = client()) {
      String last = null;
      for (int cuts = 0; cuts < CUTS; cuts += CUTS_OF_A_ROUND) {
        last = cut(client, last, copy, random);
        assertThat(copy).as("seed %d, cut %d", seed, cuts).isEqualTo(contents(client.store()));
      }
    }
  }

  /** Cuts a watcher beside writers, and follows to the end of what they write. */
  private static String cut(V1Client client, String before, Map<String, String> copy, Random random)
      throws Exception {
    Thread first = writer(client.store(), random.nextInt());
    Thread second = writer(client.store(), random.nextInt());
    String last = before;
    for (int cut = 0; cut < CUTS_OF_A_ROUND; cut++) {
      try (EventClient events = watch(client, last)) {
        follow(events, copy, random.nextInt(400));
        last = events.lastEventId() == null ? last : events.lastEventId();
      }
    }
    first.join();
    second.join();
    long end = client.store().revision();
    try (EventClient events = watch(client, last)) {
      followUntil(events, copy, end);
      return events.lastEventId();
    }
  }

  @Test
  void copy_throughARestart_goesOnWithoutTheState() throws Exception {
    Map<String, String> copy = new TreeMap<>();
    String last;
    V1Client before = client();
    try (EventClient events = watch(before, null)) {
      before.store().put("a", "1");
      before.store().put("b", "1");
      followUntil(events, copy, before.store().revision());
      before.store().put("a", "2");
      before.close();
      for (Block next = events.block(); next != null; next = events.block()) {
        apply(next, copy);
      }
      last = events.lastEventId();
    }
    try (V1Client after = client()) {
      long end = after.store().put("c", "1");
      try (EventClient events = watch(after, last)) {
        Block next = events.message();
        while (!next.what().equals("synced")) {
          assertThat(next.what()).isNotEqualTo("reset");
          apply(next, copy);
          next = events.message();
        }
        assertThat(next.revision()).isEqualTo(end);
      }
      assertThat(copy).isEqualTo(contents(after.store()));
    }
  }

  private V1Client client() throws IOException {
    return new V1Client(KVServer.builder().dataFolder(folder), HttpEndpoint.builder());
  }

  private static EventClient watch(V1Client client, String last) throws IOException {
    return last == null
        ? new EventClient(client.port(), "?initial=true")
        : new EventClient(client.port(), "?initial=true", "Last-Event-ID: " + last);
  }

  private static void follow(EventClient events, Map<String, String> copy, int blocks)
      throws IOException {
    for (int left = blocks; left > 0; left--) {
      Block next = events.block();
      apply(next, copy);
      if (next.data() != null && next.what().equals("synced")) {
        return;
      }
    }
  }

  private static void followUntil(EventClient events, Map<String, String> copy, long revision)
      throws IOException {
    String id = "0";
    while (Long.parseLong(id) < revision) {
      Block next = events.block();
      apply(next, copy);
      id = next.id() == null ? id : next.id();
    }
  }

  private static void apply(Block block, Map<String, String> copy) {
    if (block.data() == null) {
      return;
    }
    JsonObject change = block.json();
    switch (change.get("type").getAsString()) {
      case "reset" -> copy.clear();
      case "put" -> copy.put(change.get("key").getAsString(), change.get("value").getAsString());
      case "delete", "expire" -> copy.remove(change.get("key").getAsString());
      default -> assertThat(change.get("type").getAsString()).isEqualTo("synced");
    }
  }

  private static Map<String, String> contents(KVStore store) {
    Map<String, String> all = new TreeMap<>();
    store.entries(Scan.all()).forEach(entry -> all.put(entry.keyString(), entry.valueString()));
    return all;
  }

  private static Thread writer(KVStore store, int seed) {
    Random random = new Random(seed);
    Thread thread =
        new Thread(
            () -> {
              for (int number = 0; number < WRITES; number++) {
                String key = "k" + random.nextInt(500);
                switch (random.nextInt(4)) {
                  case 0 -> store.delete(key);
                  case 1 -> store.commit(new Batch().put(key, "b" + number).put(key + "b", "b"));
                  default -> store.put(key, "v" + number);
                }
              }
            });
    thread.start();
    return thread;
  }
}

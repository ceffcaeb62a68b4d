package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.kvapp.KVStore;
import io.kvapp.server.command.ChildServer;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import io.kvapp.server.v1.EventClient.Block;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A watcher over HTTP whose server is killed again and again goes on by the last id it was told,
 * and is told each change once; a store that comes from a backup sends it back to the state by
 * name. {@code -Dkvapp.cycles} says how often, {@code -Dkvapp.seed} repeats a run.
 */
@Timeout(3_600)
final class WatcherKillTest {
  private static final int CYCLES = Integer.getInteger("kvapp.cycles", 2);
  private static final List<String> JVM = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
  private static final String HEAD = " HTTP/1.1\r\nHost: localhost\r\n";
  private static final int MIN_TOLD = 300;

  private final Set<Long> acknowledged = new ConcurrentSkipListSet<>();
  private final Set<Long> told = new TreeSet<>();
  private final Map<String, String> copy = new TreeMap<>();
  private final List<JsonObject> pending = new ArrayList<>();
  private long resume;

  @TempDir private Path folder;

  @Test
  void watcher_throughKillsAndARestore_missesNothingAndIsToldNothingTwice() throws Exception {
    long seed = Long.getLong("kvapp.seed", System.nanoTime());
    Random random = new Random(seed);
    Path backups = folder.resolve("backups");
    try {
      for (int cycle = 0; cycle < CYCLES; cycle++) {
        watchAndKill(random);
      }
      try (ChildServer server = start(folder, "--backup-dir", backups.toString())) {
        catchUp(server);
        assertThat(ask(server, "POST /v1/admin/backup?name=monday", "").status()).isEqualTo(201);
        write(server, random, 20);
        catchUp(server);
      }
      assertRestored(backups.resolve("monday"));
    } catch (AssertionError wrong) {
      throw new AssertionError("seed " + seed + ": " + wrong.getMessage(), wrong);
    }
  }

  private void watchAndKill(Random random) throws Exception {
    try (ChildServer server = start(folder);
        EventClient events = watch(server, resume == 0 ? "?initial=true" : "")) {
      Thread writer = new Thread(() -> writeUntilTheEnd(server, random.nextLong()));
      writer.start();
      int goal = told.size() + MIN_TOLD + random.nextInt(MIN_TOLD);
      while (told.size() < goal) {
        take(events.block());
      }
      server.close();
      writer.join();
      try {
        for (Block next = events.block(); next != null; next = events.block()) {
          take(next);
        }
      } catch (IOException cut) {
        // What came without its id is told again.
      }
      pending.clear();
    }
  }

  /** Goes on by the last id until everything acknowledged is told, and compares. */
  private void catchUp(ChildServer server) throws IOException {
    try (EventClient events = watch(server, "")) {
      long end = revision(ask(server, "PUT /v1/kv/end", "x"));
      while (resume < end) {
        take(events.block());
      }
    }
    assertThat(told).containsAll(acknowledged);
    assertThat(copy).isEqualTo(contents(server));
  }

  /** A store that comes from a backup has none of the ids, and says so. */
  private void assertRestored(Path backup) throws Exception {
    Path other = folder.resolve("other");
    try (KVStore store = KVStore.open(other.resolve("data"))) {
      store.admin().restore(backup);
    }
    try (ChildServer server = start(other)) {
      long end = revision(ask(server, "PUT /v1/kv/later", "x"));
      assertThat(end).isGreaterThan(resume);
      Answer gone = ask(server, "GET /v1/watch?after=" + resume, null);
      assertThat(gone.status()).isEqualTo(410);
      assertThat(V1Client.code(gone)).isEqualTo("history-gone");
      try (EventClient events = watch(server, "?initial=true")) {
        assertThat(events.message().what()).isEqualTo("reset");
        copy.clear();
        told.clear();
        resume = 0;
        while (resume < end) {
          take(events.block());
        }
      }
      assertThat(copy).isEqualTo(contents(server)).containsEntry("later", "x");
    }
  }

  private void take(Block block) {
    if (block.data() != null) {
      pending.add(block.json());
    }
    if (block.id() == null) {
      return;
    }
    long place = Long.parseLong(block.id());
    Set<Long> revisions = new TreeSet<>();
    for (JsonObject change : pending) {
      String type = change.get("type").getAsString();
      switch (type) {
        case "put" -> copy.put(key(change), change.get("value").getAsString());
        case "delete" -> copy.remove(key(change));
        default -> {
          assertThat(type).isIn("reset", "synced");
          continue;
        }
      }
      revisions.add(change.get("revision").getAsLong());
    }
    if (resume > 0) {
      assertThat(revisions).allMatch(revision -> revision > resume && revision <= place);
    }
    for (long revision : revisions) {
      assertThat(told.add(revision)).as("revision %d is told once", revision).isTrue();
    }
    pending.clear();
    resume = place;
  }

  private void writeUntilTheEnd(ChildServer server, long seed) {
    try {
      write(server, new Random(seed), Integer.MAX_VALUE);
    } catch (IOException killed) {
      // What was under way was not acknowledged.
    }
  }

  private void write(ChildServer server, Random random, int writes) throws IOException {
    try (RawClient client = new RawClient(server.port())) {
      for (int left = writes; left > 0; left--) {
        String key = "k" + random.nextInt(100);
        Answer answer =
            switch (random.nextInt(4)) {
              case 0 -> ask(client, "DELETE /v1/kv/" + key, null);
              case 1 -> ask(client, "POST /v1/txn", transaction(key, "t" + left));
              default -> ask(client, "PUT /v1/kv/" + key, "v" + left);
            };
        if (answer.status() != 404) {
          acknowledged.add(revision(answer));
        }
      }
    }
  }

  private static String transaction(String key, String value) {
    String put = "{\"op\":\"put\",\"key\":\"%s\",\"value\":\"%s\"}";
    return "{\"then\":[" + put.formatted(key, value) + "," + put.formatted(key + "b", value) + "]}";
  }

  private Map<String, String> contents(ChildServer server) throws IOException {
    Map<String, String> all = new TreeMap<>();
    Answer list = ask(server, "GET /v1/kv?limit=10000", null);
    for (JsonElement entry : V1Client.json(list).getAsJsonArray("entries")) {
      all.put(key(entry.getAsJsonObject()), entry.getAsJsonObject().get("value").getAsString());
    }
    return all;
  }

  private EventClient watch(ChildServer server, String query) throws IOException {
    return resume == 0
        ? new EventClient(server.port(), query)
        : new EventClient(server.port(), query, "Last-Event-ID: " + resume);
  }

  private static ChildServer start(Path folder, String... options) throws IOException {
    return ChildServer.start(folder, JVM, options);
  }

  private static String key(JsonObject entry) {
    return entry.get("key").getAsString();
  }

  private static long revision(Answer answer) {
    return Long.parseLong(answer.header("KVApp-Revision").orElseThrow());
  }

  private static Answer ask(ChildServer server, String request, String body) throws IOException {
    try (RawClient client = new RawClient(server.port())) {
      return ask(client, request, body);
    }
  }

  private static Answer ask(RawClient client, String request, String body) throws IOException {
    String length = body == null ? "" : "Content-Length: " + body.length() + "\r\n";
    return client.send(request + HEAD + length + "\r\n" + (body == null ? "" : body)).read();
  }
}

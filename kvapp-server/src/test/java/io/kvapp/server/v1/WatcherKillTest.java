package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVStore;
import io.kvapp.server.command.ChildServer;
import io.kvapp.server.http.connection.RawClient.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A watcher over HTTP whose server is killed again and again goes on by the last id it was told,
 * and is told each change once; a store that comes from a backup sends it back to the state by
 * name. {@code -Dkvapp.cycles} says how often, {@code -Dkvapp.seed} repeats a run.
 */
@Timeout(3_600)
@Tag("once")
final class WatcherKillTest {
  private static final int CYCLES = Integer.getInteger("kvapp.cycles", 2);
  private static final List<String> JVM = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
  private static final int MIN_TOLD = 300;

  private final RandomWriter writer = new RandomWriter();
  private final WatchedCopy copy = new WatchedCopy();

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
        Answer backup = RandomWriter.ask(server.port(), "POST /v1/admin/backup?name=monday", "");
        assertThat(backup.status()).isEqualTo(201);
        writer.write(server.port(), random, 20);
        catchUp(server);
      }
      assertThat(copy.resets()).isOne();
      assertRestored(backups.resolve("monday"));
    } catch (AssertionError wrong) {
      throw new AssertionError("seed " + seed + ": " + wrong.getMessage(), wrong);
    }
  }

  private void watchAndKill(Random random) throws Exception {
    try (ChildServer server = start(folder);
        EventClient events = copy.watch(server.port())) {
      Thread writing = writer.start(server.port(), random.nextLong());
      copy.followMore(events, MIN_TOLD + random.nextInt(MIN_TOLD));
      server.close();
      writing.join();
      copy.takeRest(events);
    }
  }

  /** Goes on by the last id until everything acknowledged is told, and compares. */
  private void catchUp(ChildServer server) throws IOException {
    try (EventClient events = copy.watch(server.port())) {
      Answer end = RandomWriter.ask(server.port(), "PUT /v1/kv/end", "x");
      copy.follow(events, RandomWriter.revision(end));
    }
    assertThat(copy.told()).containsAll(writer.acknowledged());
    assertThat(copy.entries()).isEqualTo(RandomWriter.contents(server.port()));
  }

  /** A store that comes from a backup has none of the ids, and says so. */
  private void assertRestored(Path backup) throws Exception {
    Path other = folder.resolve("other");
    try (KVStore store = KVStore.open(other.resolve("data"))) {
      store.admin().restore(backup);
    }
    try (ChildServer server = start(other)) {
      int port = server.port();
      long end = RandomWriter.revision(RandomWriter.ask(port, "PUT /v1/kv/later", "x"));
      assertThat(end).isGreaterThan(copy.resume());
      Answer gone = RandomWriter.ask(port, "GET /v1/watch?after=" + copy.resume(), null);
      assertThat(gone.status()).isEqualTo(410);
      assertThat(V1Client.code(gone)).isEqualTo("history-gone");
      try (EventClient events = copy.watch(port)) {
        copy.follow(events, end);
      }
      assertThat(copy.resets()).isEqualTo(2);
      assertThat(copy.entries()).isEqualTo(RandomWriter.contents(port)).containsEntry("later", "x");
    }
  }

  private static ChildServer start(Path folder, String... options) throws IOException {
    return ChildServer.start(folder, JVM, options);
  }
}

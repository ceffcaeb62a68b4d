package io.kvapp.engine.crash;

import static io.kvapp.StoreFixture.everything;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.Change;
import io.kvapp.Change.Kind;
import io.kvapp.Changes;
import io.kvapp.Entry;
import io.kvapp.FolderCopy;
import io.kvapp.KVStore;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A watcher whose process is killed again and again goes on where it was each time, and has what
 * the store has: it misses nothing, is told nothing twice, and nothing that the kill took back.
 * {@code -Dkvapp.cycles} says how often, {@code -Dkvapp.seed} repeats a run.
 */
@Tag("once")
class WatcherCrashTest {
  private static final int CYCLES = Integer.getInteger("kvapp.cycles", 3);
  private static final long MIN_TOLD_BYTES = 200_000;
  private static final int MAX_MORE_MILLIS = 300;

  /** What the watcher has made of all it was told. */
  private final TreeMap<byte[], Change> copy = new TreeMap<>(Arrays::compareUnsigned);

  private long resume;

  @Test
  @Timeout(3_600)
  void watcher_throughKills_hasWhatTheStoreHas() throws Exception {
    long seed = Long.getLong("kvapp.seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    try (ScratchFolder scratch = ScratchFolder.inMemory()) {
      Path store = scratch.path().resolve("store");
      for (int cycle = 0; cycle < CYCLES; cycle++) {
        Path told = scratch.path().resolve("told");
        Files.deleteIfExists(told);
        kill(store, told, scratch.path().resolve("errors"), random);
        read(told);
        // Every other time what death has left is the next process's to recover.
        Path checked = cycle % 2 == 0 ? store : scratch.path().resolve("copy " + cycle);
        if (!checked.equals(store)) {
          FolderCopy.copy(store, checked);
        }
        long before = resume;
        TreeMap<byte[], Change> then = new TreeMap<>(copy);
        check(checked);
        if (!checked.equals(store)) {
          resume = before;
          copy.clear();
          copy.putAll(then);
        }
      }
    } catch (AssertionError wrong) {
      throw new AssertionError("seed " + seed + ": " + wrong.getMessage(), wrong);
    }
  }

  private void kill(Path store, Path told, Path errors, SplittableRandom random) throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-cp",
                System.getProperty("java.class.path"),
                WatcherChild.class.getName(),
                store.toString(),
                told.toString(),
                Long.toString(resume),
                Long.toString(random.nextLong()))
            .redirectError(errors.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      while (!Files.exists(told) || Files.size(told) < MIN_TOLD_BYTES) {
        assertThat(child.waitFor(5, TimeUnit.MILLISECONDS)).as(Files.readString(errors)).isFalse();
      }
      child.waitFor(random.nextInt(MAX_MORE_MILLIS), TimeUnit.MILLISECONDS);
    } finally {
      child.destroyForcibly().waitFor();
    }
    assertThat(Files.readString(errors)).isEmpty();
  }

  /** Takes in what the process was told, as far as it has come to write it down whole. */
  private void read(Path told) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(told)))) {
      while (true) {
        List<Change> changes = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
          Kind kind = Kind.values()[in.readInt()];
          changes.add(new Change(kind, bytes(in), bytes(in), in.readLong(), in.readLong()));
        }
        take(changes, in.readLong());
      }
    } catch (EOFException killed) {
      // What is torn was told, and will be told again.
    }
  }

  private static byte[] bytes(DataInputStream in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return bytes;
  }

  private void take(List<Change> changes, long place) {
    assertThat(place).isGreaterThanOrEqualTo(resume);
    for (Change change : changes) {
      assertThat(change.kind()).isNotEqualTo(Kind.RESET);
      if (change.kind() == Kind.SYNCED) {
        continue;
      }
      assertThat(change.revision()).isGreaterThan(resume).isEqualTo(place);
      if (change.kind() == Kind.PUT) {
        copy.put(change.key(), change);
      } else {
        copy.remove(change.key());
      }
    }
    resume = place;
  }

  /** Goes on where the watcher was, and compares. */
  private void check(Path folder) {
    try (KVStore store = WatcherChild.open(folder);
        Changes changes = store.changes(Changes.all().after(resume))) {
      assertThat(store.admin().recovery().clean()).isFalse();
      List<Change> next;
      do {
        next = changes.next(Duration.ofSeconds(30));
        take(next, changes.revision());
      } while (next.get(0).kind() != Kind.SYNCED || resume < store.revision());
      List<Entry> found = everything(store);
      long now = System.currentTimeMillis();
      List<Entry> expected = new ArrayList<>();
      for (Change put : copy.values()) {
        if (put.expiresAtMillis() == 0 || put.expiresAtMillis() > now) {
          expected.add(new Entry(put.key(), put.value(), put.revision(), put.expiresAtMillis()));
        }
      }
      found.removeIf(entry -> entry.expiresAtMillis() != 0 && entry.expiresAtMillis() <= now);
      assertThat(found).isEqualTo(expected);
    }
  }
}

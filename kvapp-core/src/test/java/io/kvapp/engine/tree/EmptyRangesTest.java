package io.kvapp.engine.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.engine.crash.MemoryFolder;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.Lease;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scans beside many marks of deletes. */
class EmptyRangesTest {
  @TempDir(factory = MemoryFolder.class)
  Path scratch;

  private TreeFixture tree;

  @BeforeEach
  void open() throws IOException {
    tree = new TreeFixture(new Disk(), scratch.resolve("store"), EngineOptions.standard());
  }

  @AfterEach
  void close() throws IOException {
    tree.unmap();
    tree.close();
  }

  @Test
  void popOfTheFirstKey_againAndAgain_takesStepsThatDoNotGrow() throws Exception {
    fill(6_000);
    assertThat(stepsOfPops(5_900, false)).isLessThan(40L * 5_900);
    assertThat(all(false)).hasSize(100);
  }

  @Test
  void popOfTheLastKey_againAndAgain_takesStepsThatDoNotGrow() throws Exception {
    fill(6_000);
    assertThat(stepsOfPops(5_900, true)).isLessThan(40L * 5_900);
    assertThat(all(true)).hasSize(100);
  }

  /** Half of the entries are in an SSTable, half in the memtable, as are the marks. */
  private void fill(int entries) throws IOException {
    for (int i = 0; i < entries; i++) {
      if (i == entries / 2) {
        tree.flusher.flush();
      }
      tree.put(key(i * 7919 % entries), "value");
    }
  }

  private long stepsOfPops(int pops, boolean reverse) throws IOException {
    for (int i = 0; i < pops; i++) {
      if (i == pops / 2) {
        tree.flusher.flush();
      }
      String first = first(reverse);
      assertThat(first).isEqualTo(key(reverse ? 5_999 - i : i));
      tree.delete(first);
    }
    return tree.versions.markSteps();
  }

  @Test
  void scan_ofMarksThatWereWalkedBefore_takesAFewSteps() throws Exception {
    fill(6_000);
    for (int i = 0; i < 5_990; i++) {
      tree.delete(key(i));
    }
    assertThat(first(false)).isEqualTo(key(5_990));
    long before = tree.versions.markSteps();
    assertThat(all(false)).hasSize(10);
    assertThat(all(true)).hasSize(10);
    assertThat(tree.versions.markSteps() - before).isLessThan(10);
  }

  @Test
  void put_amongMarks_isFoundAndPassedOnceItIsDeleted() throws Exception {
    fill(1_000);
    for (int i = 0; i < 1_000; i++) {
      tree.delete(key(i));
    }
    assertThat(all(false)).isEmpty();
    tree.put(key(500), "again");
    tree.put(key(300), "again");
    assertThat(all(false)).containsExactly(key(300), key(500));
    assertThat(all(true)).containsExactly(key(500), key(300));
    tree.delete(key(500));
    assertThat(all(false)).containsExactly(key(300));
    tree.delete(key(300));
    assertThat(all(true)).isEmpty();
  }

  @Test
  void version_thatIsOlderThanTheDeletes_keepsItsEntries() throws Exception {
    fill(1_000);
    try (Lease<Version> lease = tree.versions.lease()) {
      Version held = lease.get();
      tree.flusher.freeze();
      for (int i = 0; i < 990; i++) {
        tree.delete(key(i));
      }
      assertThat(all(false)).hasSize(10);
      assertThat(keys(held, false)).hasSize(1_000);
      tree.flusher.flush();
      tree.compactor.compactAll(() -> {});
      assertThat(all(true)).hasSize(10);
      assertThat(keys(held, true)).hasSize(1_000);
    }
  }

  @Test
  void version_whoseMemtableIsFrozenEmpty_keepsItsEntries() throws Exception {
    fill(1_000);
    tree.flusher.flush();
    tree.delete(key(0));
    tree.delete(key(989));
    tree.flusher.flush();
    try (Lease<Version> lease = tree.versions.lease()) {
      tree.flusher.freeze();
      for (int i = 0; i < 990; i++) {
        tree.delete(key(i));
      }
      assertThat(all(false)).hasSize(10);
      assertThat(keys(lease.get(), false)).hasSize(998);
      assertThat(keys(lease.get(), true)).hasSize(998);
    }
  }

  @Test
  void versionOfSSTablesAlone_besideDeletes_keepsItsEntries() throws Exception {
    fill(1_000);
    tree.flusher.flush();
    tree.delete(key(0));
    tree.delete(key(989));
    tree.flusher.flush();
    try (Lease<Version> flushed = tree.versions.leaseFlushed()) {
      for (int i = 0; i < 990; i++) {
        tree.delete(key(i));
      }
      assertThat(all(true)).hasSize(10);
      assertThat(keys(flushed.get(), false)).hasSize(998);
      assertThat(keys(flushed.get(), true)).hasSize(998);
    }
  }

  /** A version that is held, with what it is to show. */
  private record Held(Lease<Version> version, NavigableMap<String, String> entries) {}

  @Test
  void randomOperations_beside_heldVersions_showWhatASortedMapShows() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    NavigableMap<String, String> model = new TreeMap<>();
    List<Held> held = new ArrayList<>();
    for (int step = 0; step < 200; step++) {
      int from = random.nextInt(1_000);
      int length = random.nextInt(300);
      boolean delete = random.nextInt(3) > 0;
      for (int i = from; i < Math.min(1_000, from + length); i++) {
        if (delete) {
          tree.delete(key(i));
          model.remove(key(i));
        } else if (random.nextInt(20) == 0) {
          tree.put(key(i), "value");
          model.put(key(i), "value");
        }
      }
      if (random.nextInt(10) == 0) {
        held.add(new Held(tree.versions.lease(), new TreeMap<>(model)));
        tree.flusher.freeze();
      }
      if (random.nextInt(15) == 0) {
        tree.flusher.flush();
        tree.compactor.compact(true, () -> {});
      }
      boolean reverse = random.nextBoolean();
      assertThat(all(reverse)).as("seed %d, step %d", seed, step).isEqualTo(list(model, reverse));
      for (Held each : held) {
        assertThat(keys(each.version.get(), reverse))
            .as("seed %d, step %d", seed, step)
            .isEqualTo(list(each.entries, reverse));
      }
      if (held.size() > 3) {
        held.remove(0).version.close();
      }
    }
    held.forEach(each -> each.version.close());
  }

  private static List<String> list(NavigableMap<String, String> entries, boolean reverse) {
    return List.copyOf((reverse ? entries.descendingMap() : entries).keySet());
  }

  @Test
  void put_besideAWalk_isFoundByTheNextScan() throws Exception {
    fill(2_000);
    for (int i = 0; i < 2_000; i++) {
      tree.delete(key(i));
    }
    AtomicBoolean done = new AtomicBoolean();
    Thread walker =
        new Thread(
            () -> {
              while (!done.get()) {
                tree.versions.emptyRanges.clear();
                all(false);
                tree.versions.emptyRanges.clear();
                all(true);
              }
            });
    walker.start();
    Random random = new Random(1);
    try {
      for (int i = 0; i < 3_000; i++) {
        String key = key(random.nextInt(2_000));
        tree.put(key, "value");
        assertThat(all(i % 2 == 0)).containsExactly(key);
        tree.delete(key);
      }
    } finally {
      done.set(true);
      walker.join();
    }
  }

  private String first(boolean reverse) {
    try (Lease<Version> lease = tree.versions.lease()) {
      Cursor cursor = tree.versions.live(lease.get(), new byte[0], null, reverse, () -> {});
      return cursor.next() ? text(cursor.key()) : null;
    }
  }

  private List<String> all(boolean reverse) {
    try (Lease<Version> lease = tree.versions.lease()) {
      return keys(lease.get(), reverse);
    }
  }

  private List<String> keys(Version version, boolean reverse) {
    List<String> keys = new ArrayList<>();
    Cursor cursor = tree.versions.live(version, new byte[0], null, reverse, () -> {});
    while (cursor.next()) {
      keys.add(text(cursor.key()));
    }
    return keys;
  }

  private static String text(byte[] key) {
    return new String(key, StandardCharsets.UTF_8);
  }

  private static String key(int number) {
    return String.format("key %06d", number);
  }
}

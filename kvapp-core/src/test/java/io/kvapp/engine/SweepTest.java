package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.Batch;
import io.kvapp.KVStore;
import io.kvapp.StoreFixture;
import io.kvapp.StoreStats;
import io.kvapp.TestClock;
import io.kvapp.Threads;
import io.kvapp.engine.crash.MemoryFolder;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sweep of expired entries, and what is kept to find them. */
@Tag("once")
class SweepTest {
  private static final int FOOTER_BYTES = 56;

  /** Nothing happens on its own. */
  private static final EngineOptions QUIET =
      new EngineOptions(1 << 20, 64 << 20, 256 << 20, 96 << 20, 3_600_000);

  @TempDir(factory = MemoryFolder.class)
  Path scratch;

  private final TestClock clock = new TestClock();

  @Test
  void sweep_ofMany_passesEachExpiryOnce() {
    try (KVStore store = open()) {
      long few = nanosToSweep(store, 40_000);
      // Ten times as many take ten times as long, a hundred times if each walks over those before.
      assertThat(nanosToSweep(store, 400_000)).isLessThan(50 * few);
      assertThat(store.admin().stats().revision()).isEqualTo(440_000 + 440_000 / 500);
      assertThat(store.size()).isZero();
    }
  }

  private long nanosToSweep(KVStore store, int entries) {
    for (int i = 0; i < entries; i++) {
      store.put(key(i), new byte[8], Duration.ofSeconds(10));
    }
    clock.advance(Duration.ofSeconds(10));
    long start = System.nanoTime();
    ((DiskStore) store).sweep();
    return System.nanoTime() - start;
  }

  @Test
  void sweep_afterAnother_findsWhatExpiresLaterAndWhatWasWrittenBehindIt() {
    try (KVStore store = open()) {
      store.put("first", "value", Duration.ofSeconds(1));
      store.put("later", "value", Duration.ofSeconds(3));
      clock.advance(Duration.ofSeconds(1));
      sweep(store, 3);
      store.put("between", "value", Duration.ofSeconds(1));
      clock.advance(Duration.ofSeconds(1));
      sweep(store, 5);
      clock.advance(Duration.ofSeconds(1));
      sweep(store, 6);
      assertThat(store.size()).isZero();
      store.put("kept", "value", Duration.ofSeconds(1));
      store.put("kept", "for good");
      clock.advance(Duration.ofSeconds(1));
      sweep(store, 8);
      assertThat(store.get("kept")).hasValue("for good");
    }
  }

  @Test
  void sweep_afterARestart_findsWhatIsInSSTables() {
    try (KVStore store = open()) {
      for (int i = 0; i < 2_000; i++) {
        store.put(key(i), new byte[8], Duration.ofMillis(1 + i / 2));
      }
    }
    clock.advanceMillis(600);
    try (KVStore store = open()) {
      assertThat(store.size()).isEqualTo(800);
      sweep(store, 2_000 + 3);
      assertThat(store.size()).isEqualTo(800);
      clock.advanceMillis(600);
      assertThat(store.size()).isZero();
      sweep(store, 2_000 + 3 + 2);
      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }

  @Test
  void sweep_beforeTheEpochAndAtIt_removesWhatIsDue() {
    clock.set(-1_000);
    try (KVStore store = open()) {
      store.put("before", "value", Duration.ofMillis(500));
      store.put("at", "value", Duration.ofMillis(1_000));
      store.put("after", "value", Duration.ofMillis(1_500));
      store.put("for good", "value");
      clock.advanceMillis(999);
      sweep(store, 5);
    }
    clock.advanceMillis(1);
    try (KVStore store = open()) {
      sweep(store, 6);
      clock.advanceMillis(500);
      sweep(store, 7);
      assertThat(store.get("for good")).hasValue("value");
      assertThat(store.size()).isEqualTo(1);
    }
  }

  @Test
  void sizeAndCount_besideBatchesAndSweeps_areThoseOfWhatStands() throws Exception {
    int standing = 5_000;
    int expiring = 20_000;
    try (KVStore store = open()) {
      for (int i = 0; i < expiring; i++) {
        store.put("e" + i, "value", Duration.ofSeconds(1));
        if (i < standing) {
          store.put("s" + i, "value");
        }
      }
      clock.advance(Duration.ofSeconds(1));
      AtomicBoolean ended = new AtomicBoolean();
      Callable<Integer> sweeper =
          () -> {
            ((DiskStore) store).sweep();
            ended.set(true);
            return 0;
          };
      Callable<Integer> writer =
          () -> {
            while (!ended.get()) {
              store.commit(new Batch().put("s1", "again").put("s" + (standing - 1), "again"));
            }
            return 0;
          };
      Callable<Integer> reader =
          () -> {
            do {
              assertThat(store.count("s")).isEqualTo(standing);
              assertThat(store.count("")).isEqualTo(standing);
              assertThat(store.size()).isEqualTo(standing);
            } while (!ended.get());
            return 0;
          };
      Threads.together(List.of(sweeper, writer, reader));
      assertThat(store.size()).isEqualTo(standing);
    }
  }

  @Test
  void expiriesOfOverwrittenEntries_areGoneWithTheFlush() {
    try (KVStore store = open()) {
      for (int i = 0; i < 100_000; i++) {
        clock.advanceMillis(1);
        store.put(key(i % 100), new byte[8], Duration.ofHours(1));
      }
      store.admin().compact();
      StoreStats stats = store.admin().stats();
      assertThat(stats.entries()).isEqualTo(100);
      assertThat(stats.sstableBytes()).isLessThan(100 * 100);
    }
  }

  @Test
  void expiries_damagedOnTheDisk_areGatheredFromTheEntries() throws IOException {
    try (KVStore store = open()) {
      for (int i = 0; i < 1_000; i++) {
        store.put(key(i), new byte[8], Duration.ofMillis(1_000 + i));
      }
      store.put("plain", "value");
    }
    flip(FOOTER_BYTES + 500 * 12 + 3);
    clock.advanceMillis(1_499);
    try (KVStore store = open()) {
      assertThat(store.size()).isEqualTo(501);
      assertThat(store.admin().stats().entries()).isEqualTo(501);
      sweep(store, 1_001 + 1);
      assertThat(store.admin().verify().faults())
          .singleElement()
          .asString()
          .contains("snapshot-", "nothing is lost");
      store.admin().backup(scratch.resolve("backup"));
      clock.advanceMillis(100);
      sweep(store, 1_001 + 2);
      store.admin().compact();
      assertThat(store.admin().verify().faults()).isEmpty();
      assertThat(store.size()).isEqualTo(401);
    }
    try (KVStore store = KVStore.open(scratch.resolve("backup"), StoreFixture.options(clock))) {
      assertThat(store.size()).isEqualTo(401);
    }
  }

  @Test
  void compact_writesDamagedExpiriesAnew() throws IOException {
    try (KVStore store = open()) {
      store.put("key", "value", Duration.ofHours(1));
    }
    flip(FOOTER_BYTES + 1);
    try (KVStore store = open()) {
      assertThat(store.admin().verify().faults()).hasSize(1);
      store.admin().compact();
      assertThat(store.admin().verify().faults()).isEmpty();
      assertThat(store.get("key")).hasValue("value");
    }
  }

  /** Flips a bit of the only SSTable, so many bytes before its end. */
  private void flip(int fromEnd) throws IOException {
    Path file = Disk.list(folder(), "snapshot-*.kvs").get(0);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - fromEnd] ^= 1;
    Files.write(file, bytes);
  }

  private static void sweep(KVStore store, long revisionAfter) {
    ((DiskStore) store).sweep();
    assertThat(store.admin().stats().revision()).isEqualTo(revisionAfter);
  }

  private static byte[] key(int i) {
    return StoreFixture.utf8("key " + i);
  }

  private KVStore open() {
    return DiskStore.open(folder(), StoreFixture.options(clock), new Disk(), QUIET);
  }

  private Path folder() {
    return scratch.resolve("store");
  }
}

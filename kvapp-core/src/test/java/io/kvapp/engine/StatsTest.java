package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVStore;
import io.kvapp.StoreFixture;
import io.kvapp.StoreOptions;
import io.kvapp.StoreStats;
import io.kvapp.TestClock;
import io.kvapp.engine.crash.MemoryFolder;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a store counts since it was opened. */
class StatsTest {
  @TempDir(factory = MemoryFolder.class)
  Path folder;

  private final TestClock clock = new TestClock();

  @Test
  void stats_sinceOpening_countFlushesCompactionsExpiriesAndSyncs() {
    EngineOptions quiet = new EngineOptions(1 << 20, 64 << 20, 256 << 20, 96 << 20, 3_600_000);
    try (KVStore store = open(quiet)) {
      StoreStats opened = store.admin().stats();
      assertThat(opened.flushes()).isZero();
      assertThat(opened.compactions()).isZero();
      assertThat(opened.expired()).isZero();
      assertThat(opened.recycledBytes()).isZero();

      store.put("short", "1", Duration.ofSeconds(1));
      store.put("kept", "1");
      store.sync();
      store.admin().compact();
      clock.advance(Duration.ofSeconds(2));
      ((DiskStore) store).sweep();
      store.admin().compact();

      StoreStats stats = store.admin().stats();
      assertThat(stats.flushes()).isEqualTo(2);
      assertThat(stats.compactions()).isEqualTo(1);
      assertThat(stats.expired()).isOne();
      assertThat(stats.syncs()).isPositive();
      assertThat(stats.syncTimes().count()).isEqualTo(stats.syncs());
      assertThat(stats.maxSyncLatency()).isGreaterThanOrEqualTo(stats.meanSyncLatency());
    }
  }

  @Test
  void recycledBytes_whileFilesWaitToBeWrittenAnew_arePartOfTheJournal() {
    // All segments have the largest size, so that each is worth to be kept.
    EngineOptions equal = new EngineOptions(1 << 20, 1 << 20, 256 << 20, 96 << 20, 3_600_000);
    try (KVStore store = open(equal)) {
      for (int i = 0; i < 80; i++) {
        store.put(StoreFixture.utf8("key"), new byte[50_000]);
      }
      store.admin().compact();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      StoreStats stats = store.admin().stats();
      // A thread of the journal takes the files back.
      while (stats.recycledBytes() == 0) {
        assertThat(System.nanoTime()).isLessThan(end);
        stats = store.admin().stats();
      }
      assertThat(stats.recycledBytes()).isLessThanOrEqualTo(stats.journalBytes());
    }
  }

  private KVStore open(EngineOptions engine) {
    StoreOptions options = StoreFixture.options(clock).withWatchHistory(0);
    return DiskStore.open(folder, options, new Disk(), engine);
  }
}

package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVStore;
import io.kvapp.StoreFixture;
import io.kvapp.StoreOptions;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which files of the journal and of SSTables are kept to be recycled, and when they go. */
@Timeout(60)
class DiskSpaceTest {
  private static final EngineOptions FEW =
      new EngineOptions(64 << 10, 1 << 20, 1 << 20, 200 << 10, 5);

  @TempDir Path scratch;

  /** With few megabytes of journal between two flushes, and with all of it before the first. */
  @ParameterizedTest
  @CsvSource({"4, 2", "64, 9"})
  void compact_ofAStoreThatWroteMuch_givesTheFilesOfTheJournalBack(int flushed, int least) {
    EngineOptions small = new EngineOptions(64 << 10, 1 << 20, flushed << 20, 96 << 20, 3_600_000);
    try (KVStore store = open(small)) {
      for (int i = 0; i < 500; i++) {
        store.put(StoreFixture.utf8("key " + i % 10), new byte[20_000]);
      }
      // The segment that is written to, and one that is being made.
      TestThreads.spinUntil(() -> store.admin().stats().journalBytes() >= least << 20);
      for (int i = 0; i < 9; i++) {
        store.delete("key " + i);
      }

      store.admin().compact();

      assertThat(store.admin().stats().journalBytes()).isLessThanOrEqualTo(3 * (64 << 10));
      store.put("key", "value");
      assertThat(store.get("key 9").orElseThrow()).hasSize(20_000);
    }
    try (KVStore store = open(EngineOptions.standard())) {
      assertThat(store.size()).isEqualTo(2);
    }
  }

  @Test
  void filesOfSSTables_areRecycledWhileMuchIsWrittenAndGoneAfterwards() throws Exception {
    EngineOptions small = new EngineOptions(64 << 10, 1 << 20, 1 << 20, 100 << 10, 5);
    try (KVStore store = open(small)) {
      int written = 0;
      while (Disk.list(folder(), "spare-*").isEmpty()) {
        TestThreads.requireTime();
        // Much at a time, as looking into the folder takes longer than a write.
        for (int i = 0; i < 500; i++) {
          store.put("key " + written++ % 5_000, "value " + written);
        }
      }
      store.admin().compact();
      assertThat(Disk.list(folder(), "spare-*")).isEmpty();
      while (Disk.list(folder(), "spare-*").isEmpty()) {
        TestThreads.requireTime();
        // Much at a time, as looking into the folder takes longer than a write.
        for (int i = 0; i < 500; i++) {
          store.put("key " + written++ % 5_000, "value " + written);
        }
      }
    }
    assertThat(Disk.list(folder(), "spare-*")).isEmpty();
    Path leftOver = Files.write(folder().resolve("spare-7.kvs"), new byte[100]);
    try (KVStore store = open(EngineOptions.standard())) {
      assertThat(leftOver).doesNotExist();
      assertThat(store.size()).isBetween(1L, 5_000L);
      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }

  @Test
  void idleness_afterMuchWasWritten_givesTheFilesOfTheJournalBack() {
    EngineOptions quick = new EngineOptions(64 << 10, 1 << 20, 4 << 20, 96 << 20, 5);
    try (KVStore store = open(quick)) {
      for (int i = 0; i < 200; i++) {
        store.put(StoreFixture.utf8("key " + i), new byte[20_000]);
      }

      TestThreads.spinUntil(() -> store.admin().stats().journalBytes() <= 3 * (64 << 10));
      assertThat(store.size()).isEqualTo(200);
      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }

  @Test
  void journal_ofBusierTimes_isGivenBackWhileLittleIsWritten() {
    EngineOptions quick = new EngineOptions(4 << 20, 64 << 20, 256L << 20, 96 << 20, 5);
    byte[] kilobyte = new byte[1024];
    try (KVStore store = open(quick)) {
      int keys = 0;
      while (store.admin().stats().journalBytes() <= 24L << 20) {
        TestThreads.requireTime();
        store.put(StoreFixture.utf8("key " + keys++), kilobyte);
      }
      int written = 0;
      while (store.admin().stats().journalBytes() > 12 << 20) {
        long syncs = store.admin().stats().syncs();
        store.put("key", "value " + written++);
        TestThreads.spinUntil(() -> store.admin().stats().syncs() > syncs);
      }
      assertThat(store.size()).isEqualTo(keys + 1);
    }
  }

  @Test
  void put_ofValuesLargerThanTheNextSegment_leavesNoSegmentBehind() throws Exception {
    try (KVStore store = open(FEW)) {
      for (int i = 0; i < 20; i++) {
        store.put(StoreFixture.utf8("key"), new byte[2 << 20]);
      }
      store.admin().compact();
      store.put("small", "value");
      store.admin().compact();

      assertThat(Disk.list(folder(), "journal-*")).hasSizeLessThanOrEqualTo(4);
    }
  }

  private KVStore open(EngineOptions options) {
    return DiskStore.open(
        folder(), StoreOptions.defaults().withWatchHistory(0), new Disk(), options);
  }

  private Path folder() {
    return scratch.resolve("store");
  }
}

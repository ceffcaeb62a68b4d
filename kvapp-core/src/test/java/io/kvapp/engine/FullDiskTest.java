package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreFixture;
import io.kvapp.TestClock;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.SmallDisk;
import io.kvapp.engine.model.EngineOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A store whose disk is full or nearly so. */
@Timeout(60)
class FullDiskTest {
  private static final EngineOptions SMALL =
      new EngineOptions(256 << 10, 1 << 20, 1 << 20, 2_000, 5);
  private static final int TICKS = 100;

  @TempDir Path scratch;

  private final TestClock clock = new TestClock();
  private SmallDisk disk;

  @BeforeEach
  void makeDisk() {
    disk = new SmallDisk(folder());
  }

  @Test
  void idleness_withoutSpaceForACompaction_writesNothing() throws Exception {
    makeThreeSSTables();
    disk.leave(2 << 20);
    try (KVStore store = open(SMALL)) {
      awaitTicks(TICKS);
      long before = disk.written();
      awaitTicks(TICKS);

      assertThat(disk.written() - before).isZero();
      assertThat(store.admin().stats().sstables()).isEqualTo(3);
      store.put("small", "value");
      disk.leave(64 << 20);
      TestThreads.spinUntil(() -> store.admin().stats().sstables() < 3);
    }
  }

  @Test
  void readOnlyStore_compactsNothing() throws Exception {
    makeThreeSSTables();
    disk.leave(2 << 20);
    try (KVStore store = open(SMALL)) {
      store.put("key", "value");
      disk.failSyncs();
      disk.leave(64 << 20);
      TestThreads.spinUntil(() -> isReadOnly(store));
      long before = disk.written();
      awaitTicks(TICKS);

      assertThat(disk.written() - before).isZero();
    } catch (KVException.ReadOnly onClose) {
      assertThat(onClose).hasMessageContaining("Input/output error");
    }
  }

  private static boolean isReadOnly(KVStore store) {
    try {
      store.put("key", "value");
      return false;
    } catch (KVException.ReadOnly refused) {
      return true;
    }
  }

  /** Leaves a closed store of three SSTables, which an idle one compacts. */
  private void makeThreeSSTables() {
    EngineOptions slow = new EngineOptions(256 << 10, 1 << 20, 64 << 20, 1_000_000, 3_600_000);
    for (int round = 0; round < 3; round++) {
      try (KVStore store = open(slow)) {
        for (int i = 0; i < 1_000; i++) {
          store.put(StoreFixture.utf8(round + " key " + i), new byte[1_000]);
        }
        // A growth of the hash table is over after that.
        assertThat(store.admin().verify().faults()).isEmpty();
      }
    }
  }

  /** Waits until the background has had that many turns. */
  private void awaitTicks(int ticks) {
    long asked = disk.questions();
    // Four questions a tick are more than there are.
    TestThreads.spinUntil(() -> disk.questions() > asked + 4L * ticks);
  }

  private KVStore open(EngineOptions options) {
    return open(disk, options);
  }

  private KVStore open(Disk on, EngineOptions options) {
    return DiskStore.open(folder(), StoreFixture.options(clock), on, options);
  }

  private Path folder() {
    return scratch.resolve("store");
  }
}

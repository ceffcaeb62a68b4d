package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.kvapp.FolderCopy;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreFixture;
import io.kvapp.TestClock;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.SmallDisk;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A store whose disk is full or nearly so. */
@Timeout(60)
@Tag("once")
class FullDiskTest {
  private static final EngineOptions SMALL =
      new EngineOptions(256 << 10, 1 << 20, 1 << 20, 200 << 10, 5);
  private static final EngineOptions SLOW =
      new EngineOptions(256 << 10, 1 << 20, 64 << 20, 1_000_000, 3_600_000);
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
      awaitTicks(TICKS);
      long before = disk.written();
      awaitTicks(TICKS);

      assertThat(disk.written() - before).isZero();
    } catch (KVException.ReadOnly onClose) {
      assertThat(onClose).hasMessageContaining("Input/output error");
    }
  }

  @Test
  void delete_onAFullDisk_freesSpaceForWrites() throws Exception {
    byte[] value = new byte[10_000];
    try (KVStore store = open(SMALL)) {
      awaitReserve();
      disk.leave(6 << 20);
      int written = fill(store, value);
      assertThat(written).isGreaterThan(100);

      store.put(StoreFixture.utf8("key 0"), new byte[10_000]);
      for (int i = 1; i < written; i++) {
        assertThat(store.delete("key " + i)).isTrue();
      }

      TestThreads.spinUntil(() -> takes(store, value));
      assertThat(store.get("key 0").orElseThrow()).hasSize(10_000);
      assertThat(store.size()).isEqualTo(2);
      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }

  @Test
  void put_ofNewBytesOnAFullDisk_leavesTheReserveToDeletes() throws Exception {
    try (KVStore store = open(SMALL)) {
      awaitReserve();
      disk.leave(0);
      // A flush gives space of the journal back now and then.
      int round = 0;
      do {
        fill(store, "key " + round++, new byte[1_000]);
        awaitTicks(TICKS);
      } while (fill(store, "more " + round, new byte[1_000]) > 0);
      long reserve = reserve();
      assertThat(reserve).isPositive();

      assertThatThrownBy(() -> store.put(StoreFixture.utf8("key 00"), new byte[1_001]))
          .isInstanceOf(KVException.NoSpace.class);
      assertThat(reserve()).isEqualTo(reserve);
      store.put(StoreFixture.utf8("key 00"), new byte[1_000]);
      assertThat(store.delete("key 01")).isTrue();
    }
  }

  @Test
  void open_ofACopyWithHoles_hasTheBlocksOfTheHashTable() throws Exception {
    try (KVStore store = open(SMALL)) {
      store.put("key", "value");
    }
    Path map = folder().resolve("live-1.map");
    byte[] content = Files.readAllBytes(map);
    Files.delete(map);
    try (RandomAccessFile sparse = new RandomAccessFile(map.toFile(), "rw")) {
      sparse.setLength(content.length);
      for (int at = 0; at < content.length; at += 4096) {
        int length = Math.min(4096, content.length - at);
        if (!Arrays.equals(content, at, at + length, new byte[4096], 0, length)) {
          sparse.seek(at);
          sparse.write(content, at, length);
        }
      }
    }
    try (KVStore store = open(SMALL)) {
      assertThat(store.get("key")).hasValue("value");
      assertThat(store.admin().recovery().clean()).isTrue();
      assertThat(store.admin().recovery().rebuilt()).isFalse();
      assumeThat(Path.of("/usr/bin/stat")).exists();
      Process stat = new ProcessBuilder("/usr/bin/stat", "-c", "%b", map.toString()).start();
      String blocks = new String(stat.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(512 * Long.parseLong(blocks.strip())).isGreaterThanOrEqualTo(content.length);
    }
  }

  @Test
  void open_ofAFullDisk_servesReadsAndDeletes() throws Exception {
    int written;
    try (KVStore store = open(SMALL)) {
      awaitReserve();
      disk.leave(2 << 20);
      written = fill(store, new byte[10_000]);
    }
    disk.leave(0);
    try (KVStore store = open(SMALL)) {
      assertThat(store.size()).isEqualTo(written);
      assertThat(store.get("key 0").orElseThrow()).hasSize(10_000);
      assertThat(store.delete("key 0")).isTrue();
      assertThatThrownBy(() -> store.put("new", "value")).isInstanceOf(KVException.NoSpace.class);
    }
    try (KVStore store = open(SMALL)) {
      assertThat(store.size()).isEqualTo(written - 1);
    }
  }

  @Test
  void open_afterAKillOnAFullDisk_findsSpaceInWhatNoManifestNames() throws Exception {
    try (KVStore store = open(SLOW)) {
      for (int i = 0; i < 500; i++) {
        store.put("key " + i, "value");
      }
      FolderCopy.copy(folder(), scratch.resolve("copy"));
    }
    SmallDisk copied = new SmallDisk(scratch.resolve("copy"));
    Path leftOver = scratch.resolve("copy").resolve("snapshot-0000000077-0.kvs");
    Files.write(leftOver, new byte[2 << 20]);
    copied.leave(0);
    try (KVStore store =
        DiskStore.open(
            scratch.resolve("copy"),
            StoreFixture.options(clock).withWatchHistory(0),
            copied,
            SMALL)) {
      assertThat(leftOver).doesNotExist();
      assertThat(store.size()).isEqualTo(500);
      assertThat(store.get("key 499")).hasValue("value");
    }
  }

  /** Puts values under the keys "key 0" and so on until one is refused; how many were taken. */
  private static int fill(KVStore store, byte[] value) {
    return fill(store, "key ", value);
  }

  private static int fill(KVStore store, String prefix, byte[] value) {
    for (int i = 0; ; i++) {
      try {
        store.put(StoreFixture.utf8(prefix + i), value);
      } catch (KVException.NoSpace full) {
        return i;
      }
    }
  }

  private static boolean takes(KVStore store, byte[] value) {
    try {
      store.put(StoreFixture.utf8("again"), value);
      return true;
    } catch (KVException.NoSpace full) {
      return false;
    }
  }

  private void awaitReserve() {
    TestThreads.spinUntil(() -> reserve() >= 3L * SMALL.firstSegmentBytes());
  }

  private long reserve() throws IOException {
    long bytes = 0;
    for (Path file : Disk.list(folder(), "reserve-*")) {
      bytes += file.toFile().length(); // none of one that has gone meanwhile
    }
    return bytes;
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
    for (int round = 0; round < 3; round++) {
      try (KVStore store = open(SLOW)) {
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
    return DiskStore.open(folder(), StoreFixture.options(clock).withWatchHistory(0), on, options);
  }

  private Path folder() {
    return scratch.resolve("store");
  }
}

package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.Entry;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class GrowthTest {
  @TempDir Path scratch;

  @Test
  @Timeout(60)
  void growth_forFewEntriesThatAreLarge_comesToAnEnd() {
    byte[] value = new byte[HashIndex.MAX_INLINE_VALUE_BYTES];
    try (KVStore store = KVStore.open(folder())) {
      for (int i = 0; i < 2_500; i++) {
        // The same array, as by a caller that fills it again and again.
        Arrays.fill(value, (byte) i);
        store.put(key(i), value);
        Arrays.fill(store.get(key(i)).orElseThrow(), (byte) 0);
      }
      assertThatAllAreThere(store);
    }
    try (KVStore store = KVStore.open(folder())) {
      assertThat(store.admin().recovery().clean()).isTrue();
      assertThat(store.size()).isEqualTo(2_500);
      assertThatAllAreThere(store);
    }
  }

  @Test
  @Timeout(60)
  void growth_fromATableWithADamagedKeyLength_losesNoEntry() throws Exception {
    String key = "a-key-that-nothing-else-in-the-file-has";
    byte[] large = new byte[HashIndex.MAX_INLINE_VALUE_BYTES];
    try (KVStore store = KVStore.open(folder())) {
      store.put(key, "value");
      Path table = tables().get(0);
      String bytes = Files.readString(table, StandardCharsets.ISO_8859_1);
      try (RandomAccessFile damaged = new RandomAccessFile(table.toFile(), "rw")) {
        damaged.seek(bytes.indexOf(key) - 1);
        damaged.write(0xFF);
      }
      for (int i = 0; Files.exists(table); i++) {
        TestThreads.requireTime();
        store.put(key(i), large);
      }
      assertThat(store.get(key)).hasValue("value");
      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }

  @Test
  @Timeout(120)
  void growth_whileMuchIsWritten_isForHugePages_whichCalmGivesUp() throws Exception {
    int entries = 0;
    byte[] value = new byte[400];
    try (KVStore store = KVStore.open(folder())) {
      while (hugeFiles().isEmpty()) {
        TestThreads.requireTime();
        for (int i = 0; i < 1_000; i++) {
          store.put(key(entries++), value);
        }
      }
      assertThat(store.admin().verify().faults()).isEmpty();
    }
    // Sixty ticks are long for a test, so they are short.
    EngineOptions quick = new EngineOptions(4 << 20, 64 << 20, 256L << 20, 96 << 20, 5);
    try (KVStore store = DiskStore.open(folder(), StoreOptions.defaults(), new Disk(), quick)) {
      assertThat(store.admin().recovery().clean()).isTrue();
      // So little that it is calm in whichever ticks it is written, and more than a copy costs.
      for (int i = 0; i < 300; i++) {
        store.put(key(i), key(i));
      }
      TestThreads.spinUntil(() -> hugeFiles().isEmpty());
      assertThat(store.size()).isEqualTo(entries);
      assertThat(store.get(key(0))).hasValue(key(0));
      assertThat(store.get(key(entries - 1)).orElseThrow()).isEqualTo(value);
      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }

  private List<Path> tables() throws IOException {
    return Disk.list(scratch.resolve("store"), "live-*.map");
  }

  private List<Path> hugeFiles() throws IOException {
    return Disk.list(scratch.resolve("store"), "live-*-huge.map");
  }

  @Test
  @Timeout(60)
  void reserve_thatWasMadeForALargeJournal_isGivenBackInCalmAndByAClose() throws Exception {
    EngineOptions quick = new EngineOptions(1 << 20, 16 << 20, 64L << 20, 96 << 20, 20);
    byte[] value = new byte[100_000];
    AtomicLong usable = new AtomicLong(256 << 20);
    try (KVStore store =
        DiskStore.open(folder(), StoreOptions.defaults(), diskWith(usable), quick)) {
      int written = 0;
      while (reserveBytes() < 12 << 20) {
        TestThreads.requireTime();
        store.put(key(written++ % 50), value);
      }
      TestThreads.spinUntil(() -> reserveBytes() < 8 << 20);
      while (reserveBytes() < 12 << 20) {
        TestThreads.requireTime();
        store.put(key(written++ % 50), value);
      }
      usable.set(1 << 30);
    }
    assertThat(reserveBytes()).isBetween(1L, 8L << 20);
  }

  @Test
  @Timeout(60)
  void reserve_isAsLargeAsTheJournal_onlyWhereTheDiskIsNotRoomy() throws Exception {
    EngineOptions quick = new EngineOptions(1 << 20, 16 << 20, 64L << 20, 96 << 20, 20);
    byte[] value = new byte[100_000];
    AtomicLong usable = new AtomicLong(64L << 30);
    int written = 0;
    try (KVStore store =
        DiskStore.open(folder(), StoreOptions.defaults(), diskWith(usable), quick)) {
      while (written < 300 || store.admin().stats().journalBytes() < 16 << 20) {
        TestThreads.requireTime();
        store.put(key(written++ % 50), value);
        assertThat(reserveBytes()).isLessThan(8L << 20);
      }
      usable.set(256 << 20);
      while (reserveBytes() < 12 << 20) {
        TestThreads.requireTime();
        store.put(key(written++ % 50), value);
      }
      usable.set(64L << 30);
      while (reserveBytes() >= 8 << 20) {
        TestThreads.requireTime();
        store.put(key(written++ % 50), value);
      }
    }
  }

  private static Disk diskWith(AtomicLong usableBytes) {
    return new Disk() {
      @Override
      public long usableBytes(Path any) {
        return usableBytes.get();
      }
    };
  }

  private long reserveBytes() throws IOException {
    long bytes = 0;
    for (Path file : Disk.list(scratch.resolve("store"), "reserve-*.bin")) {
      bytes += file.toFile().length();
    }
    return bytes;
  }

  @Test
  @Timeout(60)
  void hashTable_inTimesOfCalm_hasLittleRoom_andIsEnoughForManyOverwrites() throws Exception {
    EngineOptions quick = new EngineOptions(4 << 20, 64 << 20, 256L << 20, 96 << 20, 5);
    try (KVStore store = DiskStore.open(folder(), StoreOptions.defaults(), new Disk(), quick)) {
      int entries = 200_000;
      byte[] value = new byte[400];
      // A table for twice as many, whatever the speed of the machine.
      store
          .admin()
          .load(
              IntStream.range(0, entries).mapToObj(i -> new Entry(key(i), value, 0, 0)).iterator());
      TestThreads.spinUntil(
          () -> store.admin().stats().hashTableBytes() <= entries * 690L && tables().size() == 1);
      List<Path> calm = tables();
      for (int i = 0; i < entries / 4; i++) {
        store.put(key(i), value);
      }
      assertThat(tables()).isEqualTo(calm);
      assertThat(store.admin().verify().faults()).isEmpty();
      store.put("key 7", "changed");
      assertThat(store.get("key 7")).hasValue("changed");
      assertThat(store.size()).isEqualTo(entries);
    }
  }

  private static void assertThatAllAreThere(KVStore store) {
    for (int i = 0; i < 2_500; i++) {
      assertThat(store.get(key(i)).orElseThrow()).containsOnly(i);
    }
  }

  private static byte[] key(int i) {
    return ("key " + i).getBytes(StandardCharsets.UTF_8);
  }

  private Path folder() {
    return scratch.resolve("store");
  }
}

package io.kvapp.engine.hashtable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.management.ThreadMXBean;
import io.kvapp.engine.TestThreads;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.VersionedValue;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HashTableTest {
  private static final long SMALLEST = 16_384;
  private static final long SEED = 42;

  @TempDir Path folder;

  /** Loading this class would mean that a file chose what code runs. */
  static final class Trap {
    static {
      System.setProperty("kvapp.trap", "sprung");
    }
  }

  @Test
  void get_absent() throws IOException {
    try (HashTable table = create(SMALLEST)) {
      assertThat(table.get(key(1))).isNull();
      assertThat(table.remove(key(1))).isFalse();
      assertThat(table.size()).isZero();
    }
  }

  @Test
  void put_value_isRead() throws IOException {
    try (HashTable table = create(SMALLEST)) {
      assertThat(table.put(key(1), 7, 8, new byte[] {1, 2})).isEqualTo(HashTable.Put.ADDED);
      VersionedValue found = table.get(key(1));
      assertThat(found.revision()).isEqualTo(7);
      assertThat(found.expiresAt()).isEqualTo(8);
      assertThat(found.value()).containsExactly(1, 2);
      assertThat(table.size()).isEqualTo(1);
    }
  }

  @Test
  void put_empty_isNotElsewhere() throws IOException {
    try (HashTable table = create(SMALLEST)) {
      table.put(key(1), 1, 0, new byte[0]);
      table.put(key(2), Long.MIN_VALUE, Long.MAX_VALUE, null);
      assertThat(table.get(key(1)).value()).isEmpty();
      assertThat(table.get(key(2)))
          .isEqualTo(new VersionedValue(Long.MIN_VALUE, Long.MAX_VALUE, null));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, 4096})
  void put_anyLengthUpTo4KiB_fitsSmallestMap(int length) throws IOException {
    try (HashTable table = create(SMALLEST)) {
      for (int i = 0; i < 100; i++) {
        assertThat(put(table, i, i % 2 == 0 ? length : 100)).isTrue();
      }
      assertThat(table.get(key(42)).value()).isEqualTo(value(42, length));
    }
  }

  @Test
  void put_tooLargeForAnyPart_false() throws IOException {
    try (HashTable table = create(SMALLEST)) {
      put(table, 1, 100);
      assertThat(table.put(key(1), 2, 0, new byte[16 << 20])).isEqualTo(HashTable.Put.NO_ROOM);
      assertThat(table.get(key(1)).value()).isEqualTo(value(1, 100));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 1_000, SMALLEST, 50_000, 200_000})
  void create_holdsAsManyAsPromised_whateverTheSizes(long entries) throws IOException {
    Random random = new Random(SEED);
    int[] constant = {100};
    for (int kind = 0; kind < 2; kind++) {
      try (HashTable table =
          HashTable.create(new Disk(), folder.resolve("map" + kind), entries, 23, 100, false)) {
        for (int i = 0; i < entries; i++) {
          int skewed = (int) (-100 * Math.log(1 - random.nextDouble()));
          assertThat(put(table, i, kind == 0 ? constant[0] : skewed)).isTrue();
        }
        assertThat(table.size()).isEqualTo(entries);
        assertThat(table.load()).isBetween(0.0, 1.0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3_000, 100_000})
  void create_averageOfAnySize_holdsAsManyAsPromised(int averageValueBytes) throws IOException {
    int entries = 2_000;
    Path file = folder.resolve("map");
    try (HashTable table =
        HashTable.create(new Disk(), file, entries, 23, averageValueBytes, false)) {
      for (int i = 0; i < entries; i++) {
        assertThat(put(table, i, averageValueBytes)).isTrue();
      }
      assertThat(table.size()).isEqualTo(entries);
    }
  }

  @Test
  void put_full_falseAndNothingChanges() throws IOException {
    try (HashTable table = create(SMALLEST)) {
      int stored = fillUp(table, 100);
      assertThat(stored).isGreaterThan((int) SMALLEST);
      assertThat(table.load()).isGreaterThan(0.95);
      int refused = 0;
      for (int i = 0; i < stored; i++) {
        boolean grown = table.put(key(i), 99, 0, value(i, 600)) != HashTable.Put.NO_ROOM;
        refused += grown ? 0 : 1;
        assertThat(table.get(key(i)).value()).isEqualTo(value(i, grown ? 600 : 100));
      }
      assertThat(refused).isPositive();
      assertThat(table.size()).isEqualTo(stored);
      for (int i = 0; i < stored; i++) {
        assertThat(table.get(key(i)).value()).startsWith(value(i, 100));
      }
      assertThat(table.put(key(0), 100, 0, null)).isEqualTo(HashTable.Put.REPLACED);
    }
  }

  @Test
  void put_afterRemoval_roomComesBack() throws IOException {
    try (HashTable table = create(SMALLEST)) {
      int stored = fillUp(table, 100);
      for (int i = 0; i < stored; i++) {
        assertThat(table.remove(key(i))).isTrue();
      }
      assertThat(table.load()).isZero();
      assertThat(fillUp(table, 100)).isEqualTo(stored);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void randomOperations_agreeWithModel(boolean byCalls) throws IOException {
    Random random = new Random(SEED);
    Map<String, byte[]> model = new HashMap<>();
    Path file = folder.resolve("map");
    HashTable table = HashTable.create(new Disk(), file, 2_000, 23, 100, false);
    if (byCalls) {
      table.overwriteByCalls();
    }
    int refused = 0;
    for (int i = 0; i < 200_000; i++) {
      int id = random.nextInt(4_000);
      if (random.nextInt(4) == 0) {
        assertThat(table.remove(key(id))).isEqualTo(model.remove(text(id)) != null);
      } else {
        int length = random.nextInt(10) == 0 ? random.nextInt(3_000) : random.nextInt(150);
        byte[] value = value(i, length);
        if (table.put(key(id), i, 0, value) != HashTable.Put.NO_ROOM) {
          model.put(text(id), value);
        } else {
          refused++;
        }
      }
      byte[] expected = model.get(text(id));
      VersionedValue found = table.get(key(id));
      assertThat(found == null ? null : found.value()).as("seed %d", SEED).isEqualTo(expected);
    }
    assertThat(refused).isPositive();
    assertSame(table, model);
    int[] checksums = table.finish();
    try (HashTable reopened = HashTable.open(file, 2_000, 23, 100, checksums)) {
      assertSame(reopened, model);
    }
  }

  @Test
  void create_fileIsFullOwnerOnlyAndNotSparse() throws IOException {
    try (HashTable table = create(SMALLEST)) {
      Path file = folder.resolve("map");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      assertThat(Files.size(file)).isEqualTo(table.fileBytes());
      Process du = new ProcessBuilder("du", "-B1", file.toString()).start();
      String used = new String(du.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(Long.parseLong(used.split("\\s")[0])).isGreaterThanOrEqualTo(table.fileBytes());
    }
  }

  @Test
  void create_existingFile_refusedAndKept() throws IOException {
    Path file = Files.writeString(folder.resolve("map"), "mine");
    assertThatThrownBy(() -> create(SMALLEST)).isInstanceOf(IOException.class);
    assertThat(file).hasContent("mine");
  }

  @Test
  void open_foreignClassInHead_refusedUnloaded() throws IOException {
    int[] checksums = create(SMALLEST).finish();
    Path file = folder.resolve("map");
    byte[] bytes = Files.readAllBytes(file);
    String name = Trap.class.getName();
    int at =
        new String(bytes, 0, 4096, StandardCharsets.ISO_8859_1).indexOf("keyDataAccess: !") + 16;
    byte[] trap = name.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(trap, 0, bytes, at, trap.length);
    Files.write(file, bytes);
    assertThatThrownBy(() -> HashTable.open(file, SMALLEST, 23, 100, checksums))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(name)
        .hasMessageContaining("keyDataAccess");
    assertThat(System.getProperty("kvapp.trap")).isNull();
  }

  @Test
  void open_wrongSizesTruncatedOrMissing_named() throws IOException {
    int[] checksums = create(SMALLEST).finish();
    Path file = folder.resolve("map");
    assertThatThrownBy(() -> HashTable.open(file, 2 * SMALLEST, 23, 100, checksums))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("bytes");
    try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
      cut.setLength(5_000);
    }
    assertThatThrownBy(() -> HashTable.open(file, SMALLEST, 23, 100, checksums))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("5000");
    assertThatThrownBy(() -> HashTable.open(folder.resolve("none"), SMALLEST, 23, 100, checksums))
        .isInstanceOf(IOException.class);
    assertThat(folder.resolve("none")).doesNotExist();
  }

  @Test
  void open_partLeftLocked_refused() throws IOException {
    int[] checksums = create(SMALLEST).finish();
    Path file = folder.resolve("map");
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(4096);
      bytes.write(1);
    }
    assertThatThrownBy(() -> HashTable.open(file, SMALLEST, 23, 100, checksums))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("part 0 is locked");
    Files.delete(file);
    create(SMALLEST).close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void concurrentPutsOfAllLengths_neverTorn(boolean byCalls) throws Exception {
    try (HashTable table = create(SMALLEST)) {
      if (byCalls) {
        table.overwriteByCalls();
      }
      AtomicReference<Throwable> failure = new AtomicReference<>();
      Thread[] threads = new Thread[4];
      for (int t = 0; t < threads.length; t++) {
        Random random = new Random(SEED + t);
        threads[t] =
            new Thread(
                () -> {
                  try {
                    for (int i = 0; i < 50_000; i++) {
                      int id = random.nextInt(50);
                      int action = random.nextInt(8);
                      if (action == 0) {
                        table.remove(key(id));
                      } else if (action < 4) {
                        put(table, id, random.nextInt(2_000));
                      } else {
                        VersionedValue found = table.get(key(id));
                        assertThat(found == null || found.revision() == id).isTrue();
                      }
                    }
                  } catch (Throwable e) {
                    failure.set(e);
                  }
                });
        threads[t].start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(failure.get()).isNull();
    }
  }

  @Test
  void get_damagedByte_detected() throws IOException {
    byte[] marker = "a-value-nothing-else-in-the-file-has".getBytes(StandardCharsets.ISO_8859_1);
    try (HashTable table = create(SMALLEST)) {
      table.put(key(1), 1, 0, marker);
      put(table, 2, 50);
      damage("a-value-nothing");

      assertThatThrownBy(() -> table.get(key(1))).isInstanceOf(HashTable.DamagedException.class);
      assertThat(table.get(key(2)).value()).isEqualTo(value(2, 50));
      assertThat(put(table, 1, 20)).isTrue();
      assertThat(table.get(key(1)).value()).isEqualTo(value(1, 20));
    }
  }

  @Test
  void keys_ofAPartWithADamagedLength_areRefused() throws IOException {
    try (HashTable table = create(SMALLEST)) {
      put(table, 1, 50);
      int part = table.part(key(1));
      assertThat(table.keys(part)).containsExactly(key(1));
      Path file = folder.resolve("map");
      String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
      int length = bytes.indexOf(text(1)) - 1;
      for (byte[] damage : new byte[][] {{-1}, {-1, -1, -1, -1, 7}, {-1, -1, -1, -1, -1, 7}}) {
        try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
          damaged.seek(length);
          damaged.write(damage);
        }
        assertThatThrownBy(() -> table.keys(part)).isInstanceOf(HashTable.DamagedException.class);
      }
    }
  }

  private void damage(String marker) throws IOException {
    Path file = folder.resolve("map");
    String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
      damaged.seek(bytes.indexOf(marker) + 3);
      damaged.write(0);
    }
  }

  @Test
  void open_withADamagedPart_keepsItsKeysOutAndServesTheOthers() throws IOException {
    byte[] marker = "a-value-nothing-else-in-the-file-has".getBytes(StandardCharsets.ISO_8859_1);
    HashTable made = create(SMALLEST);
    made.put(key(1), 1, 0, marker);
    for (int id = 2; id < 200; id++) {
      put(made, id, 50);
    }
    int[] checksums = made.finish();
    damage("a-value-nothing");

    try (HashTable table = HashTable.open(folder.resolve("map"), SMALLEST, 23, 100, checksums)) {
      assertThat(table.isDamaged()).isFalse();
      for (int id = 1; id < 200; id++) {
        byte[] key = key(id);
        if (table.part(key) != table.part(key(1))) {
          assertThat(table.get(key).value()).isEqualTo(value(id, 50));
          assertThat(put(table, id, 20)).isTrue();
        } else {
          assertThatThrownBy(() -> table.get(key)).isInstanceOf(HashTable.DamagedException.class);
          assertThatThrownBy(() -> put(table, 1, 20))
              .isInstanceOf(HashTable.DamagedException.class);
          assertThatThrownBy(() -> table.remove(key))
              .isInstanceOf(HashTable.DamagedException.class);
        }
      }
      assertThat(table.isDamaged()).isTrue();
    }
  }

  @Test
  void open_withDamagedHeaders_isRefused() throws IOException {
    HashTable made = create(SMALLEST);
    put(made, 1, 50);
    int[] checksums = made.finish();
    Path file = folder.resolve("map");
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(4096 + Long.BYTES + 1);
      bytes.write(77);
    }
    assertThatThrownBy(() -> HashTable.open(file, SMALLEST, 23, 100, checksums))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("checksum");
  }

  @Test
  void averageEntryBytes_areThoseOfTheEntries_notOfTheirChunks() throws IOException {
    try (HashTable table = create(SMALLEST)) {
      assertThat(table.averageEntryBytes()).isZero();
      for (int i = 0; i < 1_000; i++) {
        put(table, i, 100);
      }
      int lengths = 2;
      assertThat(table.averageEntryBytes())
          .isEqualTo(lengths + key(1).length + HashTableLayout.HEADER_BYTES + 100);
    }
  }

  @Test
  void close_laterCallsFailCleanly() throws Exception {
    HashTable table = create(SMALLEST);
    put(table, 1, 10);
    Thread other = new Thread(() -> table.get(key(1)));
    other.start();
    other.join();
    table.close();
    table.close();
    assertThatThrownBy(() -> table.get(key(1))).hasMessage("closed");
    assertThatThrownBy(() -> put(table, 1, 1)).hasMessage("closed");
    assertThatThrownBy(() -> table.remove(key(1))).hasMessage("closed");
    assertThatThrownBy(table::size).hasMessage("closed");
    assertThatThrownBy(table::load).hasMessage("closed");
    assertThatThrownBy(table::averageEntryBytes).hasMessage("closed");
  }

  @Test
  void everything_interrupted_worksAndStaysInterrupted() throws IOException {
    Thread.currentThread().interrupt();
    HashTable table = create(SMALLEST);
    assertThat(put(table, 1, 10)).isTrue();
    table.overwriteByCalls();
    assertThat(put(table, 1, 11)).isTrue();
    assertThat(put(table, 1, 12)).isTrue();
    assertThat(table.get(key(1)).value()).isEqualTo(value(1, 12));
    assertThat(table.size()).isEqualTo(1);
    int[] checksums = table.finish();
    try (HashTable reopened = HashTable.open(folder.resolve("map"), SMALLEST, 23, 100, checksums)) {
      assertThat(reopened.remove(key(1))).isTrue();
    }
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void manyThreads_allServed_fewKnownToChronicle() throws Exception {
    try (HashTable table = create(SMALLEST)) {
      AtomicReference<Throwable> failure = new AtomicReference<>();
      Thread[] threads = new Thread[10_000];
      for (int i = 0; i < threads.length; i++) {
        int id = i;
        threads[i] =
            TestThreads.virtualWherePossible(
                () -> {
                  try {
                    assertThat(put(table, id, 50)).isTrue();
                    assertThat(table.get(key(id)).value()).isEqualTo(value(id, 50));
                  } catch (Throwable e) {
                    failure.set(e);
                  }
                });
        threads[i].start();
        if (i % 500 == 0) {
          threads[i].interrupt();
        }
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(failure.get()).isNull();
      assertThat(table.size()).isEqualTo(threads.length);
      assertThat(table.threadsHeld()).isLessThanOrEqualTo(256 + 64);
    }
  }

  @Test
  void get_garbage_littleBeyondValue() throws IOException {
    ThreadMXBean beans = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (HashTable table = create(SMALLEST)) {
      byte[] key = key(1);
      put(table, 1, 100);
      int calls = 20_000;
      long before = 0;
      for (int i = 0; i < 2 * calls; i++) {
        if (i == calls) {
          before = beans.getThreadAllocatedBytes(Thread.currentThread().getId());
        }
        table.get(key);
      }
      long after = beans.getThreadAllocatedBytes(Thread.currentThread().getId());
      assertThat((after - before) / calls).isLessThanOrEqualTo(200 + 120);
    }
  }

  @Test
  void create_diskFull_cleanErrorAndNoFileLeft() throws Exception {
    assumeThat(System.getProperty("user.name")).as("mounting needs root").isEqualTo("root");
    Path disk = Files.createDirectory(folder.resolve("disk"));
    assumeThat(run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.toString()))
        .as("mount is allowed")
        .isZero();
    try {
      Path file = disk.resolve("map");
      assertThatThrownBy(() -> HashTable.create(new Disk(), file, 100_000, 23, 100, false))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("space");
      assertThat(file).doesNotExist();
      try (HashTable table = HashTable.create(new Disk(), file, SMALLEST, 23, 100, false)) {
        assertThat(fillUp(table, 100)).isGreaterThan((int) SMALLEST);
      }
    } finally {
      run("umount", disk.toString());
    }
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  private static void assertSame(HashTable table, Map<String, byte[]> model) {
    model.forEach(
        (key, value) ->
            assertThat(table.get(key.getBytes(StandardCharsets.UTF_8)).value()).isEqualTo(value));
    assertThat(table.size()).isEqualTo(model.size());
  }

  private HashTable create(long entries) throws IOException {
    return HashTable.create(new Disk(), folder.resolve("map"), entries, 23, 100, false);
  }

  /** Puts until the first refusal; the number of entries stored. */
  private static int fillUp(HashTable table, int length) {
    int stored = 0;
    while (put(table, stored, length)) {
      stored++;
    }
    assertThat(table.get(key(stored))).isNull();
    return stored;
  }

  private static boolean put(HashTable table, int id, int length) {
    return table.put(key(id), id, 0, value(id, length)) != HashTable.Put.NO_ROOM;
  }

  private static byte[] key(int id) {
    return text(id).getBytes(StandardCharsets.UTF_8);
  }

  private static String text(int id) {
    return String.format("key-%019d", id);
  }

  private static byte[] value(int id, int length) {
    byte[] value = new byte[length];
    Arrays.fill(value, (byte) id);
    return value;
  }
}

package io.kvapp.engine.memtable;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.Entry;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.journal.JournalPosition;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.sstable.SSTableFile;
import io.kvapp.engine.sstable.SSTableFolder;
import io.kvapp.engine.sstable.SSTableReader;
import io.kvapp.engine.sstable.SSTableWriter;
import io.kvapp.engine.transfer.BackupFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Searches among many sorted keys, in files and in the heap, against a sorted set. */
class SortedSearchTest {
  private static final int KEYS = 5_000;
  private static final byte[] EMPTY = {};

  @TempDir Path folder;

  private final long seed = Long.getLong("kvapp.seed", System.nanoTime());
  private final Random random = new Random(seed);

  SortedSearchTest() {
    System.out.println("sorted search: -Dkvapp.seed=" + seed);
  }

  @Test
  void sstableFile_lowerBound_isThatOfASortedSet() throws IOException {
    for (String prefix : List.of("", "a", "user:0000000000")) {
      TreeSet<byte[]> keys = keys(prefix);
      List<byte[]> sorted = new ArrayList<>(keys);
      SSTableFile file = write(prefix.length() + 1, sorted);
      SSTableReader reader = file.reader();
      for (byte[] wanted : wanted(sorted, prefix)) {
        assertThat(reader.lowerBound(wanted)).isEqualTo(keys.headSet(wanted, false).size());
      }
      file.unmap();
    }
  }

  @Test
  void memtableIndex_cursors_areThoseOfASortedSet() {
    TreeSet<byte[]> keys = keys("user:");
    List<byte[]> shuffled = new ArrayList<>(keys);
    Collections.shuffle(shuffled, random);
    MemtableIndex index = new MemtableIndex();
    shuffled.forEach(key -> index.put(key, position(1)));
    shuffled.forEach(key -> index.put(key, position(2)));
    assertThat(index.heapBytes())
        .isEqualTo(keys.stream().mapToLong(key -> Leaf.heapBytesOf(key.length)).sum());
    List<byte[]> wanted = wanted(new ArrayList<>(keys), "user:");
    for (int i = 0; i < 200; i++) {
      byte[] from = wanted.get(random.nextInt(wanted.size()));
      byte[] to = wanted.get(random.nextInt(wanted.size()));
      if (Arrays.compareUnsigned(from, to) < 0) {
        List<byte[]> expected = new ArrayList<>(keys.subSet(from, true, to, false));
        assertSame(read(index.cursor(from, to, false)), expected);
        Collections.reverse(expected);
        assertSame(read(index.cursor(from, to, true)), expected);
      }
    }
    assertSame(read(index.cursor(EMPTY, null, false)), new ArrayList<>(keys));
    assertSame(read(index.cursor(EMPTY, null, true)), new ArrayList<>(keys.descendingSet()));
    byte[] known = shuffled.get(0);
    assertThat(index.get(known).revision).isEqualTo(2);
    assertThat(index.get(Arrays.copyOf(known, 60))).isNull();
  }

  @Test
  void memtableIndex_manyWriters_loseNothing() throws InterruptedException {
    MemtableIndex index = new MemtableIndex();
    List<byte[]> sorted = new ArrayList<>(keys("k"));
    List<Thread> writers = new ArrayList<>();
    for (int writer = 0; writer < 4; writer++) {
      int first = writer;
      writers.add(
          new Thread(
              () -> {
                for (int i = first; i < sorted.size(); i += 4) {
                  index.put(sorted.get(i), position(i));
                }
              }));
    }
    writers.forEach(Thread::start);
    for (Thread writer : writers) {
      List<byte[]> seen = read(index.cursor(EMPTY, null, false));
      for (int i = 1; i < seen.size(); i++) {
        assertThat(Arrays.compareUnsigned(seen.get(i - 1), seen.get(i))).isNegative();
      }
      writer.join();
    }
    assertSame(read(index.cursor(EMPTY, null, false)), sorted);
    for (int i = 0; i < sorted.size(); i++) {
      assertThat(index.get(sorted.get(i)).revision).isEqualTo(i);
    }
  }

  private static void assertSame(List<byte[]> actual, List<byte[]> expected) {
    assertThat(actual.toArray(byte[][]::new)).isDeepEqualTo(expected.toArray(byte[][]::new));
  }

  private static List<byte[]> read(Cursor cursor) {
    List<byte[]> keys = new ArrayList<>();
    while (cursor.next()) {
      keys.add(cursor.ownKey());
    }
    return keys;
  }

  private TreeSet<byte[]> keys(String prefix) {
    TreeSet<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
    while (keys.size() < KEYS) {
      byte[] tail = new byte[1 + random.nextInt(random.nextInt(20) + 1)];
      random.nextBytes(tail);
      if (random.nextBoolean()) {
        tail[0] = 0;
      }
      // Many keys differ only far behind what all begin with.
      String group = random.nextBoolean() ? "group-of-many-keys-" + random.nextInt(4) : "";
      keys.add(join(prefix + group, tail));
    }
    return keys;
  }

  private List<byte[]> wanted(List<byte[]> sorted, String prefix) {
    List<byte[]> wanted = new ArrayList<>(sorted);
    for (int i = 0; i < KEYS; i++) {
      byte[] key = sorted.get(random.nextInt(sorted.size()));
      wanted.add(Arrays.copyOf(key, random.nextInt(key.length + 3)));
    }
    wanted.add(EMPTY);
    wanted.add(join(prefix + "\u00ff", new byte[] {-1}));
    wanted.add(new byte[] {0});
    wanted.add(new byte[] {-1, -1});
    return wanted;
  }

  private static byte[] join(String prefix, byte[] tail) {
    byte[] head = prefix.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    byte[] key = Arrays.copyOf(head, head.length + tail.length);
    System.arraycopy(tail, 0, key, head.length, tail.length);
    return key;
  }

  private SSTableFile write(long number, List<byte[]> keys) throws IOException {
    try (SSTableWriter writer =
        new SSTableWriter(new SSTableFolder(new Disk(), folder), number, 0, true)) {
      Cursor cursor =
          new BackupFiles.EntryCursor(keys.stream().map(key -> new Entry(key, key, 1, 0)).toList());
      while (cursor.next()) {
        writer.add(cursor);
      }
      return SSTableFile.open(folder, writer.finish().get(0));
    }
  }

  private static JournalPosition position(long revision) {
    return new JournalPosition(null, 0, revision, false, false);
  }
}

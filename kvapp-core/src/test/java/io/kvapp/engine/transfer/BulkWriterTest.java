package io.kvapp.engine.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.Entry;
import io.kvapp.StoreOptions;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.Limits;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.sstable.SSTableFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sorts with room for a hundred entries in memory. */
class BulkWriterTest {
  private static final long EXPIRY = Long.MAX_VALUE / 2;

  @TempDir Path folder;

  @Test
  void write_ofMoreRunsThanAreMergedAtOnce_keepsTheLastOfEachKey() throws Exception {
    Random random = new Random(7);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < 30_000; i++) {
      entries.add(entry(random.nextInt(8_000), i, i % 3 == 0 ? EXPIRY + i : i % 50 == 1 ? 1 : 0));
    }
    assertWritten(entries);
  }

  private void assertWritten(List<Entry> entries) throws Exception {
    TreeMap<byte[], Entry> model = new TreeMap<>(Arrays::compareUnsigned);
    for (Entry entry : entries) {
      model.put(entry.key(), entry);
    }
    model.values().removeIf(entry -> entry.expiresAtMillis() == 1);
    try (SSTable written = writer(new Disk()).write(entries.iterator())) {
      assertThat(written.puts()).isEqualTo(model.size());
      Cursor cursor = written.entries(new byte[0], null, false);
      for (Entry expected : model.values()) {
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.key()).isEqualTo(expected.key());
        assertThat(cursor.value()).isEqualTo(expected.value());
        assertThat(cursor.expiresAt()).isEqualTo(expected.expiresAtMillis());
        assertThat(cursor.revision()).isEqualTo(5);
      }
      assertThat(cursor.next()).isFalse();
      assertThat(written.firstExpiry())
          .isEqualTo(
              model.values().stream()
                  .mapToLong(Entry::expiresAtMillis)
                  .filter(expiry -> expiry != 0)
                  .min()
                  .orElse(Long.MAX_VALUE));
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files).hasSize(written.files().size());
      }
    }
  }

  @Test
  void write_ofKeysThatBeginAlike_isInTheirOrder() throws Exception {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      String number = Integer.toString(i * 7_919 % 1_000);
      entries.add(new Entry(("a long beginning " + number).getBytes(), new byte[] {1}, 0, 0));
      entries.add(new Entry(("a long beginning" + "\0".repeat(i % 12)).getBytes(), key(i), 0, 0));
    }
    assertWritten(entries);
  }

  @Test
  void write_ofAscendingEntriesOnADiskThatFails_endsAtOnce() throws Exception {
    Disk failing =
        new Disk() {
          @Override
          public void write(FileChannel channel, Path file, ByteBuffer bytes) throws IOException {
            throw new IOException("the disk is broken");
          }
        };
    Iterator<Entry> endless =
        IntStream.iterate(0, i -> i + 1).mapToObj(i -> entry(i, i, 0)).iterator();
    assertThatThrownBy(() -> writer(failing).write(endless)).hasMessage("the disk is broken");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  private BulkWriter writer(Disk disk) {
    return new BulkWriter(
        new SSTableFolder(disk, folder),
        new AtomicLong()::incrementAndGet,
        5,
        new Limits(StoreOptions.defaults()),
        Clock.systemUTC(),
        16 << 10);
  }

  private static byte[] key(int number) {
    return ByteBuffer.allocate(4).putInt(number).array();
  }

  private static Entry entry(int key, int value, long expiresAt) {
    return new Entry(
        ByteBuffer.allocate(4).putInt(key).array(),
        ByteBuffer.allocate(4).putInt(value).array(),
        0,
        expiresAt);
  }
}

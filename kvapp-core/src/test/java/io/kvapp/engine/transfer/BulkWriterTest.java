package io.kvapp.engine.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.Entry;
import io.kvapp.StoreOptions;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.Limits;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.sstable.SSTableFolder;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sorts with room for some hundred entries in memory. */
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
    BulkWriter writer =
        new BulkWriter(
            new SSTableFolder(new Disk(), folder),
            new AtomicLong()::incrementAndGet,
            5,
            new Limits(StoreOptions.defaults()),
            Clock.systemUTC(),
            64 << 10);
    try (SSTable written = writer.write(entries.iterator())) {
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
                  .orElseThrow());
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files).hasSize(1);
      }
    }
  }

  private static Entry entry(int key, int value, long expiresAt) {
    return new Entry(
        ByteBuffer.allocate(4).putInt(key).array(),
        ByteBuffer.allocate(4).putInt(value).array(),
        0,
        expiresAt);
  }
}

package io.kvapp.engine.hashtable;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.VersionedValue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A filled hash table is one into which the entries were put. */
class TableFillingTest {
  private static final long ENTRIES = 16_384;

  @TempDir Path folder;

  private final Random random = new Random(5);
  private final Map<byte[], VersionedValue> model = new TreeMap<>(Arrays::compareUnsigned);
  private final WaitingEntries waiting = new WaitingEntries(100_000, 1 << 30);

  @Test
  void filled_isReadChangedAndOpenedAgain() throws Exception {
    Path file = folder.resolve("map");
    try (HashTable table = HashTable.create(new Disk(), file, ENTRIES, 24, 100, false)) {
      fill(table, 12_000, 300);
      assertThat(waiting.isEmpty()).isTrue();
      assertHolds(table);
      change(table);
      assertHolds(table);
      int[] checksums = table.finish();
      try (HashTable again = HashTable.open(file, ENTRIES, 24, 100, checksums)) {
        assertHolds(again);
      }
    }
  }

  @Test
  void filled_hasNoRoomForMoreThanAPutWould() throws Exception {
    try (HashTable table =
        HashTable.create(new Disk(), folder.resolve("map"), ENTRIES, 24, 100, false)) {
      fill(table, 60_000, 100);
      assertThat(waiting.isEmpty()).isFalse();
      assertThat(table.load()).isGreaterThan(0.9);
      for (Map.Entry<byte[], VersionedValue> entry : model.entrySet()) {
        VersionedValue found = table.get(entry.getKey());
        VersionedValue left = waiting.get(entry.getKey());
        assertThat(found == null).isEqualTo(left != null);
        assertThat(table.put(entry.getKey(), entry.getValue()))
            .isEqualTo(found == null ? HashTable.Put.NO_ROOM : HashTable.Put.REPLACED);
      }
    }
  }

  private void fill(HashTable table, int entries, int maxValueBytes) {
    TableFilling filling = table.filling(waiting);
    List<byte[]> keys = new ArrayList<>();
    List<VersionedValue> values = new ArrayList<>();
    for (int i = 0; i < entries; i++) {
      byte[] key = bytes(8 + random.nextInt(i % 100 == 0 ? 400 : 30));
      if (!model.containsKey(key)) {
        byte[] value = i % 50 == 0 ? null : bytes(random.nextInt(maxValueBytes));
        VersionedValue entry = new VersionedValue(random.nextLong(), random.nextLong(), value);
        model.put(key, entry);
        keys.add(key);
        values.add(entry);
      }
      if (keys.size() == 1_000 || i == entries - 1) {
        filling.store(keys, values::get);
        keys.clear();
        values.clear();
      }
    }
    filling.finish();
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private void change(HashTable table) throws IOException {
    for (byte[] key : List.copyOf(model.keySet())) {
      if (random.nextInt(3) == 0) {
        assertThat(table.remove(key)).isTrue();
        model.remove(key);
      } else if (random.nextInt(3) == 0) {
        VersionedValue longer = new VersionedValue(1, 2, bytes(random.nextInt(400)));
        assertThat(table.put(key, longer)).isEqualTo(HashTable.Put.REPLACED);
        model.put(key, longer);
      }
    }
    for (int i = 0; i < 2_000; i++) {
      byte[] key = bytes(20);
      VersionedValue entry = new VersionedValue(3, 0, bytes(50));
      assertThat(table.put(key, entry)).isEqualTo(HashTable.Put.ADDED);
      model.put(key, entry);
    }
  }

  private void assertHolds(HashTable table) {
    assertThat(table.size()).isEqualTo(model.size());
    for (Map.Entry<byte[], VersionedValue> entry : model.entrySet()) {
      VersionedValue found = table.get(entry.getKey());
      assertThat(found.revision()).isEqualTo(entry.getValue().revision());
      assertThat(found.expiresAt()).isEqualTo(entry.getValue().expiresAt());
      assertThat(found.value()).isEqualTo(entry.getValue().value());
    }
    int keys = 0;
    for (int part = 0; part < table.parts(); part++) {
      for (byte[] key : table.keys(part)) {
        assertThat(model).containsKey(key);
        assertThat(table.part(key)).isEqualTo(part);
        keys++;
      }
    }
    assertThat(keys).isEqualTo(model.size());
  }
}

package io.kvapp.engine.hashtable;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.engine.file.Disk;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HashTableSizingTest {
  @TempDir Path scratch;

  @Test
  void fitting_ofACrowdedTable_isLargerAtAnyNumberOfEntries() {
    HashTableSize size = HashTableSize.SMALLEST;
    while (HashTableSizing.canGrow(size)) {
      long entries = size.entries() * 3 / 4;
      HashTableSize larger = HashTableSizing.fitting(size, 100, entries, true, 0);
      assertThat(larger.entries()).isGreaterThan(size.entries());
      assertThat(HashTableLayout.of(larger).parts())
          .isGreaterThanOrEqualTo(HashTableLayout.of(size).parts());
      size = larger;
    }
    assertThat(size.entries()).isGreaterThan(10_000_000_000L);
  }

  @Test
  void steady_leavesRoomForAQuarterMore_andStaysAsItIsThen() {
    long entries = 10_000_000;
    HashTableSize twice = HashTableSize.forEntries(entries, 24, 100);
    assertThat(HashTableSizing.isFarTooLarge(twice, entries, 0.47, false)).isFalse();
    assertThat(HashTableSizing.isFarTooLarge(twice, entries, 0.47, true)).isTrue();
    HashTableSize steady = HashTableSizing.steady(twice, twice, entries, false);
    assertThat(steady.entries()).isEqualTo(12_500_000);
    assertThat(HashTableSizing.isFarTooLarge(steady, entries, 0.75, true)).isFalse();
    HashTableSize small = HashTableSize.forEntries(50_000, 24, 100);
    assertThat(HashTableSizing.isFarTooLarge(small, 50_000, 0.2, true)).isFalse();
  }

  @Test
  void steady_ofACrowdedTable_growsByAQuarter_orLikeABusyOneIfThatIsNoHelp() {
    HashTableSize full = new HashTableSize(10_000_000, 24, 100);
    HashTableSize twice = HashTableSize.forEntries(10_000_000, 24, 100);
    assertThat(HashTableSizing.steady(full, twice, 10_000_000, true).entries())
        .isEqualTo(12_500_000);
    assertThat(HashTableSizing.steady(full, full.doubled(), 8_000_000, true))
        .isEqualTo(full.doubled());
  }

  @Test
  void crowded_isATableSoonerTheFasterItIsFilled() {
    assertThat(HashTableSizing.isCrowded(0.94, 3_000_000, 0)).isTrue();
    assertThat(HashTableSizing.isCrowded(0.92, 3_000_000, 0)).isFalse();
    // Twelve seconds of 5,000 entries are 2 % more.
    assertThat(HashTableSizing.isCrowded(0.92, 3_000_000, 5_000)).isTrue();
    assertThat(HashTableSizing.isCrowded(0.90, 3_000_000, 5_000)).isFalse();
    assertThat(HashTableSizing.isCrowded(0.66, 3_000_000, 200_000)).isTrue();
    assertThat(HashTableSizing.isCrowded(0.64, 3_000_000, Long.MAX_VALUE)).isFalse();
    assertThat(HashTableSizing.isCrowded(0, 0, Long.MAX_VALUE)).isFalse();
  }

  @Test
  void steady_whereEntriesCrowdIntoFewParts_leavesTheTableAsItIs() {
    HashTableSize twice = HashTableSize.forEntries(10_000_000, 24, 100);
    assertThat(HashTableSizing.isFarTooLarge(twice, 10_000_000, 0.6, true)).isFalse();
  }

  @Test
  void steadyFile_takesLittleMoreThanItsEntries_andIsNotCrowded() throws Exception {
    int entries = 500_000;
    byte[] value = new byte[100];
    HashTableSize size = HashTableSize.snuglyForEntries(entries, 23, 100);
    Path file = scratch.resolve("live-1.map");
    try (HashTable table = HashTable.create(new Disk(), file, size.entries(), 23, 100, false)) {
      for (int i = 0; i < entries; i++) {
        byte[] key = String.format("%023d", i).getBytes(StandardCharsets.US_ASCII);
        assertThat(table.put(key, i, 0, value)).isEqualTo(HashTable.Put.ADDED);
      }
      long entryBytes = 23 + 100 + HashTableLayout.HEADER_BYTES;
      assertThat(Files.size(file)).isLessThan(entries * entryBytes * 5 / 3);
      assertThat(HashTableSizing.isCrowded(table, 0)).isFalse();
      assertThat(HashTableSizing.isFarTooLarge(table, true)).isFalse();
    }
  }

  @Test
  void file_ofTheLargestTable_hasRoomForItsEntries() {
    HashTableSize size = new HashTableSize(HashTableLayout.MAX_ENTRIES, 24, 100);
    assertThat(new HashTableFile(HashTableLayout.of(size)).fileBytes()).isGreaterThan(size.bytes());
  }
}

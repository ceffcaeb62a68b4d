package io.kvapp.engine.hashtable;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HashTableSizingTest {
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
  void calm_leavesRoomForThreeTenthsMore_andStaysAsItIsThen() {
    long entries = 10_000_000;
    HashTableSize twice = HashTableSize.forEntries(entries, 24, 100);
    assertThat(HashTableSizing.isFarTooLarge(twice, entries, false)).isFalse();
    assertThat(HashTableSizing.isFarTooLarge(twice, entries, true)).isTrue();
    HashTableSize calm = HashTableSizing.calm(twice, entries);
    assertThat(calm.entries()).isEqualTo(13_000_000);
    assertThat(HashTableSizing.isFarTooLarge(calm, entries, true)).isFalse();
    HashTableSize small = HashTableSize.forEntries(50_000, 24, 100);
    assertThat(HashTableSizing.isFarTooLarge(small, 50_000, true)).isFalse();
  }

  @Test
  void file_ofTheLargestTable_hasRoomForItsEntries() {
    HashTableSize size = new HashTableSize(HashTableLayout.MAX_ENTRIES, 24, 100);
    assertThat(new HashTableFile(HashTableLayout.of(size)).fileBytes()).isGreaterThan(size.bytes());
  }
}

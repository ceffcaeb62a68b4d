package io.kvapp.engine.hashtable;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.model.StripedLocks;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PagePolicyTest {
  @TempDir Path scratch;

  @Test
  void pages_areChangedOnlyWhereThatPaysOff() throws Exception {
    Disk disk = new Disk();
    StripedLocks stripes = new StripedLocks();
    HashTableSize large = new HashTableSize(400_000, 24, 100);
    HashTableSize small = HashTableSize.SMALLEST;
    try (HashIndex index =
        HashIndex.create(disk, scratch, stripes, null, EngineOptions.standard(), large, 0)) {
      long bytes = index.fileBytes();
      assertThat(index.isCalm(bytes / 10_000)).isTrue();
      assertThat(index.isCalm(bytes / 1_000)).isFalse();
      assertThat(index.upkeep().needsOtherPages(true, bytes * 2)).isFalse();
      assertThat(index.upkeep().needsOtherPages(false, bytes / 2)).isFalse();
      assertThat(index.upkeep().needsOtherPages(false, bytes * 2)).isTrue();
      index.upkeep().resize(false, false, 0, left -> true);
      assertThat(index.upkeep().needsOtherPages(false, bytes * 2)).isFalse();
    }
    try (HashIndex index =
        HashIndex.create(disk, scratch, stripes, null, EngineOptions.standard(), small, 0)) {
      assertThat(index.upkeep().needsOtherPages(false, Long.MAX_VALUE)).isFalse();
    }
  }
}

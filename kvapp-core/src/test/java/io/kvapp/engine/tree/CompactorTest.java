package io.kvapp.engine.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.engine.file.Disk;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.model.EngineOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompactorTest {
  @TempDir Path scratch;

  @Test
  void compaction_thatDropsADelete_doesNotLetTheFillingBringTheEntryBack() throws Exception {
    Disk disk = new Disk();
    try (TreeFixture tree = new TreeFixture(disk, folder(), EngineOptions.standard());
        HashIndex map =
            HashIndex.create(
                disk,
                folder(),
                tree.stripes,
                tree.versions::acquire,
                EngineOptions.standard(),
                HashIndex.Size.SMALLEST,
                2)) {
      tree.put("gone", "value");
      tree.put("kept", "value");
      tree.flusher.flush();
      Version version = tree.versions.acquire();
      long since = tree.journal.revision();
      tree.flusher.freeze();
      map.remove(TreeFixture.bytes("gone"));
      tree.delete("gone");
      tree.flusher.flush();
      tree.compactor.compactAll(() -> {});

      map.fill(version.entries(new byte[0], null, false), since, steps -> true);
      map.endFilling();

      assertThat(map.get(TreeFixture.bytes("gone"))).isNull();
      assertThat(map.get(TreeFixture.bytes("kept"))).isNotNull();
      assertThat(map.size()).isEqualTo(1);
      version.release();
      tree.unmap();
    }
  }

  @Test
  void compact_ofSSTablesOfSimilarSize_mergesThemOnceThereAreFour() throws Exception {
    try (TreeFixture tree = new TreeFixture(new Disk(), folder(), EngineOptions.standard())) {
      for (int i = 0; i < 4; i++) {
        assertThat(tree.compactor.compact(false, () -> {})).isFalse();
        tree.put("key " + i, "value");
        tree.flusher.flush();
      }
      assertThat(tree.compactor.compact(false, () -> {})).isTrue();
      assertThat(tree.versions.sstables()).isEqualTo(1);
      assertThat(tree.versions.current().count()).isEqualTo(4);
      tree.unmap();
    }
  }

  @Test
  void compact_whileIdle_mergesTwo() throws Exception {
    try (TreeFixture tree = new TreeFixture(new Disk(), folder(), EngineOptions.standard())) {
      for (int i = 0; i < 2; i++) {
        assertThat(tree.compactor.compact(true, () -> {})).isFalse();
        tree.put("key " + i, "value");
        tree.flusher.flush();
      }
      assertThat(tree.compactor.compact(true, () -> {})).isTrue();
      assertThat(tree.versions.sstables()).isEqualTo(1);
      tree.unmap();
    }
  }

  private Path folder() {
    return scratch.resolve("store");
  }
}

package io.kvapp.engine.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.Lease;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.hashtable.HashTableSize;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompactorTest {
  @TempDir Path scratch;

  @Test
  void compaction_thatDropsADelete_doesNotLetTheRebuildBringTheEntryBack() throws Exception {
    Disk disk = new Disk();
    try (TreeFixture tree = new TreeFixture(disk, folder(), EngineOptions.standard());
        HashIndex map =
            HashIndex.create(
                disk,
                folder(),
                tree.stripes,
                tree.versions::lease,
                EngineOptions.standard(),
                HashTableSize.SMALLEST,
                2)) {
      tree.put("gone", "value");
      tree.put("kept", "value");
      tree.flusher.flush();

      // The rebuild has its version by then, and has not read it yet.
      map.upkeep().rebuild(() -> deleteAndCompact(tree, map, "gone"), () -> true);

      assertThat(map.get(TreeFixture.bytes("gone"))).isNull();
      assertThat(map.get(TreeFixture.bytes("kept"))).isNotNull();
      assertThat(map.size()).isEqualTo(1);
      tree.unmap();
    }
  }

  /** The last revision before the delete. */
  private static long deleteAndCompact(TreeFixture tree, HashIndex map, String key) {
    long before = tree.journal.revision();
    try {
      tree.flusher.freeze();
      map.remove(TreeFixture.bytes(key));
      tree.delete(key);
      tree.flusher.flush();
      tree.compactor.compactAll(() -> {});
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return before;
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

  /** Notes the threads that delete SSTables. */
  private static final class NotingDisk extends Disk {
    final List<Thread> deleters = new CopyOnWriteArrayList<>();

    @Override
    public void delete(Path file) throws IOException {
      if (Files.exists(file) && file.toString().endsWith(".kvs")) {
        deleters.add(Thread.currentThread());
      }
      super.delete(file);
    }
  }

  @Test
  void sstables_whoseLastUseIsAReaders_areDeletedByAnotherThread() throws Exception {
    NotingDisk disk = new NotingDisk();
    try (TreeFixture tree = new TreeFixture(disk, folder(), EngineOptions.standard())) {
      for (int i = 0; i < 2; i++) {
        tree.put("key " + i, "value");
        tree.flusher.flush();
      }
      Lease<Version> reader = tree.versions.lease();
      tree.compactor.compactAll(() -> {});
      assertThat(disk.deleters).isEmpty();
      reader.close();
      tree.unmap();
      assertThat(disk.deleters).hasSize(2).doesNotContain(Thread.currentThread());
    }
  }

  private Path folder() {
    return scratch.resolve("store");
  }
}

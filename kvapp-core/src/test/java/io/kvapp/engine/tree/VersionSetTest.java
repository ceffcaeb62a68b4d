package io.kvapp.engine.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.engine.file.SmallDisk;
import io.kvapp.engine.model.EngineOptions;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionSetTest {
  private static final int FLUSHES = 150;

  @TempDir Path scratch;

  @Test
  void flushed_besideFlushes_countsTheEntriesOfTheSameVersion() throws Exception {
    Path folder = scratch.resolve("store");
    EngineOptions small = new EngineOptions(64 << 10, 64 << 10, 64 << 20, 96 << 20, 3_600_000);
    try (TreeFixture tree = new TreeFixture(new SmallDisk(folder), folder, small)) {
      flush(tree, 1);
      CompletableFuture<Void> flushing =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 2; i <= FLUSHES; i++) {
                  flush(tree, i);
                }
              });
      long count = 0;
      while (!flushing.isDone() || count < FLUSHES) {
        VersionSet.Flushed flushed = tree.versions.flushed();
        count = flushed.entries();
        if (count != flushed.sstables().size()) {
          assertThat(count).isEqualTo(flushed.sstables().size());
        }
        if (flushing.isCompletedExceptionally()) {
          flushing.join();
        }
      }
      tree.unmap();
    }
  }

  /** Makes one more SSTable of one entry. */
  private static void flush(TreeFixture tree, int entries) {
    try {
      tree.put("key " + entries, "value");
      tree.counted = entries;
      tree.flusher.flush();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }
}

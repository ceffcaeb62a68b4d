package io.kvapp.engine.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.Durability;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.engine.crash.ScratchFolder;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.FaultDisk;
import io.kvapp.engine.file.NoSpaceException;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlusherTest {
  /** At every how many operations of the disk the power is cut, from a random one on. */
  private static final int STRIDE = Integer.getInteger("kvapp.stride", 3);

  @TempDir Path scratch;

  @Test
  void sync_afterAFlush_leavesTheSegmentsItGaveBackAlone() {
    try (KVStore store =
        KVStore.open(
            scratch.resolve("store"), StoreOptions.defaults().withDurability(Durability.SYNC))) {
      for (int i = 0; i < 20; i++) {
        store.put("key " + i, "value");
        store.admin().compact();
      }
      store.put("last", "value");

      assertThat(store.size()).isEqualTo(21);
    }
  }

  @Test
  void flush_whoseManifestCannotBeWritten_losesNothingAndGivesItsFilesBack() throws Exception {
    Path folder = scratch.resolve("store");
    ManifestDisk disk = new ManifestDisk();
    try (TreeFixture tree = new TreeFixture(disk, folder, EngineOptions.standard())) {
      for (String key : List.of("one", "two")) {
        tree.put(key, "value");
        tree.flusher.flush();
      }
      tree.put("three", "value");
      disk.failure = new NoSpaceException(folder, 0, null);

      assertThatThrownBy(tree.flusher::flush).isSameAs(disk.failure);
      assertThat(Disk.list(folder, "snapshot-*")).hasSize(2);
      disk.failure = null;
      tree.compactor.compactAll(() -> {});
    }
    try (KVStore store = KVStore.open(folder)) {
      assertThat(store.get("one")).hasValue("value");
      assertThat(store.get("two")).hasValue("value");
      assertThat(store.get("three")).hasValue("value");
    }
  }

  @Test
  void powerCut_whileSSTablesAreWrittenOverRecycledFiles_losesNothingThatWasFlushed()
      throws Exception {
    int reused = 0;
    for (int operation = 1 + ThreadLocalRandom.current().nextInt(STRIDE); ; operation += STRIDE) {
      try (ScratchFolder run = ScratchFolder.inMemory();
          FaultDisk disk = new FaultDisk(FaultDisk.Kind.CUT, operation, operation)) {
        int flushed = flushUntilCut(disk, run.path().resolve("store"));
        disk.cut();
        Path image = Files.createDirectory(run.path().resolve("image"));
        disk.writeImage(run.path().resolve("store"), image);
        try (KVStore store = KVStore.open(image)) {
          for (int i = Math.max(0, flushed - 3); i < flushed; i++) {
            assertThat(Integer.parseInt(store.get("key " + i % 3).orElseThrow()))
                .as("operation %s", operation)
                .isGreaterThanOrEqualTo(i);
          }
        }
        reused = disk.reused();
        if (disk.struck() == null) {
          break;
        }
      }
    }
    assertThat(reused).isGreaterThan(4);
  }

  /** Writes and flushes values of three keys in turns; how many were flushed before the cut. */
  private static int flushUntilCut(FaultDisk disk, Path folder) throws IOException {
    EngineOptions small = new EngineOptions(8 << 10, 32 << 10, 1 << 20, 100 << 10, 3_600_000);
    int flushed = 0;
    try (TreeFixture tree = new TreeFixture(disk, folder, small)) {
      tree.versions.keepRecycledFiles(1 << 20);
      while (flushed < 12) {
        tree.put("key " + flushed % 3, Integer.toString(flushed));
        tree.flusher.flush();
        flushed++;
        if (flushed % 4 == 0) {
          tree.compactor.compactAll(() -> {});
        }
      }
    } catch (IOException | KVException cut) {
      // flushed says how far it came
    }
    return flushed;
  }
}

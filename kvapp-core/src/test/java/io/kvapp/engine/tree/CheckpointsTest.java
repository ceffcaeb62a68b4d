package io.kvapp.engine.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.Durability;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.engine.DiskStore;
import io.kvapp.engine.crash.ScratchFolder;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.FaultDisk;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.hashtable.HashTableSize;
import io.kvapp.engine.journal.Journal;
import io.kvapp.engine.journal.JournalPosition;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.model.Operation;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.sstable.SSTableFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  @TempDir Path scratch;

  @Test
  void sync_afterACheckpoint_leavesTheSegmentsItGaveBackAlone() {
    try (KVStore store =
        KVStore.open(folder(), StoreOptions.defaults().withDurability(Durability.SYNC))) {
      for (int i = 0; i < 20; i++) {
        store.put("key " + i, "value");
        store.admin().compact();
      }
      store.put("last", "value");

      assertThat(store.size()).isEqualTo(21);
    }
  }

  @Test
  void compact_ofAStoreThatWroteMuch_givesTheFilesOfTheJournalBack() {
    EngineOptions small = new EngineOptions(64 << 10, 1 << 20, 4 << 20, 1_000_000, 3_600_000);
    try (KVStore store = DiskStore.open(folder(), StoreOptions.defaults(), new Disk(), small)) {
      for (int i = 0; i < 500; i++) {
        store.put(("key " + i % 10).getBytes(StandardCharsets.UTF_8), new byte[20_000]);
      }
      assertThat(store.admin().stats().journalBytes()).isGreaterThan(2 << 20);
      for (int i = 0; i < 9; i++) {
        store.delete("key " + i);
      }

      store.admin().compact();

      assertThat(store.admin().stats().journalBytes()).isLessThanOrEqualTo(3 * (64 << 10));
      store.put("key", "value");
      assertThat(store.get("key 9").orElseThrow()).hasSize(20_000);
    }
    try (KVStore store = KVStore.open(folder())) {
      assertThat(store.size()).isEqualTo(2);
    }
  }

  @Test
  void sparesOfSSTables_areKeptWhileMuchIsWrittenAndGoneAfterwards() throws Exception {
    EngineOptions small = new EngineOptions(64 << 10, 1 << 20, 1 << 20, 1_000, 5);
    try (KVStore store = DiskStore.open(folder(), StoreOptions.defaults(), new Disk(), small)) {
      int written = 0;
      while (Disk.list(folder(), "spare-*").isEmpty()) {
        store.put("key " + written++ % 5_000, "value " + written);
      }
      store.admin().compact();
      assertThat(Disk.list(folder(), "spare-*")).isEmpty();
      while (Disk.list(folder(), "spare-*").isEmpty()) {
        store.put("key " + written++ % 5_000, "value " + written);
      }
    }
    assertThat(Disk.list(folder(), "spare-*")).isEmpty();
    Path leftOver = Files.write(folder().resolve("spare-7.kvs"), new byte[100]);
    try (KVStore store = KVStore.open(folder())) {
      assertThat(leftOver).doesNotExist();
      assertThat(store.size()).isBetween(1L, 5_000L);
      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }

  @Test
  @Timeout(60)
  void idleness_afterMuchWasWritten_givesTheFilesOfTheJournalBack() {
    EngineOptions quick = new EngineOptions(64 << 10, 1 << 20, 4 << 20, 1_000_000, 5);
    try (KVStore store = DiskStore.open(folder(), StoreOptions.defaults(), new Disk(), quick)) {
      for (int i = 0; i < 200; i++) {
        store.put(("key " + i).getBytes(StandardCharsets.UTF_8), new byte[20_000]);
      }

      while (store.admin().stats().journalBytes() > 3 * (64 << 10)) {
        Thread.onSpinWait();
      }
      assertThat(store.size()).isEqualTo(200);
      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }

  @Test
  void checkpoint_whoseManifestCannotBeWritten_losesNothingAndGivesItsFilesBack() throws Exception {
    Path folder = Files.createDirectory(folder());
    ManifestDisk disk = new ManifestDisk();
    StripedLocks stripes = new StripedLocks();
    ExecutorService preparing = WorkerThread.executor("test");
    Journal journal =
        new Journal(disk, folder, 1, 0, preparing, EngineOptions.standard(), Durability.OS);
    HashIndex map =
        HashIndex.create(
            disk, folder, stripes, null, EngineOptions.standard(), HashTableSize.SMALLEST, 3);
    Checkpoints checkpoints =
        new Checkpoints(
            new SSTableFolder(disk, folder),
            journal,
            stripes,
            1,
            List.of(),
            map,
            EngineOptions.standard());
    checkpoints.writeManifest();
    for (String key : List.of("one", "two")) {
      put(journal, checkpoints, key);
      checkpoints.checkpoint();
    }
    put(journal, checkpoints, "three");
    disk.failure = new IOException("No space left on device");

    assertThatThrownBy(checkpoints::checkpoint).isSameAs(disk.failure);
    assertThat(Disk.list(folder, "snapshot-*")).hasSize(2);
    disk.failure = null;
    checkpoints.mergeAll(() -> {});
    map.close();
    try (KVStore store = KVStore.open(folder())) {
      assertThat(store.get("one")).hasValue("value");
      assertThat(store.get("two")).hasValue("value");
      assertThat(store.get("three")).hasValue("value");
    }
    preparing.shutdown();
  }

  @Test
  void merge_thatDropsADelete_doesNotLetTheFillingBringTheEntryBack() throws Exception {
    Path folder = Files.createDirectory(folder());
    Disk disk = new Disk();
    StripedLocks stripes = new StripedLocks();
    ExecutorService preparing = WorkerThread.executor("test");
    Journal journal =
        new Journal(disk, folder, 1, 0, preparing, EngineOptions.standard(), Durability.OS);
    AtomicReference<Checkpoints> checkpoints = new AtomicReference<>();
    try (HashIndex map =
        HashIndex.create(
            disk,
            folder,
            stripes,
            () -> checkpoints.get().acquire(),
            EngineOptions.standard(),
            HashTableSize.SMALLEST,
            2)) {
      checkpoints.set(
          new Checkpoints(
              new SSTableFolder(disk, folder),
              journal,
              stripes,
              1,
              List.of(),
              map,
              EngineOptions.standard()));
      put(journal, checkpoints.get(), "gone");
      put(journal, checkpoints.get(), "kept");
      checkpoints.get().checkpoint();
      byte[] gone = "gone".getBytes(StandardCharsets.UTF_8);

      // The rebuild has its version by then, and has not read it yet.
      map.rebuild(() -> deleteAndMerge(journal, checkpoints.get(), map, gone), () -> true);

      assertThat(map.get(gone)).isNull();
      assertThat(map.get("kept".getBytes(StandardCharsets.UTF_8))).isNotNull();
      assertThat(map.size()).isEqualTo(1);
      journal.close(false);
      checkpoints.get().close();
    }
    preparing.shutdown();
  }

  /** The last revision before the delete. */
  private static long deleteAndMerge(
      Journal journal, Checkpoints checkpoints, HashIndex map, byte[] key) {
    long before = journal.revision();
    try {
      checkpoints.freeze();
      map.remove(key);
      write(journal, checkpoints, Operation.delete(key));
      checkpoints.checkpoint();
      checkpoints.mergeAll(() -> {});
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return before;
  }

  @Test
  void powerCut_whileSSTablesAreWrittenOverDiscardedOnes_losesNothingThatWasSaved()
      throws Exception {
    int reused = 0;
    for (int operation = 1; ; operation++) {
      try (ScratchFolder run = ScratchFolder.inMemory();
          FaultDisk disk = new FaultDisk(FaultDisk.Kind.CUT, operation, operation)) {
        int saved = saveUntilCut(disk, run.path());
        disk.cut();
        Path image = Files.createDirectory(run.path().resolve("image"));
        disk.writeImage(run.path().resolve("store"), image);
        try (KVStore store = KVStore.open(image)) {
          for (int i = Math.max(0, saved - 3); i < saved; i++) {
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

  /** Writes and saves values of three keys in turns; how many were saved when the power was cut. */
  private static int saveUntilCut(FaultDisk disk, Path run) throws IOException {
    Path folder = Files.createDirectory(run.resolve("store"));
    EngineOptions small = new EngineOptions(8 << 10, 32 << 10, 1 << 20, 1_000, 3_600_000);
    StripedLocks stripes = new StripedLocks();
    ExecutorService preparing = WorkerThread.executor("test");
    int saved = 0;
    try (HashIndex map =
        HashIndex.create(new Disk(), run, stripes, null, small, HashTableSize.SMALLEST, 3)) {
      Journal journal = new Journal(disk, folder, 1, 0, preparing, small, Durability.OS);
      Checkpoints checkpoints =
          new Checkpoints(
              new SSTableFolder(disk, folder), journal, stripes, 1, List.of(), map, small);
      checkpoints.writeManifest();
      checkpoints.keepSpares(1 << 20);
      while (saved < 12) {
        byte[] key = ("key " + saved % 3).getBytes(StandardCharsets.UTF_8);
        byte[] value = Integer.toString(saved).getBytes(StandardCharsets.UTF_8);
        write(journal, checkpoints, Operation.put(key, value, 0));
        checkpoints.checkpoint();
        saved++;
        if (saved % 4 == 0) {
          checkpoints.mergeAll(() -> {});
        }
      }
    } catch (IOException | KVException cut) {
      // saved says how far it came
    } finally {
      preparing.shutdown();
    }
    return saved;
  }

  private static void put(Journal journal, Checkpoints checkpoints, String key) {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    byte[] value = "value".getBytes(StandardCharsets.UTF_8);
    write(journal, checkpoints, Operation.put(bytes, value, 0));
  }

  private static void write(Journal journal, Checkpoints checkpoints, Operation operation) {
    JournalPosition slot = journal.append(List.of(operation))[0];
    checkpoints.current().active.put(operation.key(), slot);
  }

  @Test
  void close_thatCannotMarkTheStoreClean_leavesItToARecovery() {
    ManifestDisk disk = new ManifestDisk();
    KVStore store =
        DiskStore.open(folder(), StoreOptions.defaults(), disk, EngineOptions.standard());
    store.put("key", "value");
    store.admin().compact();
    disk.failure = new IOException("Input/output error");

    assertThatThrownBy(store::close).isInstanceOf(KVException.class);
    try (KVStore again = KVStore.open(folder())) {
      assertThat(again.admin().recovery().clean()).isFalse();
      assertThat(again.get("key")).hasValue("value");
      assertThat(again.admin().verify().faults()).isEmpty();
    }
  }

  /** A disk on which the manifest cannot be replaced as long as a failure is set. */
  private static final class ManifestDisk extends Disk {
    private volatile IOException failure;

    @Override
    public void rename(Path from, Path to) throws IOException {
      if (failure != null && to.getFileName().toString().equals(Manifest.NAME)) {
        throw failure;
      }
      super.rename(from, to);
    }
  }

  private Path folder() {
    return scratch.resolve("store");
  }
}

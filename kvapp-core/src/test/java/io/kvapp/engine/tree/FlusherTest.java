package io.kvapp.engine.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.Durability;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.PrefixScope;
import io.kvapp.Settings;
import io.kvapp.engine.DiskStore;
import io.kvapp.engine.crash.ScratchFolder;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.FaultDisk;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.journal.Journal;
import io.kvapp.engine.journal.JournalPosition;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.model.Operation;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.sstable.SSTableFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class FlusherTest {
  @TempDir Path scratch;

  @Test
  void sync_afterACheckpoint_leavesTheSegmentsItGaveBackAlone() {
    try (KVStore store = DiskStore.open(settings(Durability.SYNC))) {
      for (int i = 0; i < 20; i++) {
        store.put("key " + i, "value");
        store.compact();
      }
      store.put("last", "value");

      assertThat(store.size()).isEqualTo(21);
    }
  }

  @Test
  void compact_ofAStoreThatWroteMuch_givesTheFilesOfTheJournalBack() {
    EngineOptions small = new EngineOptions(64 << 10, 1 << 20, 4 << 20, 1_000_000, 3_600_000);
    try (KVStore store = DiskStore.open(settings(Durability.OS), new Disk(), small)) {
      for (int i = 0; i < 500; i++) {
        store.put(("key " + i % 10).getBytes(StandardCharsets.UTF_8), new byte[20_000]);
      }
      assertThat(store.stats().journalBytes()).isGreaterThan(2 << 20);
      for (int i = 0; i < 9; i++) {
        store.delete("key " + i);
      }

      store.compact();

      assertThat(store.stats().journalBytes()).isLessThanOrEqualTo(3 * (64 << 10));
      store.put("key", "value");
      assertThat(store.get("key 9").orElseThrow()).hasSize(20_000);
    }
    try (KVStore store = DiskStore.open(settings(Durability.OS))) {
      assertThat(store.size()).isEqualTo(2);
    }
  }

  @Test
  void sparesOfSSTables_areKeptWhileMuchIsWrittenAndGoneAfterwards() throws Exception {
    EngineOptions small = new EngineOptions(64 << 10, 1 << 20, 1 << 20, 1_000, 5);
    try (KVStore store = DiskStore.open(settings(Durability.OS), new Disk(), small)) {
      int written = 0;
      while (Disk.list(folder(), "spare-*").isEmpty()) {
        store.put("key " + written++ % 5_000, "value " + written);
      }
      store.compact();
      assertThat(Disk.list(folder(), "spare-*")).isEmpty();
      while (Disk.list(folder(), "spare-*").isEmpty()) {
        store.put("key " + written++ % 5_000, "value " + written);
      }
    }
    assertThat(Disk.list(folder(), "spare-*")).isEmpty();
    Path leftOver = Files.write(folder().resolve("spare-7.kvs"), new byte[100]);
    try (KVStore store = DiskStore.open(settings(Durability.OS))) {
      assertThat(leftOver).doesNotExist();
      assertThat(store.size()).isBetween(1L, 5_000L);
      assertThat(store.verify().faults()).isEmpty();
    }
  }

  @Test
  @Timeout(60)
  void idleness_afterMuchWasWritten_givesTheFilesOfTheJournalBack() {
    EngineOptions quick = new EngineOptions(64 << 10, 1 << 20, 4 << 20, 1_000_000, 5);
    try (KVStore store = DiskStore.open(settings(Durability.OS), new Disk(), quick)) {
      for (int i = 0; i < 200; i++) {
        store.put(("key " + i).getBytes(StandardCharsets.UTF_8), new byte[20_000]);
      }

      while (store.stats().journalBytes() > 3 * (64 << 10)) {
        Thread.onSpinWait();
      }
      assertThat(store.size()).isEqualTo(200);
      assertThat(store.verify().faults()).isEmpty();
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
    HashIndex map = HashIndex.create(disk, folder, stripes, null, HashIndex.Size.SMALLEST, 3);
    VersionSet versions =
        new VersionSet(
            new SSTableFolder(disk, folder),
            journal,
            stripes,
            1,
            List.of(),
            map,
            EngineOptions.standard());
    versions.writeManifest();
    for (String key : List.of("one", "two")) {
      put(journal, versions, key);
      versions.checkpoint();
    }
    put(journal, versions, "three");
    disk.failure = new IOException("No space left on device");

    assertThatThrownBy(versions::checkpoint).isSameAs(disk.failure);
    assertThat(Disk.list(folder, "snapshot-*")).hasSize(2);
    disk.failure = null;
    versions.mergeAll(() -> {});
    map.close();
    try (KVStore store = DiskStore.open(settings(Durability.OS))) {
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
    AtomicReference<VersionSet> versions = new AtomicReference<>();
    try (HashIndex map =
        HashIndex.create(
            disk, folder, stripes, () -> versions.get().acquire(), HashIndex.Size.SMALLEST, 2)) {
      versions.set(
          new VersionSet(
              new SSTableFolder(disk, folder),
              journal,
              stripes,
              1,
              List.of(),
              map,
              EngineOptions.standard()));
      put(journal, versions.get(), "gone");
      put(journal, versions.get(), "kept");
      versions.get().checkpoint();
      Version version = versions.get().acquire();
      long since = journal.revision();
      versions.get().freeze();
      byte[] gone = "gone".getBytes(StandardCharsets.UTF_8);
      map.remove(gone);
      write(journal, versions.get(), Operation.delete(gone));
      versions.get().checkpoint();
      versions.get().mergeAll(() -> {});

      map.fill(version.entries(new byte[0], null, false), since, steps -> true);
      map.endFilling();

      assertThat(map.get(gone)).isNull();
      assertThat(map.get("kept".getBytes(StandardCharsets.UTF_8))).isNotNull();
      assertThat(map.size()).isEqualTo(1);
      version.release();
      journal.close(false);
      versions.get().close();
    }
    preparing.shutdown();
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
        try (KVStore store = DiskStore.open(settings(image, Durability.OS))) {
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
        HashIndex.create(new Disk(), run, stripes, null, HashIndex.Size.SMALLEST, 3)) {
      Journal journal = new Journal(disk, folder, 1, 0, preparing, small, Durability.OS);
      VersionSet versions =
          new VersionSet(
              new SSTableFolder(disk, folder), journal, stripes, 1, List.of(), map, small);
      versions.writeManifest();
      versions.keepSpares(1 << 20);
      while (saved < 12) {
        byte[] key = ("key " + saved % 3).getBytes(StandardCharsets.UTF_8);
        byte[] value = Integer.toString(saved).getBytes(StandardCharsets.UTF_8);
        write(journal, versions, Operation.put(key, value, 0));
        versions.checkpoint();
        saved++;
        if (saved % 4 == 0) {
          versions.mergeAll(() -> {});
        }
      }
    } catch (IOException | KVException cut) {
      // saved says how far it came
    } finally {
      preparing.shutdown();
    }
    return saved;
  }

  private static void put(Journal journal, VersionSet versions, String key) {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    byte[] value = "value".getBytes(StandardCharsets.UTF_8);
    write(journal, versions, Operation.put(bytes, value, 0));
  }

  private static void write(Journal journal, VersionSet versions, Operation operation) {
    JournalPosition slot = journal.append(List.of(operation))[0];
    versions.current().active.put(operation.key(), slot);
  }

  @Test
  void close_thatCannotMarkTheStoreClean_leavesItToARecovery() {
    ManifestDisk disk = new ManifestDisk();
    KVStore store = DiskStore.open(settings(Durability.OS), disk, EngineOptions.standard());
    store.put("key", "value");
    store.compact();
    disk.failure = new IOException("Input/output error");

    assertThatThrownBy(store::close).isInstanceOf(KVException.class);
    try (KVStore again = DiskStore.open(settings(Durability.OS))) {
      assertThat(again.recovery().clean()).isFalse();
      assertThat(again.get("key")).hasValue("value");
      assertThat(again.verify().faults()).isEmpty();
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

  private Settings settings(Durability durability) {
    return settings(folder(), durability);
  }

  private static Settings settings(Path folder, Durability durability) {
    return new Settings(
        folder,
        Settings.DEFAULT_HOST,
        0,
        PrefixScope.KEYS,
        durability,
        Settings.DEFAULT_MAX_VALUE_BYTES,
        false,
        InstantSource.system());
  }
}

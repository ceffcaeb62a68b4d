package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.Durability;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.PrefixScope;
import io.kvapp.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  @TempDir Path scratch;

  @Test
  void sync_afterACheckpoint_leavesTheSegmentsItGaveBackAlone() {
    try (KVStore store = MapStore.open(settings(Durability.SYNC))) {
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
    Tuning small = new Tuning(64 << 10, 1 << 20, 4 << 20, 1_000_000, 3_600_000);
    try (KVStore store = MapStore.open(settings(Durability.OS), new Disk(), small)) {
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
    try (KVStore store = MapStore.open(settings(Durability.OS))) {
      assertThat(store.size()).isEqualTo(2);
    }
  }

  @Test
  void checkpoint_whoseManifestCannotBeWritten_losesNothingAndGivesItsFilesBack() throws Exception {
    Path folder = Files.createDirectory(folder());
    ManifestDisk disk = new ManifestDisk();
    Stripes stripes = new Stripes();
    ExecutorService preparing = OwnThread.executor("test");
    Journal journal = new Journal(disk, folder, 1, 0, preparing, Tuning.standard(), Durability.OS);
    Checkpoints checkpoints =
        new Checkpoints(disk, folder, journal, stripes, 1, List.of(), () -> 3L, Tuning.standard());
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
    checkpoints.mergeAll();
    try (KVStore store = MapStore.open(settings(Durability.OS))) {
      assertThat(store.get("one")).hasValue("value");
      assertThat(store.get("two")).hasValue("value");
      assertThat(store.get("three")).hasValue("value");
    }
    preparing.shutdown();
  }

  private static void put(Journal journal, Checkpoints checkpoints, String key) {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    byte[] value = "value".getBytes(StandardCharsets.UTF_8);
    Slot slot = journal.append(List.of(Operation.put(bytes, value, 0)))[0];
    checkpoints.current().active.put(bytes, slot);
  }

  @Test
  void close_thatCannotMarkTheStoreClean_leavesItToARecovery() {
    ManifestDisk disk = new ManifestDisk();
    KVStore store = MapStore.open(settings(Durability.OS), disk, Tuning.standard());
    store.put("key", "value");
    store.compact();
    disk.failure = new IOException("Input/output error");

    assertThatThrownBy(store::close).isInstanceOf(KVException.class);
    try (KVStore again = MapStore.open(settings(Durability.OS))) {
      assertThat(again.recovery().clean()).isFalse();
      assertThat(again.get("key")).hasValue("value");
      assertThat(again.verify().faults()).isEmpty();
    }
  }

  /** A disk on which the manifest cannot be replaced as long as a failure is set. */
  private static final class ManifestDisk extends Disk {
    private volatile IOException failure;

    @Override
    void rename(Path from, Path to) throws IOException {
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
    return new Settings(
        folder(),
        Settings.DEFAULT_HOST,
        0,
        PrefixScope.KEYS,
        durability,
        Settings.DEFAULT_MAX_VALUE_BYTES,
        false,
        InstantSource.system());
  }
}

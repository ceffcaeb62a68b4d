package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.FolderCopy;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.engine.crash.MemoryFolder;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a store takes of the heap is bounded, in processes that have little of it. */
@Tag("once")
class SmallHeapTest {
  private static final int LONG_KEYS = 60_000;
  private static final int PATIENCE_SECONDS = 120;

  @TempDir(factory = MemoryFolder.class)
  Path scratch;

  @Test
  void longKeys_areFlushedBeforeTheyFillTheHeap_andReadBackInHalfOfIt() throws Exception {
    assertThat(run("64m", "longKeys", LONG_KEYS)).isEqualTo(LONG_KEYS);
    assertThat(run("32m", "read", LONG_KEYS)).isEqualTo(LONG_KEYS + 1);
  }

  @Test
  void batchesOfManyKeys_areFlushedBeforeTheyFillTheHeap() throws Exception {
    assertThat(run("96m", "batches", LONG_KEYS)).isEqualTo(LONG_KEYS);
    assertThat(run("48m", "read", LONG_KEYS)).isEqualTo(LONG_KEYS + 1);
  }

  @Test
  void batchOfMoreWritesThanTheHeapHolds_isRefusedByName() throws Exception {
    int most = 64 * 1024 * 1024 / 512;
    assertThat(run("64m", "tinyWrites", most / 2)).isEqualTo(most / 2);
    assertThat(run("64m", "tooManyWrites", most + 1)).isEqualTo(most / 2);
  }

  @Test
  void entriesWithATimeToLive_areRefreshedMillionsOfTimes() throws Exception {
    assertThat(run("64m", "sessions", 1_000_000)).isEqualTo(SmallHeapChild.SESSIONS);
    assertThat(run("32m", "sessions", 0)).isEqualTo(SmallHeapChild.SESSIONS);
  }

  @Test
  void manyTinyEntries_areCompactedAndFoundInAHeapThatTheirOffsetsWouldFill() throws Exception {
    int entries = 600_000;
    assertThat(run("32m", "tiny", entries)).isEqualTo(entries);
  }

  @Test
  void valueThatTheHeapCannotServe_failsByNameAndNothingElseDoes() throws Exception {
    int large = 24 << 20;
    StoreOptions options = StoreOptions.defaults().withMaxValueBytes(large);
    Path running = scratch.resolve("running");
    try (KVStore store = KVStore.open(running, options)) {
      store.put("flushed", "v".repeat(large));
      store.put("small", "value");
      store.admin().backup(scratch.resolve("backup"));
      store.put("journal", "v".repeat(large));
      FolderCopy.copy(running, folder());
    }
    assertThat(run("32m", "largeValues", large)).isEqualTo(3);
  }

  @Test
  void journalOfALargeHeap_isReadBackInASmallOne() throws Exception {
    abandon(20_000);
    assertThat(run("32m", "read", 20_000)).isEqualTo(20_000);
  }

  @Test
  void recovery_writesAnSSTableForEachPartOfTheJournalThatFillsAMemtable() throws Exception {
    abandon(2_000);
    EngineOptions small = new EngineOptions(4 << 20, 4 << 20, 256 << 20, 1 << 20, 3_600_000);
    try (KVStore store = DiskStore.open(folder(), StoreOptions.defaults(), new Disk(), small)) {
      assertThat(store.admin().stats().sstables()).isBetween(4, 5);
      assertThat(store.admin().recovery().replayedRecords()).isEqualTo(2_000 + 2);
      assertThat(store.size()).isEqualTo(1_999);
      assertThat(store.get(SmallHeapChild.longKey(0)).orElseThrow()).hasSize(20);
      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }

  @Test
  void repairWithoutAManifest_readsTheJournalInParts() throws Exception {
    abandon(2_000);
    Files.delete(folder().resolve("MANIFEST"));
    EngineOptions small = new EngineOptions(4 << 20, 4 << 20, 256 << 20, 1 << 20, 3_600_000);
    StoreOptions repairing = StoreOptions.defaults().withOpenDamaged(true);
    try (KVStore store = DiskStore.open(folder(), repairing, new Disk(), small)) {
      assertThat(store.size()).isEqualTo(1_999);
      assertThat(store.get(SmallHeapChild.longKey(0)).orElseThrow()).hasSize(20);
      assertThat(store.get(SmallHeapChild.longKey(1))).isEmpty();
      assertThat(store.admin().verify().faults()).isEmpty();
      assertThat(Disk.list(folder(), "snapshot-*")).hasSize(1);
    }
  }

  @Test
  void repairWithoutAManifest_takesASmallHeap() throws Exception {
    abandon(20_000);
    Files.delete(folder().resolve("MANIFEST"));
    assertThat(run("32m", "repair", 20_000)).isEqualTo(20_000);
  }

  @Test
  void journalThatTheHeapCannotRead_isRefusedByNameWhereNothingCanBeSaved() throws Exception {
    abandon(20_000);
    assertThat(run("32m", "refuseToOpenReadOnly", 0)).isZero();
    assertThat(run("256m", "openReadOnly", 0)).isEqualTo(19_999);
  }

  /**
   * Leaves a store as if its process had died, with so many puts, an overwrite of the first key and
   * a delete of the second in its journal.
   */
  private void abandon(int entries) throws IOException {
    EngineOptions large = new EngineOptions(4 << 20, 64 << 20, 256 << 20, 96 << 20, 3_600_000);
    Path running = scratch.resolve("running");
    try (KVStore store = DiskStore.open(running, StoreOptions.defaults(), new Disk(), large)) {
      for (int i = 0; i < entries; i++) {
        store.put(SmallHeapChild.longKey(i), new byte[10]);
      }
      store.put(SmallHeapChild.longKey(0), new byte[20]);
      store.delete(SmallHeapChild.longKey(1));
      FolderCopy.copy(running, folder());
    }
  }

  private Path folder() {
    return scratch.resolve("store");
  }

  /** The number of entries that a process with so much heap has at its end. */
  private long run(String heap, String work, int count) throws Exception {
    Path output = scratch.resolve("output");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeapChild.class.getName(),
                folder().toString(),
                work,
                String.valueOf(count))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(child.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(child.exitValue()).isZero();
    } finally {
      child.destroyForcibly().onExit().join();
    }
    return Long.parseLong(Files.readString(output, StandardCharsets.UTF_8).strip());
  }
}

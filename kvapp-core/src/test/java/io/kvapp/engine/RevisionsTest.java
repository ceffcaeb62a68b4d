package io.kvapp.engine;

import static io.kvapp.StoreFixture.everything;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.FolderCopy;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.model.Revisions;
import io.kvapp.engine.tree.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A revision is never used twice. */
@Timeout(60)
class RevisionsTest {
  private static final int HEADER_BYTES = 64;

  /** The ticks of an hour do nothing on their own. */
  private static final EngineOptions OPTIONS =
      new EngineOptions(64 << 10, 64 << 10, 256 << 20, 1_000_000, 3_600_000);

  @TempDir Path scratch;

  @Test
  void openAfterAClose_goesOnWithTheNextOne() {
    long last;
    try (KVStore store = open("store")) {
      last = store.put("key", "value");
    }
    try (KVStore store = open("store")) {
      assertThat(store.put("key", "value")).isEqualTo(last + 1);
    }
  }

  @Test
  void openAfterAPowerCut_goesOnFarBehindWhatWasLost() throws IOException {
    long last;
    try (KVStore store = open("store")) {
      store.put("flushed", "value");
      store.admin().compact();
      store.put("lost", "value");
      last = store.put("lost too", "value");
      copy("store", "cut");
    }
    for (Path journal : Disk.list(scratch.resolve("cut"), "journal-*.log")) {
      byte[] bytes = Files.readAllBytes(journal);
      Arrays.fill(bytes, HEADER_BYTES, bytes.length, (byte) 0);
      Files.write(journal, bytes);
    }
    long next;
    try (KVStore store = open("cut")) {
      assertThat(store.get("lost")).isEmpty();
      assertThat(revisionOnDisk("cut")).isGreaterThan(last + Revisions.GAP / 2);
      next = store.put("key", "value");
      assertThat(next).isGreaterThan(last + Revisions.GAP / 2);
      copy("cut", "again");
    }
    try (KVStore store = open("again")) {
      assertThat(store.get("flushed")).hasValue("value");
      assertThat(store.get("key")).hasValue("value");
      assertThat(store.admin().recovery().replayedRecords()).isEqualTo(1);
      assertThat(store.put("key", "value")).isGreaterThan(next + Revisions.GAP / 2);
    }
  }

  @Test
  void restore_goesOnFarBehindTheBackupAndTheStore() throws IOException {
    long backedUp;
    try (KVStore store = open("store")) {
      store.put("first", "value");
      backedUp = store.put("key", "value");
      store.admin().backup(scratch.resolve("backup"));
    }
    try (KVStore store = open("other")) {
      long own = store.put("gone", "value");
      store.delete("gone");
      store.admin().restore(scratch.resolve("backup"));
      long restored = store.entry("key").orElseThrow().revision();
      assertThat(restored).isGreaterThan(Math.max(own, backedUp) + Revisions.GAP / 2);
      long next = store.put("key", "other");
      assertThat(next).isGreaterThan(restored);
      assertThat(revisionOnDisk("other")).isGreaterThan(own + Revisions.GAP / 2);
      copy("other", "killed");
      try (KVStore killed = open("killed")) {
        assertThat(everything(killed)).isEqualTo(everything(store));
        assertThat(killed.put("key", "other")).isGreaterThan(next);
      }
    }
    try (KVStore store = KVStore.inMemory()) {
      store.admin().restore(scratch.resolve("backup"));
      assertThat(store.put("key", "other")).isGreaterThan(backedUp + Revisions.GAP / 2);
    }
    try (KVStore store = open("backup")) {
      assertThat(store.put("key", "other")).isGreaterThan(backedUp + Revisions.GAP / 2);
    }
  }

  @Test
  void repair_takesNoRevisionFromAFileThatIsNoJournal() throws IOException {
    long last;
    try (KVStore store = open("store")) {
      store.put("flushed", "value");
      store.admin().compact();
      last = store.put("key", "value");
      copy("store", "swapped");
    }
    Path folder = scratch.resolve("swapped");
    Path journal = Disk.list(folder, "journal-*.log").get(0);
    Path manifest = folder.resolve(Manifest.NAME);
    byte[] text = Files.readAllBytes(manifest);
    Files.write(manifest, Files.readAllBytes(journal));
    Files.write(journal, text);

    StoreOptions repairing = StoreOptions.defaults().withOpenDamaged(true);
    try (KVStore store = DiskStore.open(folder, repairing, new Disk(), OPTIONS)) {
      assertThat(store.get("flushed")).hasValue("value");
      assertThat(store.put("new", "value")).isBetween(last, last + 3 * Revisions.GAP);
    }
  }

  @Test
  void afterGap_staysBelowWhatAJsonNumberHolds() {
    assertThat(Revisions.afterGap(5)).isEqualTo(5 + (1L << 30));
    assertThatThrownBy(() -> Revisions.afterGap(1L << 53))
        .isInstanceOf(KVException.class)
        .hasMessageContaining("revision");
  }

  private KVStore open(String folder) {
    return DiskStore.open(scratch.resolve(folder), StoreOptions.defaults(), new Disk(), OPTIONS);
  }

  private long revisionOnDisk(String folder) throws IOException {
    return Manifest.read(scratch.resolve(folder)).orElseThrow().revision();
  }

  private void copy(String from, String to) {
    FolderCopy.copy(scratch.resolve(from), scratch.resolve(to));
  }
}

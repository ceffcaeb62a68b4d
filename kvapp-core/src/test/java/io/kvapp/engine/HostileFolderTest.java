package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreFixture;
import io.kvapp.StoreOptions;
import io.kvapp.engine.crash.DamageSamples;
import io.kvapp.engine.file.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Folders that nobody wrote by accident, and what is said of them. */
class HostileFolderTest {
  @TempDir Path scratch;
  private Path folder;

  @BeforeEach
  void makeStore() {
    folder = scratch.resolve("store");
    try (KVStore store = DamageSamples.open(folder, false)) {
      store.put("key", "value");
      store.put("large", "v".repeat(5_000));
      store.put("ttl", "value", Duration.ofDays(1));
    }
  }

  @Test
  void open_ofAnotherFormatVersion_isRefusedByNameWhateverItsChecksum() throws IOException {
    Path manifest = folder.resolve("MANIFEST");
    String text = Files.readString(manifest);
    String newer = text.replace("format=2\n", "format=12\n");
    for (String each : List.of(newer, signed(newer), "format=12\nnothing else is known")) {
      Files.writeString(manifest, each);
      for (boolean openDamaged : new boolean[] {false, true}) {
        assertThatThrownBy(() -> DamageSamples.open(folder, openDamaged))
            .isInstanceOf(KVException.UnknownFormat.class)
            .hasMessageContaining(manifest.toString())
            .hasMessageContaining("version 12")
            .hasMessageContaining("version 2;");
      }
    }
    Files.writeString(manifest, text);
    assertThatStoreIsRight();
  }

  @Test
  void open_ofFormatOne_isRefusedByNameInOneLine() throws IOException {
    Path manifest = folder.resolve("MANIFEST");
    String text = Files.readString(manifest);
    Files.writeString(manifest, signed(text.replace("format=2\n", "format=1\n")));
    assertUnknownFormat(manifest);
    Files.writeString(manifest, text);
    Path sstable = Disk.list(folder, "snapshot-*.kvs").get(0);
    byte[] bytes = Files.readAllBytes(sstable);
    bytes[6] = '1';
    Files.write(sstable, bytes);
    assertUnknownFormat(sstable);
    Files.delete(manifest);
    Files.delete(sstable);
    for (Path segment : Disk.list(folder, "journal-*.log")) {
      Files.delete(segment);
    }
    Path journal = folder.resolve("journal-0000000007.log");
    Files.write(journal, Arrays.copyOf("KVAPJNL1".getBytes(StandardCharsets.UTF_8), 4_096));
    assertUnknownFormat(journal);
  }

  private void assertUnknownFormat(Path file) {
    assertThatThrownBy(() -> DamageSamples.open(folder, false))
        .isInstanceOf(KVException.UnknownFormat.class)
        .hasMessage(
            file
                + " has format version 1, and this KVApp reads version 2; open it with the KVApp that"
                + " wrote it");
  }

  @Test
  void open_ofAManifestWithForeignFileNames_isRefused() throws IOException {
    Path manifest = folder.resolve("MANIFEST");
    String text = Files.readString(manifest);
    for (String each :
        List.of(
            text.replace("snapshot-", "../snapshot-"),
            text.replace("map=live-1.map", "map=../../live-1.map"),
            text.replace("map=live-1.map", "map=live.map"),
            text.replace("snapshots=1", "snapshots=-1x"),
            text.replace("journal=", "journal=1\\u00"))) {
      assertThat(each).isNotEqualTo(text);
      Files.writeString(manifest, signed(each));
      assertThatThrownBy(() -> DamageSamples.open(folder, false))
          .isInstanceOf(KVException.Corrupt.class)
          .hasMessageContaining(manifest.toString());
    }
  }

  @Test
  void open_ofAManifestWithAnAbsurdMapSize_rebuildsTheMap() throws IOException {
    Path manifest = folder.resolve("MANIFEST");
    String text = Files.readString(manifest).replaceFirst("map.entries=\\d+", "map.entries=-5");
    Files.writeString(manifest, signed(text));

    assertThatStoreIsRight();
  }

  private static String signed(String text) {
    String body = text.substring(0, text.indexOf("check=", text.indexOf("\nsnapshots")));
    CRC32C crc = new CRC32C();
    crc.update(body.getBytes(StandardCharsets.ISO_8859_1));
    return body + "check=" + Long.toHexString(crc.getValue()) + "\n";
  }

  @Test
  void open_ofAMapWhoseHeaderNamesAnotherClass_loadsNoneAndRebuildsIt() throws IOException {
    Path map = folder.resolve("live-1.map");
    byte[] bytes = Files.readAllBytes(map);
    String head = new String(bytes, 0, 4_096, StandardCharsets.ISO_8859_1);
    int at = head.indexOf("net.openhft");
    assertThat(at).isPositive();
    byte[] evil = "io.kvapp.xx".getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(evil, 0, bytes, at, evil.length);
    Files.write(map, bytes);
    try (KVStore store = DamageSamples.open(folder, false)) {
      assertThat(store.admin().recovery().rebuilt()).isTrue();
      assertThat(store.get("key")).hasValue("value");
    }
  }

  @Test
  void open_withoutItsManifest_isRefusedAndFindsEverythingAgainWithLeave() throws IOException {
    Files.delete(folder.resolve("MANIFEST"));

    assertThatThrownBy(() -> DamageSamples.open(folder, false))
        .isInstanceOf(KVException.Corrupt.class)
        .hasMessageContaining("MANIFEST")
        .hasMessageContaining("openDamaged(true), as --open-damaged does, which drops");
    try (KVStore store = DamageSamples.open(folder, true)) {
      assertThat(store.admin().recovery().dropped())
          .hasSize(1)
          .first()
          .asString()
          .contains("MANIFEST");
    }
    assertThatStoreIsRight();
  }

  @Test
  void open_besideForeignFiles_leavesThemAlone() throws IOException {
    List<Path> foreign =
        List.of(folder.resolve("journal-notes.txt"), folder.resolve("journal-x.log"));
    for (Path file : foreign) {
      Files.writeString(file, "text");
    }
    assertThatStoreIsRight();

    assertThat(foreign).allSatisfy(file -> assertThat(file).hasContent("text"));
  }

  @Test
  void open_withGarbageInItsLock_takesIt() throws IOException {
    Files.writeString(folder.resolve("LOCK"), "a\nb\u0007");
    assertThatStoreIsRight();
  }

  @Test
  void open_withDirectoriesInPlaceOfFiles_isRefusedByName() throws IOException {
    for (String name : List.of("MANIFEST", "LOCK")) {
      Files.delete(folder.resolve(name));
      Files.createDirectory(folder.resolve(name));

      assertThatThrownBy(() -> DamageSamples.open(folder, false))
          .isInstanceOf(KVException.class)
          .hasMessageContaining(folder.toString())
          .hasMessageNotContaining("\n");
      Files.delete(folder.resolve(name));
      Files.createFile(folder.resolve(name));
    }
  }

  @Test
  @Timeout(20)
  void open_withNamedPipesInPlaceOfFiles_isRefusedByName() throws Exception {
    for (String name : List.of("MANIFEST", "LOCK")) {
      Path file = folder.resolve(name);
      Path kept = Files.move(file, scratch.resolve(name));
      assumeTrue(new ProcessBuilder("mkfifo", file.toString()).start().waitFor() == 0);
      for (boolean readOnly : new boolean[] {false, true}) {
        StoreOptions options = StoreOptions.defaults().withReadOnly(readOnly);

        assertThatThrownBy(() -> KVStore.open(folder, options))
            .isInstanceOf(KVException.FolderUnusable.class)
            .hasMessageContaining(file + ": it is not a file");
      }
      Files.move(kept, file, StandardCopyOption.REPLACE_EXISTING);
    }
    assertThatStoreIsRight();
  }

  @Test
  void openDamaged_ofAnEntryWhoseValueIsLost_doesNotBringAnOlderValueBack() throws IOException {
    try (KVStore store = DamageSamples.open(folder, false)) {
      store.put("large", "w".repeat(5_000));
    }
    Path newest = Disk.list(folder, "snapshot-*").get(1);
    byte[] bytes = Files.readAllBytes(newest);
    bytes[1_000] ^= 1;
    Files.write(newest, bytes);

    try (KVStore store = DamageSamples.open(folder, true)) {
      assertThat(store.get("large")).isEmpty();
      assertThat(store.admin().recovery().dropped())
          .singleElement()
          .asString()
          .contains(newest.toString(), "key large");
      assertThat(store.get("key")).hasValue("value");
    }
  }

  @Test
  void restore_ofAFolderThatIsNoBackup_isRefusedByName() throws IOException {
    Path backup = scratch.resolve("backup");
    try (KVStore store = DamageSamples.open(folder, false)) {
      store.admin().backup(backup);
    }
    Path sstable = Disk.list(backup, "snapshot-*").get(0);
    byte[] whole = Files.readAllBytes(sstable);
    byte[] damaged = whole.clone();
    damaged[60] ^= 1;
    Files.write(sstable, damaged);
    Path empty = Files.createDirectory(scratch.resolve("empty"));
    try (KVStore store = DamageSamples.open(scratch.resolve("other"), false)) {
      assertThatThrownBy(() -> store.admin().restore(backup))
          .isInstanceOf(KVException.Corrupt.class)
          .hasMessageContaining(sstable.toString());
      for (Path none : List.of(empty, scratch.resolve("missing"), sstable)) {
        assertThatThrownBy(() -> store.admin().restore(none))
            .isInstanceOf(KVException.Corrupt.class)
            .hasMessageContaining(none.toString());
      }
      Files.write(sstable, whole);
      assertThat(store.size()).isZero();
      assertThat(store.admin().restore(backup)).isEqualTo(3);
    }
  }

  private void assertThatStoreIsRight() {
    try (KVStore store = DamageSamples.open(folder, false)) {
      assertThat(store.get("key")).hasValue("value");
      assertThat(store.get("large")).hasValue("v".repeat(5_000));
      assertThat(StoreFixture.everything(store)).hasSize(3);
      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }
}

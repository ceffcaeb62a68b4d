package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.engine.crash.MemoryFolder;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What other programs put into the folder of a store stays, and is in nobody's way. */
class ForeignFilesTest {
  private static final EngineOptions SMALL =
      new EngineOptions(64 << 10, 256 << 10, 1 << 20, 20 << 10, 1_000);

  @TempDir(factory = MemoryFolder.class)
  Path scratch;

  private Path folder;

  @BeforeEach
  void nameFolder() {
    folder = scratch.resolve("store");
  }

  @Test
  void files_thatAreNotOfTheStore_stay() throws Exception {
    List<String> names =
        List.of(
            "snapshot-2026-11-27.tar",
            "snapshot-2026-11.kvs",
            "snapshot-notes.txt",
            "expiry-list.txt",
            "journal-notes.txt",
            "journal-1.log",
            "live-notes.txt",
            "live-1.map.bak",
            "spare-parts.kvs",
            "notes.tmp",
            "MANIFEST.tmp.bak",
            "MANIFEST.old");
    use();
    for (String name : names) {
      Files.writeString(folder.resolve(name), "keep");
    }
    use();
    use();

    assertThat(names).allSatisfy(name -> assertThat(folder.resolve(name)).hasContent("keep"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "snapshot-monday",
        "snapshot-0000000001-0.kvs",
        "snapshot-0000000009-0.kvs",
        "snapshot-0000000009-1.kvs",
        "journal-0000000001.log",
        "journal-0000000009.log",
        "journal-0000000009.log.tmp",
        "live-1.map",
        "live-9.map",
        "live-9.map.sums",
        "spare-0.kvs",
        "MANIFEST.tmp",
        "LOCK.bak"
      })
  void folder_ofAnyName_stays(String name) throws Exception {
    Path file = Files.createDirectories(folder.resolve(name)).resolve("file");
    Files.writeString(file, "keep");
    use();
    use();

    assertThat(file).hasContent("keep");
  }

  @Test
  void backup_intoTheFolderOfTheStore_staysThere() throws Exception {
    Path backup = folder.resolve("snapshot-monday");
    try (KVStore store = KVStore.open(folder)) {
      store.put("key 1", "value");
      store.admin().backup(backup);
    }
    use();

    try (KVStore store = KVStore.open(backup)) {
      assertThat(store.get("key 1")).hasValue("value");
    }
  }

  @Test
  void backup_underANameOfTheStoresFiles_isRefused() throws Exception {
    try (KVStore store = KVStore.open(folder)) {
      Path backup = folder.resolve("live-7.map");

      assertThatThrownBy(() -> store.admin().backup(backup))
          .isInstanceOf(KVException.FolderUnusable.class)
          .hasMessageContaining(backup.toString());
      assertThat(backup).doesNotExist();
    }
  }

  @Test
  void backup_intoTheRootOfANewFileSystem_isTaken() throws Exception {
    Path root = scratch.resolve("root");
    Files.createDirectories(root.resolve("lost+found"));
    try (KVStore store = KVStore.open(folder)) {
      store.put("key", "value");
      store.admin().backup(root);
    }

    assertThat(root.resolve("lost+found")).isDirectory();
    try (KVStore store = KVStore.open(root)) {
      assertThat(store.get("key")).hasValue("value");
    }
  }

  /** Opens the store, writes so much that all kinds of files come and go, and closes it. */
  private void use() {
    try (KVStore store = DiskStore.open(folder, StoreOptions.defaults(), new Disk(), SMALL)) {
      String last = store.get("last").orElse("0");
      for (int i = 0; i < 1_000; i++) {
        store.put("key " + i, "value " + i);
      }
      store.admin().compact();
      store.put("last", last + "1");
      assertThat(store.size()).isEqualTo(1_001);
      assertThat(store.admin().recovery().dropped()).isEmpty();
      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }
}

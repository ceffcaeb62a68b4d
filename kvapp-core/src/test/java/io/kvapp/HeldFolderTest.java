package io.kvapp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.engine.DiskStore;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A folder is one store's, whatever happens to the lock, and no store writes into another's. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class HeldFolderTest {
  private static final String FOLDER = "kvapp.test.folder";

  /** So that nothing replaces a file that was deleted before the store looks for it. */
  private static final EngineOptions WITHOUT_FLUSHES =
      new EngineOptions(64 << 20, 64 << 20, 8L << 30, 1L << 30, 5);

  private static final EngineOptions QUICK =
      new EngineOptions(64 << 10, 256 << 10, 1 << 20, 200 << 10, 10);

  @TempDir Path scratch;
  private Path folder;

  @BeforeEach
  void nameFolder() {
    folder = scratch.resolve("store");
  }

  @Test
  void otherProcess_isRefused_afterTheLockFileWasDeleted() throws Exception {
    try (KVStore store = KVStore.open(folder)) {
      store.put("key", "ours");
      Files.delete(folder.resolve("LOCK"));

      assertThat(otherProcess()).startsWith("refused: ").contains("is in use by process " + pid());
      assertThat(store.get("key")).hasValue("ours");
    }
    assertThat(otherProcess()).isEqualTo("wrote");
  }

  @Test
  void otherProcess_isRefused_afterThisOneHasReadTheLockFile() throws Exception {
    try (KVStore store = KVStore.open(folder)) {
      copy(folder, scratch.resolve("copy"));
      store.put("key", "ours");

      assertThat(otherProcess()).startsWith("refused: ").contains("is in use by process " + pid());
      try (KVStore copy = KVStore.open(scratch.resolve("copy"))) {
        assertThat(copy.size()).isZero();
      }
    }
    assertThat(otherProcess()).isEqualTo("wrote");
  }

  @Test
  void otherClassLoader_isRefused_andSoIsAnotherProcessAfterIt() throws Exception {
    System.setProperty(FOLDER, folder.toString());
    try (KVStore store = KVStore.open(folder);
        LibraryCopy library = LibraryCopy.without(path -> false)) {
      assertThat(library.call(Opening.class))
          .startsWith("refused: ")
          .contains("another store of this process");
      // The text would keep the other process out too.
      Files.writeString(folder.resolve("LOCK"), "");
      assertThat(otherProcess()).startsWith("refused: ");
      store.put("key", "ours");
    } finally {
      System.clearProperty(FOLDER);
    }
    try (KVStore store = KVStore.open(folder)) {
      assertThat(store.get("key")).hasValue("ours");
    }
  }

  @Test
  void folder_canBeOpenedAgain_afterItsStoreFailedToClose() throws Exception {
    Disk disk = new Disk();
    KVStore store = open(disk);
    store.put("key", "value");
    disk.fence(new Disk.Fenced("a test says so"));
    assertThatThrownBy(store::close).isInstanceOf(KVException.ReadOnly.class);

    assertThat(otherProcess()).isEqualTo("wrote");
  }

  @Test
  void folderThatWasDeleted_makesTheStoreReadOnly() throws Exception {
    KVStore store = open(new Disk());
    store.put("key", "value");
    delete(folder);

    assertThat(firstRefusal(store))
        .isInstanceOf(KVException.ReadOnly.class)
        .hasMessageStartingWith("store " + folder + " is read-only: ");
    assertThat(store.get("key")).hasValue("value");
    assertThatThrownBy(store::close)
        .isInstanceOf(KVException.ReadOnly.class)
        .hasMessageStartingWith("store " + folder + " is read-only: its folder was deleted");
    assertThat(folder).doesNotExist();
  }

  @Test
  void filesThatWereDeleted_makeTheStoreReadOnly() throws Exception {
    for (String name : List.of("MANIFEST", "journal-*", "snapshot-*")) {
      KVStore store = DiskStore.open(folder, StoreOptions.defaults(), new Disk(), WITHOUT_FLUSHES);
      store.put("flushed", "value");
      store.admin().compact();
      store.put("key", "value");
      for (Path file : Disk.list(folder, name)) {
        Files.deleteIfExists(file);
      }

      assertThat(firstRefusal(store))
          .isInstanceOf(KVException.ReadOnly.class)
          .hasMessageContaining("was deleted");
      assertThat(store.get("key")).hasValue("value");
      assertThat(store.get("flushed")).hasValue("value");
      assertThatThrownBy(store::close).isInstanceOf(KVException.ReadOnly.class);
      delete(folder);
    }
  }

  @Test
  void folderThatWasReplaced_isLeftAlone() throws Exception {
    KVStore store = open(new Disk());
    store.put("key", "old");
    Files.move(folder, scratch.resolve("moved"));
    assertThat(otherProcess()).isEqualTo("wrote");
    Map<Path, byte[]> before = contents(folder);

    assertThat(firstRefusal(store)).hasMessageContaining(" is read-only: ");
    assertThatThrownBy(store::close).isInstanceOf(KVException.ReadOnly.class);

    assertThat(contents(folder)).containsExactlyInAnyOrderEntriesOf(before);
    try (KVStore moved = KVStore.open(scratch.resolve("moved"))) {
      assertThat(moved.get("key")).hasValue("old");
    }
  }

  @Test
  void lockFileThatWasReplaced_makesTheStoreReadOnly() throws Exception {
    KVStore store = open(new Disk());
    Path other = Files.writeString(scratch.resolve("LOCK"), "");
    Files.move(other, folder.resolve("LOCK"), StandardCopyOption.REPLACE_EXISTING);

    assertThat(firstRefusal(store)).hasMessageContaining("its file LOCK was replaced");
    assertThatThrownBy(store::close).isInstanceOf(KVException.ReadOnly.class);
  }

  @Test
  void lockFileThatWasDeleted_isMadeAnew() throws Exception {
    try (KVStore store = open(new Disk())) {
      Path lock = folder.resolve("LOCK");
      String text = Files.readString(lock);
      Files.delete(lock);
      while (!Files.exists(lock) || !Files.readString(lock).equals(text)) {
        Thread.onSpinWait();
      }
      store.put("key", "value");
    }
    try (KVStore store = KVStore.open(folder)) {
      assertThat(store.admin().recovery().clean()).isTrue();
    }
  }

  private KVStore open(Disk disk) {
    return DiskStore.open(folder, StoreOptions.defaults(), disk, QUICK);
  }

  private static KVException firstRefusal(KVStore store) {
    while (true) {
      try {
        store.put("late", "value");
      } catch (KVException refusal) {
        return refusal;
      }
    }
  }

  private static long pid() {
    return ProcessHandle.current().pid();
  }

  /** What another process says that opens the folder and writes. */
  private String otherProcess() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-D" + FOLDER + "=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                OtherProcess.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (var out = process.getInputStream()) {
      return new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  /** A program that opens the folder, writes and closes it. */
  static final class OtherProcess {
    public static void main(String[] none) {
      System.out.println(new Opening().call());
    }
  }

  /** Opens the folder of the system property, and says how that went. */
  static final class Opening implements Callable<String> {
    @Override
    public String call() {
      try (KVStore store = KVStore.open(Path.of(System.getProperty(FOLDER)))) {
        store.put("other", "theirs");
        return "wrote";
      } catch (KVException refused) {
        return "refused: " + refused.getMessage();
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    for (Path file : files(from)) {
      Files.write(to.resolve(file.getFileName()), Files.readAllBytes(file));
    }
  }

  private static void delete(Path path) throws IOException {
    while (Files.exists(path)) {
      for (Path file : files(path)) {
        Files.deleteIfExists(file);
      }
      try {
        Files.deleteIfExists(path);
      } catch (DirectoryNotEmptyException made) {
        // Its store has made another file meanwhile.
      }
    }
  }

  private static Map<Path, byte[]> contents(Path path) throws IOException {
    return files(path).stream().collect(Collectors.toMap(file -> file, HeldFolderTest::bytes));
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static List<Path> files(Path path) throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.toList();
    }
  }
}

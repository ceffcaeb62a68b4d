package io.kvapp;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.StoreInspection.Condition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreInspectionTest {
  @TempDir private Path temp;

  @Test
  void of_aFolderThatIsNotThere_isAbsent_andMakesNone() {
    Path folder = temp.resolve("none");

    StoreInspection found = StoreInspection.of(folder);

    assertThat(found.condition()).isEqualTo(Condition.ABSENT);
    assertThat(found.jvmFault()).isEmpty();
    assertThat(found.format()).isEmpty();
    assertThat(folder).doesNotExist();
  }

  @Test
  void of_aClosedStore_tellsItsFiles_andChangesNone() throws Exception {
    Path folder = temp.resolve("data");
    try (KVStore store = KVStore.open(folder)) {
      store.put("city", "Szeged");
    }
    Map<Path, FileTime> before = times(folder);

    StoreInspection found = StoreInspection.of(folder);

    assertThat(found.condition()).isEqualTo(Condition.CLOSED);
    assertThat(found.format()).hasValue("2");
    assertThat(found.heldBy()).isEmpty();
    assertThat(found.leftBy()).isEmpty();
    assertThat(found.replayBytes()).isZero();
    assertThat(found.sstableBytes()).isPositive();
    assertThat(found.hashTableBytes()).isPositive();
    assertThat(found.compactionBytes()).isEqualTo(found.sstableBytes() + found.journalBytes());
    assertThat(found.growthBytes()).isEqualTo(2 * found.hashTableBytes() + found.journalBytes());
    assertThat(times(folder)).isEqualTo(before);
  }

  @Test
  void of_aStoreThatIsOpen_namesItsHolder_andTheStoreGoesOn() {
    Path folder = temp.resolve("data");
    try (KVStore store = KVStore.open(folder)) {
      store.put("city", "Szeged");

      StoreInspection found = StoreInspection.of(folder);

      assertThat(found.condition()).isEqualTo(Condition.NOT_CLOSED);
      assertThat(found.heldBy()).hasValue("another store of this process");
      assertThat(found.replayBytes()).isPositive();
      store.put("city", "Pécs");
    }
  }

  /** A copy is not what the process holds that its files name, as after the end of a process. */
  @Test
  void of_aFolderThatItsHolderHasLeft_namesTheHolder() throws Exception {
    Path folder = temp.resolve("data");
    Path copy = Files.createDirectory(temp.resolve("copy"));
    try (KVStore store = KVStore.open(folder)) {
      store.put("city", "Szeged");
      for (String name : List.of("MANIFEST", "LOCK")) {
        Files.copy(folder.resolve(name), copy.resolve(name));
      }
    }

    StoreInspection found = StoreInspection.of(copy);

    assertThat(found.condition()).isEqualTo(Condition.NOT_CLOSED);
    assertThat(found.heldBy()).isEmpty();
    assertThat(found.leftBy()).hasValue(ProcessHandle.current().pid());
  }

  @Test
  void of_aBackup_tellsThat() {
    Path backup = temp.resolve("backup");
    try (KVStore store = KVStore.open(temp.resolve("data"))) {
      store.put("city", "Szeged");
      store.admin().backup(backup);
    }

    assertThat(StoreInspection.of(backup).condition()).isEqualTo(Condition.BACKUP);
  }

  @Test
  void of_aDamagedManifest_tellsTheFault() throws Exception {
    Path folder = temp.resolve("data");
    KVStore.open(folder).close();
    Path manifest = folder.resolve("MANIFEST");
    Files.writeString(manifest, Files.readString(manifest).replace("revision=", "revision=1"));

    StoreInspection found = StoreInspection.of(folder);

    assertThat(found.condition()).isEqualTo(Condition.UNREADABLE);
    assertThat(found.fault()).containsInstanceOf(KVException.Corrupt.class);
    assertThat(found.format()).isEmpty();
  }

  @Test
  void of_anotherFormat_tellsTheFault() throws Exception {
    Path folder = temp.resolve("data");
    KVStore.open(folder).close();
    Path manifest = folder.resolve("MANIFEST");
    Files.writeString(manifest, Files.readString(manifest).replace("format=2", "format=9"));

    assertThat(StoreInspection.of(folder).fault())
        .containsInstanceOf(KVException.UnknownFormat.class);
  }

  private static Map<Path, FileTime> times(Path folder) throws IOException {
    Map<Path, FileTime> times = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        times.put(file, Files.getLastModifiedTime(file));
      }
    }
    return times;
  }
}

package io.kvapp;

import static io.kvapp.StoreFixture.everything;
import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadOnlyStoreTest {
  @TempDir Path scratch;
  private final TestClock clock = new TestClock();
  private Path folder;
  private List<Entry> written;

  @BeforeEach
  void write() {
    folder = scratch.resolve("store");
    try (KVStore store = KVStore.open(folder, options(false))) {
      for (int i = 0; i < 500; i++) {
        store.put("key " + i, "value " + i);
      }
      store.admin().compact();
      store.put("ttl", "value", Duration.ofSeconds(10));
      store.put(utf8("large"), new byte[100_000]);
      store.delete("key 7");
      written = everything(store);
    }
  }

  @Test
  void open_readsAllThatWasWritten_andChangesNothing() throws IOException {
    Map<String, FileTime> before = files(folder);
    try (KVStore store = open(folder)) {
      assertThat(everything(store)).isEqualTo(written);
      for (Entry each : written) {
        assertThat(store.entry(each.key())).hasValue(each);
      }
      assertThat(store.get("key 7")).isEmpty();
      assertThat(store.size()).isEqualTo(501);
      assertThat(store.count("key")).isEqualTo(499);
      assertThat(store.admin().recovery().clean()).isTrue();
      assertThat(store.admin().recovery().entries()).isEqualTo(501);
      assertThat(store.admin().stats().entries()).isEqualTo(501);
      try (Snapshot snapshot = store.snapshot()) {
        assertThat(snapshot.entries(Scan.all()).toList()).isEqualTo(written);
      }
      VerifyReport report = store.admin().verify();
      assertThat(report.faults()).isEmpty();
      assertThat(report.entries()).isEqualTo(501);
      clock.advance(Duration.ofSeconds(10));
      assertThat(store.get("ttl")).isEmpty();
      assertThat(store.size()).isEqualTo(500);
    }
    assertThat(files(folder)).isEqualTo(before);
  }

  @Test
  void open_ofAStoreThatWasNotClosed_recoversItInMemory() throws IOException {
    Path copy = scratch.resolve("copy");
    try (KVStore store = KVStore.open(folder, options(false))) {
      store.put("late", "value", Duration.ofHours(1));
      store.delete("key 8");
      written = everything(store);
      FolderCopy.copy(folder, copy);
    }
    Map<String, FileTime> before = files(copy);
    try (KVStore store = open(copy)) {
      assertThat(everything(store)).isEqualTo(written);
      assertThat(store.size()).isEqualTo(written.size());
      assertThat(store.admin().recovery().clean()).isFalse();
      assertThat(store.admin().recovery().entries()).isEqualTo(written.size());
      assertThat(store.admin().verify().faults()).isEmpty();
      store.admin().backup(scratch.resolve("backup"));
    }
    assertThat(files(copy)).isEqualTo(before);
    try (KVStore store = KVStore.open(scratch.resolve("backup"), options(false))) {
      assertThat(everything(store)).isEqualTo(written);
      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }

  @Test
  void open_onAReadOnlyMount_readsAndVerifies_andToWriteIsRefused() throws Exception {
    Path mount = Files.createDirectory(scratch.resolve("mount"));
    assumeTrue(
        isDone("mount", "-t", "tmpfs", "-o", "size=64m", "none", mount.toString()),
        "skipped: mounting a file system takes root on Linux");
    try {
      Path closed = mount.resolve("closed");
      Path killed = mount.resolve("killed");
      FolderCopy.copy(folder, closed);
      try (KVStore store = KVStore.open(folder, options(false))) {
        FolderCopy.copy(folder, killed);
      }
      assertThat(isDone("mount", "-o", "remount,ro", mount.toString())).isTrue();
      for (Path each : List.of(closed, killed)) {
        try (KVStore store = open(each)) {
          assertThat(everything(store)).isEqualTo(written);
          assertThat(store.admin().verify().faults()).isEmpty();
        }
        assertThatThrownBy(() -> KVStore.open(each, options(false)))
            .isInstanceOf(KVException.FolderUnusable.class)
            .hasMessageContaining("cannot be written");
      }
    } finally {
      isDone("umount", mount.toString());
    }
  }

  private static boolean isDone(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException absent) {
      return false;
    }
  }

  @Test
  void backup_isReadAndVerified_withoutAFileMore() throws IOException {
    Path backup = scratch.resolve("backup");
    try (KVStore store = open(folder)) {
      store.admin().backup(backup);
    }
    Map<String, FileTime> before = files(backup);
    assertThat(backup.resolve("LOCK")).doesNotExist();
    try (KVStore store = open(backup)) {
      assertThat(everything(store)).isEqualTo(written);
      assertThat(store.admin().verify().faults()).isEmpty();
    }
    assertThat(files(backup)).isEqualTo(before);
  }

  @Test
  void writes_areRefusedByName() {
    try (KVStore store = open(folder)) {
      List<Consumer<KVStore>> writes =
          List.of(
              it -> it.put("key", "value"),
              it -> it.put("key", "value", Duration.ofSeconds(1)),
              it -> it.putIfAbsent("key", "value"),
              it -> it.compareAndSet("key", 1, "value", Duration.ofSeconds(1)),
              it -> it.compareAndDelete("key", 1),
              it -> it.delete("key"),
              it -> it.commit(new Batch().put("key", "value")),
              it -> it.putIfPresent("key", "value"),
              it -> it.touch("key", Duration.ofSeconds(1)),
              it -> it.add("number", 1),
              it -> it.deletePrefix("key"),
              it -> it.requireHealthy(),
              it -> it.admin().compact(),
              it -> it.admin().restore(scratch));
      for (Consumer<KVStore> write : writes) {
        assertThatThrownBy(() -> write.accept(store))
            .isInstanceOf(KVException.ReadOnly.class)
            .hasMessageContaining(folder.toString())
            .hasMessageContaining("without readOnly");
      }
    }
  }

  @Test
  void batch_thatOnlyReads_isAnswered() {
    try (KVStore store = open(folder)) {
      Entry entry = store.scan(Scan.all().limit(1)).entries().get(0);
      BatchResult result =
          store.commit(new Batch().ifValue(entry.key(), entry.value()).get(entry.key()));

      assertThat(result.revision()).isZero();
      assertThat(result.results()).containsExactly(new OperationResult.Get(Optional.of(entry)));
      assertThat(store.commit(new Batch().ifAbsent(entry.key())).failures())
          .containsExactly(new BatchResult.Failure(0, Optional.of(entry)));
      assertThat(store.revision()).isGreaterThanOrEqualTo(entry.revision());
      assertThat(store.count(Scan.all())).isEqualTo(store.size());
      store.sync();
    }
  }

  @Test
  void open_beside_another_isRefused() {
    try (KVStore writing = KVStore.open(folder, options(false))) {
      assertThatThrownBy(() -> open(folder)).isInstanceOf(KVException.FolderInUse.class);
      writing.put("still", "here");
    }
    try (KVStore reading = open(folder)) {
      assertThatThrownBy(() -> KVStore.open(folder, options(false)))
          .isInstanceOf(KVException.FolderInUse.class);
      assertThat(reading.get("still")).hasValue("here");
    }
  }

  @Test
  void open_whereNoStoreIs_makesNone() throws IOException {
    Path missing = scratch.resolve("missing");
    Path empty = Files.createDirectory(scratch.resolve("empty"));
    for (ThrowingCallable opening :
        List.<ThrowingCallable>of(() -> open(missing), () -> open(empty))) {
      assertThatThrownBy(opening).isInstanceOf(KVException.FolderUnusable.class);
    }
    assertThat(missing).doesNotExist();
    assertThat(empty).isEmptyDirectory();
  }

  @Test
  void open_whereNoFolderIs_saysWhatIsThereInItsPlace() throws IOException {
    Path link = Files.createSymbolicLink(scratch.resolve("link"), Path.of("nowhere"));
    Path file = Files.createFile(scratch.resolve("file"));
    Path missing = scratch.resolve("missing");
    Map<Path, String> reasons =
        Map.of(
            link, "it is a symbolic link to what is not there",
            file, "it is a file, not a folder",
            missing, "there is no such folder");
    reasons.forEach(
        (path, reason) ->
            assertThatThrownBy(() -> open(path))
                .isInstanceOf(KVException.FolderUnusable.class)
                .hasMessageContaining(path + " cannot be used: " + reason + "; correct the path"));
  }

  @Test
  void damage_isReported_andNotRepaired() throws IOException {
    Path sstable;
    try (var files = Files.newDirectoryStream(folder, "snapshot-*")) {
      sstable = files.iterator().next();
    }
    byte[] bytes = Files.readAllBytes(sstable);
    bytes[16 + 31] ^= 1;
    Files.write(sstable, bytes);
    try (KVStore store = open(folder)) {
      assertThat(store.admin().verify().faults()).hasSize(1);
    }

    assertThatThrownBy(() -> KVStore.open(folder, options(true).withOpenDamaged(true)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("readOnly");
  }

  @Test
  void calls_afterClose_areRefused() {
    KVStore store = open(folder);
    store.close();
    store.close();

    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> store.get("key"),
            store::size,
            () -> store.put("key", "value"),
            () -> store.admin().verify())) {
      assertThatThrownBy(call).isInstanceOf(KVException.WrongState.class);
    }
  }

  private KVStore open(Path path) {
    return KVStore.open(path, options(true));
  }

  private StoreOptions options(boolean readOnly) {
    return StoreFixture.options(clock).withReadOnly(readOnly);
  }

  private static Map<String, FileTime> files(Path path) throws IOException {
    Map<String, FileTime> files = new TreeMap<>();
    try (var all = Files.newDirectoryStream(path)) {
      for (Path file : all) {
        files.put(file.getFileName() + " " + Files.size(file), Files.getLastModifiedTime(file));
      }
    }
    files.put(".", Files.getLastModifiedTime(path));
    return files;
  }
}

package io.kvapp.server.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreAdmin;
import io.kvapp.server.SteppedClock;
import io.kvapp.server.http.message.HttpException;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BackupsTest {
  private static final String ENTRY = "{\"key\":\"a\",\"value\":\"1\",\"size\":1,\"revision\":5}\n";

  private final SteppedClock clock = new SteppedClock();
  private final Instant start = clock.instant();

  @TempDir private Path scratch;
  private Path data;
  private Path folder;
  private KVStore store;

  @BeforeEach
  void open() {
    data = scratch.resolve("data");
    folder = scratch.resolve("backups");
    store = KVStore.open(data);
    store.put("a", "value of a");
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void make_ofAStore_isAStoreOfItsOwn() {
    Backups.Backup made = backups(3).make("monday");
    assertThat(made.entries()).isOne();
    assertThat(made.bytes()).isPositive();
    assertThat(made.revision()).isEqualTo(store.revision());
    try (KVStore copy = KVStore.open(folder.resolve("monday"))) {
      assertThat(copy.get("a")).hasValue("value of a");
    }
  }

  @Test
  void make_beyondThoseToKeep_removesTheOldest() throws IOException {
    Backups backups = backups(2);
    for (String name : List.of("z", "y", "x", "w")) {
      backups.make(name);
      age();
    }
    assertThat(names()).containsExactly("w", "x");
  }

  @Test
  void make_beyondThoseToKeep_leavesAloneWhatIsNoBackup() throws IOException {
    Files.createDirectories(folder.resolve("notes"));
    Files.writeString(folder.resolve("notes").resolve("file"), "text");
    Files.writeString(folder.resolve("file"), "text");
    try (KVStore used = KVStore.open(folder.resolve("used"))) {
      used.put("b", "1");
    }
    Backups backups = backups(1);
    backups.make("first");
    try (KVStore opened = KVStore.open(folder.resolve("first"))) {
      // It is a store in use from now on.
      opened.put("c", "1");
    }
    backups.make("second");
    age();
    backups.make("third");
    assertThat(names()).containsExactly("file", "first", "notes", "third", "used");
  }

  @Test
  void make_ofADamagedStore_failsRemovesItAndKeepsTheOlderOnes() throws IOException {
    for (int i = 0; i < 1_000; i++) {
      store.put("key " + i, "value " + i);
    }
    Backups backups = backups(1);
    backups.make("good");
    assertThat(backups.state().made()).isOne();
    assertThat(backups.state().lastFailure()).isEmpty();
    damage();
    clock.advance(Duration.ofHours(1));
    assertThatThrownBy(() -> backups.make("bad")).isInstanceOf(KVException.Corrupt.class);
    assertThat(names()).containsExactly("good");
    assertThat(backups.state().failed()).isOne();
    assertThat(backups.state().last()).hasValue(start);
    assertThat(backups.state().lastFailure()).hasValue(start.plus(Duration.ofHours(1)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ENTRY + ENTRY + "{\"end\":true,\"entries\":1,\"revision\":5}\n",
        ENTRY + "{\"end\":true,\"entries\":1,\"revision\":5}",
        ENTRY + "{\"key\":\"b\",\"value\":\"2}\n{\"end\":true,\"entries\":2,\"revision\":5}\n",
        ENTRY + "{\"key\":\"b\"}\n{\"end\":true,\"entries\":2,\"revision\":5}\n",
        ENTRY + "\0\0\0\n{\"end\":true,\"entries\":2,\"revision\":5}\n",
        ENTRY
      })
  void make_ofAnExportThatIsDamaged_failsAndRemovesIt(String lines) throws IOException {
    Backups backups = new Backups(exporting(lines), folder, 1, clock);
    assertThatThrownBy(() -> backups.make("bad")).isInstanceOf(KVException.Corrupt.class);
    assertThat(names()).isEmpty();
    assertThat(backups.state().failed()).isOne();
  }

  @Test
  void make_ofAnExport_isThatExport() throws IOException {
    String lines = ENTRY + "{\"end\":true,\"entries\":1,\"revision\":5}\n";
    Backups.Backup made = new Backups(exporting(lines), folder, 1, clock).make("good");
    assertThat(made).isEqualTo(new Backups.Backup("good", 1, lines.length(), 5));
    assertThat(folder.resolve("good/export.ndjson")).hasContent(lines);
  }

  @Test
  void make_afterOneThatWasCutOff_removesWhatIsLeft() throws IOException {
    Path left = folder.resolve(".unverified");
    Files.createDirectories(left);
    Files.writeString(left.resolve("snapshot-0000000001-0.kvs"), "half");
    backups(1).make("whole");
    assertThat(names()).containsExactly("whole");
  }

  @Test
  void make_withANameThatIsTaken_isRefusedAndNoFailure() {
    Backups backups = backups(1);
    backups.make("a");
    assertThatThrownBy(() -> backups.make("a")).isInstanceOf(HttpException.class);
    assertThat(backups.state().failed()).isZero();
  }

  @Test
  void schedule_looksAtWhatIsThere_andMakesOneWhenItIsDue() throws IOException {
    Backups backups = backups(Long.MAX_VALUE);
    backups.make("by-hand");
    schedule(backups).runDue();
    assertThat(names()).containsExactly("auto-20260102T030405Z", "by-hand");
    clock.advance(Duration.ofHours(23));
    // As after a restart.
    BackupSchedule another = schedule(backups);
    another.runDue();
    assertThat(names()).hasSize(2);
    clock.advance(Duration.ofHours(1));
    assertThat(another.runDue()).isPositive();
    assertThat(names())
        .containsExactly("auto-20260102T030405Z", "auto-20260103T030405Z", "by-hand");
  }

  @Test
  void schedule_afterAFailure_triesAgainAnHourLater() throws IOException {
    Backups backups = backups(1);
    Files.writeString(folder, "a file in the place of the folder");
    BackupSchedule schedule = schedule(backups);
    schedule.runDue();
    assertThat(backups.state().failed()).isOne();
    Files.delete(folder);
    clock.advance(Duration.ofMinutes(59));
    schedule.runDue();
    assertThat(folder).doesNotExist();
    clock.advance(Duration.ofMinutes(1));
    schedule.runDue();
    assertThat(names()).containsExactly("auto-20260102T040405Z");
  }

  private BackupSchedule schedule(Backups backups) {
    return new BackupSchedule(backups, Duration.ofHours(24), clock, new ReentrantLock());
  }

  /** The store, but for its backups: they are exports with these lines. */
  private KVStore exporting(String lines) {
    StoreAdmin admin =
        (StoreAdmin)
            Proxy.newProxyInstance(
                StoreAdmin.class.getClassLoader(),
                new Class<?>[] {StoreAdmin.class},
                (proxy, method, arguments) -> {
                  Path made = Files.createDirectories((Path) arguments[0]);
                  Files.writeString(made.resolve("export.ndjson"), lines);
                  return null;
                });
    return (KVStore)
        Proxy.newProxyInstance(
            KVStore.class.getClassLoader(),
            new Class<?>[] {KVStore.class},
            (proxy, method, arguments) ->
                method.getName().equals("admin") ? admin : method.invoke(store, arguments));
  }

  private Backups backups(long keep) {
    return new Backups(store, folder, keep, clock);
  }

  /** File systems may not tell apart what is made within some milliseconds. */
  private void age() throws IOException {
    for (String each : names()) {
      Path place = folder.resolve(each);
      FileTime time = Files.getLastModifiedTime(place);
      Files.setLastModifiedTime(place, FileTime.from(time.toInstant().minusSeconds(60)));
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  /** Changes a byte in the middle of the SSTable that a running store has written. */
  private void damage() throws IOException {
    store.admin().compact();
    try (Stream<Path> files = Files.list(data)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".kvs")).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes, StandardOpenOption.WRITE);
      }
    }
  }
}

package io.kvapp.engine;

import static io.kvapp.StoreFixture.everything;
import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.Batch;
import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.StoreOptions;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Mapped files that are cut while their store is open. */
@Timeout(60)
class CutFileTest {
  private static final byte[] LARGE = new byte[20_000];

  /** The ticks of an hour do nothing on their own. */
  private static final EngineOptions OPTIONS =
      new EngineOptions(1 << 20, 1 << 20, 256 << 20, 1_000_000, 3_600_000);

  @TempDir Path scratch;
  private Path folder;

  /**
   * Compiled code of JDK 17 gets the error of a page that is gone at a safepoint, for which a JVM
   * that is idle may have no other reason for half a minute.
   */
  private final ScheduledExecutorService safepoints = Executors.newSingleThreadScheduledExecutor();

  @BeforeEach
  void name() {
    folder = scratch.resolve("store");
    safepoints.scheduleWithFixedDelay(Thread::getAllStackTraces, 20, 20, TimeUnit.MILLISECONDS);
  }

  @AfterEach
  void endSafepoints() {
    safepoints.shutdownNow();
  }

  @Test
  void cutSSTable_isNamedWhereverItIsMet() throws IOException {
    try (KVStore store = open()) {
      for (int i = 0; i < 100; i++) {
        store.put(utf8("key " + i), LARGE);
      }
      store.admin().compact();
      Path sstable = Disk.list(folder, "snapshot-*.kvs").get(0);
      store.put("new", "value");
      store.delete("new");
      cut(sstable);

      assertNamed(sstable, () -> store.get(utf8("key 50")));
      assertNamed(sstable, () -> everything(store));
      assertNamed(sstable, () -> store.scan(Scan.all().reversed()));
      assertNamed(sstable, () -> store.count("key"));
      assertNamed(sstable, () -> store.admin().compact());
      assertNamed(sstable, () -> store.admin().backup(scratch.resolve("backup")));
      assertThat(store.admin().verify().faults())
          .anySatisfy(line -> assertThat(line).contains("kvs"));
      store.put("still", "taken");
      assertThat(store.get("still")).hasValue("taken");
    }
  }

  @Test
  void cutJournal_isNamedWhereverItIsMet() throws IOException {
    KVStore store = open();
    for (int i = 0; i < 20; i++) {
      store.put(utf8("key " + i), LARGE);
    }
    Path journal = Disk.list(folder, "journal-*.log").get(0);
    cut(journal);

    assertNamed(journal, () -> store.get(utf8("key 10")));
    assertNamed(journal, () -> everything(store));
    assertThat(store.admin().verify().faults()).isNotEmpty();
    assertNamed(journal, () -> store.put("more", "value"));
    assertThatThrownBy(() -> store.put("more", "value")).isInstanceOf(KVException.ReadOnly.class);
    assertThatThrownBy(() -> store.admin().compact()).isInstanceOf(KVException.class);
    assertThatThrownBy(store::close).isInstanceOf(KVException.class);
  }

  @Test
  void cutHashTable_isReplacedWhileTheTreeAnswers() throws IOException {
    List<Entry> before;
    try (KVStore store = open()) {
      for (int i = 0; i < 2_000; i++) {
        store.put("key " + i, "value " + i);
      }
      before = new ArrayList<>(everything(store));
      cut(Disk.list(folder, "live-*.map").get(0));
      for (Entry entry : before) {
        assertThat(store.entry(entry.key())).hasValue(entry);
      }
      store.put("key 7", "other");
      store.delete("key 8");
      store.put("new", "value");
      assertThat(store.get("key 7")).hasValue("other");
      assertThat(store.get("key 8")).isEmpty();
      assertThat(store.size()).isEqualTo(before.size());
      store.admin().compact();
      assertThat(store.admin().verify().faults()).isEmpty();
      before = new ArrayList<>(everything(store));
    }
    try (KVStore store = open()) {
      assertThat(store.admin().recovery().clean()).isTrue();
      assertThat(everything(store)).isEqualTo(before);
      assertThat(store.size()).isEqualTo(before.size());
    }
  }

  /** The first calls that can meet a cut hash table; each finds "key 7", which stays. */
  private enum FirstCall {
    GET(store -> assertThat(store.get("key 7")).hasValue("value 7")),
    VERIFY(store -> assertThat(store.admin().verify().faults()).isEmpty()),
    PUT_IF_ABSENT(store -> assertThat(store.putIfAbsent("key 7", "other")).isEmpty()),
    COMPARE_AND_DELETE(store -> assertThat(store.compareAndDelete(utf8("key 7"), 1)).isFalse()),
    COMMIT(
        store ->
            assertThat(store.commit(new Batch().put(utf8("key 7"), utf8("value 7"))).applied())
                .isTrue()),
    DELETE(store -> assertThat(store.delete("key 9")).isTrue()),
    SWEEP(store -> ((DiskStore) store).sweep()),
    COMPACT(store -> store.admin().compact());

    private final Consumer<KVStore> call;

    FirstCall(Consumer<KVStore> call) {
      this.call = call;
    }
  }

  @ParameterizedTest
  @EnumSource
  void cutHashTable_whateverMeetsItFirst_isLeftToTheTree(FirstCall first) throws IOException {
    try (KVStore store = open()) {
      for (int i = 0; i < 2_000; i++) {
        store.put("key " + i, "value " + i);
      }
      store.put(utf8("due"), utf8("value"), Duration.ofMillis(1));
      cut(Disk.list(folder, "live-*.map").get(0));

      first.call.accept(store);

      for (int i = 0; i < 2_000; i++) {
        if (i != 9) {
          assertThat(store.get("key " + i)).hasValue("value " + i);
        }
      }
      assertThat(store.get("key 2000")).isEmpty();
    }
    try (KVStore store = open()) {
      assertThat(store.get("key 7")).hasValue("value 7");
      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }

  private static void assertNamed(Path file, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(KVException.Corrupt.class)
        .hasMessageContaining(file.toString());
  }

  private KVStore open() {
    return DiskStore.open(folder, StoreOptions.defaults(), new Disk(), OPTIONS);
  }

  private static void cut(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(0);
    }
  }
}

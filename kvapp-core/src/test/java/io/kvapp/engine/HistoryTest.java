package io.kvapp.engine;

import static io.kvapp.StoreFixture.everything;
import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.Change;
import io.kvapp.Change.Kind;
import io.kvapp.Changes;
import io.kvapp.FolderCopy;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.TestClock;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.model.Revisions;
import io.kvapp.engine.tree.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The journal as history: what is kept of it, how long, and through what. */
@Timeout(60)
class HistoryTest {
  private static final int HEADER_BYTES = 64;

  /** The ticks of an hour do nothing on their own. */
  private static final EngineOptions OPTIONS =
      new EngineOptions(64 << 10, 64 << 10, 256 << 20, 1_000_000, 3_600_000);

  @TempDir Path scratch;

  private StoreOptions options = StoreOptions.defaults();

  @Test
  void history_isReadThroughFlushesAndRestarts() throws IOException {
    List<Long> revisions = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      try (KVStore store = open("store")) {
        for (int i = 0; i < 40; i++) {
          revisions.add(store.put(utf8("key " + i), new byte[5_000]));
        }
        store.admin().compact();
        revisions.add(store.put("last", "value"));
        assertThat(told(store, revisions.get(0)))
            .containsExactlyElementsOf(revisions.subList(1, revisions.size()));
        assertThat(told(store, revisions.get(30)))
            .containsExactlyElementsOf(revisions.subList(31, revisions.size()));
      }
      assertThat(Manifest.read(scratch.resolve("store")).orElseThrow().history()).isNotEmpty();
    }
    try (KVStore store = open("store")) {
      assertThat(told(store, revisions.get(0)))
          .containsExactlyElementsOf(revisions.subList(1, revisions.size()));
      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }

  @Test
  void history_isBounded_andASleepingReaderKeepsNothing() {
    options = options.withWatchHistory(200_000);
    try (KVStore store = open("store")) {
      long first = store.put("first", "value");
      Changes state = store.changes(Changes.all().withState());
      Changes plain = store.changes(Changes.all());
      next(state, Kind.SYNCED);
      next(plain, Kind.SYNCED);
      for (int i = 0; i < 200; i++) {
        store.put(utf8("key " + i % 10), new byte[5_000]);
        if (i % 20 == 0) {
          store.admin().compact();
        }
      }
      store.admin().compact();

      assertThat(journalBytes("store")).isLessThan(200_000 + 4 * 64 * 1024);
      assertThatThrownBy(() -> store.changes(Changes.all().after(first)))
          .isInstanceOfSatisfying(
              KVException.HistoryGone.class,
              gone -> assertThat(told(store, gone.oldest())).hasSizeBetween(1, 60));
      assertThatThrownBy(() -> plain.next(Duration.ZERO))
          .isInstanceOf(KVException.HistoryGone.class);
      assertThat(state.next(Duration.ZERO)).extracting(Change::kind).containsExactly(Kind.RESET);
      assertThat(next(state, Kind.SYNCED)).isEqualTo(11);
    }
  }

  @Test
  void history_ofNoBytes_isWhatTheJournalNeedsItself() {
    options = options.withWatchHistory(0);
    try (KVStore store = open("store")) {
      long first = store.put("a", "1");
      long second = store.put("b", "1");
      assertThat(told(store, first)).containsExactly(second);
      store.admin().compact();
      assertThatThrownBy(() -> told(store, first)).isInstanceOf(KVException.HistoryGone.class);
      assertThat(told(store, second)).isEmpty();
    }
  }

  @Test
  void historyOfAKill_reachesAsFarAsTheJournal_andBehindItOnlyTheJump() throws IOException {
    long first;
    long last;
    try (KVStore store = open("store")) {
      first = store.put("a", "1");
      store.admin().compact();
      store.put("b", "1");
      last = store.put("c", "1");
      copy("store", "killed");
    }
    long jump;
    try (KVStore store = open("killed")) {
      jump = store.revision();
      assertThat(jump).isGreaterThan(last + Revisions.GAP / 2);
      long next = store.put("d", "1");
      assertThat(told(store, first)).containsExactly(first + 1, last, next);
      assertThat(told(store, last)).containsExactly(next);
      assertThat(told(store, jump)).containsExactly(next);
      for (long lost : List.of(last + 1, jump - 1)) {
        assertThatThrownBy(() -> told(store, lost)).isInstanceOf(KVException.HistoryGone.class);
      }
      copy("killed", "again");
    }
    try (KVStore store = open("again")) {
      assertThat(told(store, first)).containsExactly(first + 1, last, jump + 1);
      assertThatThrownBy(() -> told(store, jump - 1)).isInstanceOf(KVException.HistoryGone.class);
      assertThat(told(store, jump + 1)).isEmpty();
    }
  }

  @Test
  void historyOfAPowerCut_knowsTheRevisionsThatWereLost() throws IOException {
    long flushed;
    long lost;
    try (KVStore store = open("store")) {
      flushed = store.put("flushed", "1");
      store.admin().compact();
      lost = store.put("lost", "1");
      copy("store", "cut");
    }
    Path newest = scratch.resolve("cut");
    for (Path journal : Disk.list(newest, "journal-*.log")) {
      byte[] bytes = Files.readAllBytes(journal);
      Arrays.fill(bytes, HEADER_BYTES, bytes.length, (byte) 0);
      Files.write(journal, bytes);
    }
    try (KVStore store = open("cut")) {
      assertThat(store.get("lost")).isEmpty();
      long next = store.put("next", "1");
      assertThat(told(store, flushed)).containsExactly(next);
      assertThatThrownBy(() -> told(store, lost)).isInstanceOf(KVException.HistoryGone.class);
      assertThatThrownBy(() -> told(store, flushed - 1))
          .isInstanceOf(KVException.HistoryGone.class);
      Changes changes = store.changes(Changes.all().after(lost).withState());
      assertThat(changes.next(Duration.ZERO)).extracting(Change::kind).containsExactly(Kind.RESET);
      assertThat(next(changes, Kind.SYNCED)).isEqualTo(2);
    }
  }

  @Test
  void historyThatIsDamagedOrGone_isGivenUp_andNothingElse() throws IOException {
    List<Long> revisions = new ArrayList<>();
    try (KVStore store = open("store")) {
      for (int i = 0; i < 40; i++) {
        revisions.add(store.put(utf8("key " + i), new byte[5_000]));
      }
    }
    List<Path> journals = new ArrayList<>(Disk.list(scratch.resolve("store"), "journal-*.log"));
    journals.sort(null);
    assertThat(journals).hasSizeGreaterThan(2);
    Path damaged = journals.get(journals.size() - 2);
    byte[] bytes = Files.readAllBytes(damaged);
    bytes[HEADER_BYTES + 3_000] ^= 1;
    Files.write(damaged, bytes);
    try (KVStore store = open("store")) {
      assertThat(store.admin().recovery().clean()).isTrue();
      assertThat(everything(store)).hasSize(40);
      assertThatThrownBy(() -> told(store, revisions.get(0)))
          .isInstanceOf(KVException.HistoryGone.class);
      assertThat(told(store, revisions.get(38))).containsExactly(revisions.get(39));
    }
    for (Path journal : Disk.list(scratch.resolve("store"), "journal-*.log")) {
      Files.delete(journal);
    }
    try (KVStore store = open("store")) {
      assertThat(store.admin().recovery().clean()).isTrue();
      assertThat(told(store, revisions.get(39))).isEmpty();
      assertThatThrownBy(() -> told(store, revisions.get(38)))
          .isInstanceOf(KVException.HistoryGone.class);
    }
  }

  @Test
  void backup_hasNoHistory() {
    long first;
    try (KVStore store = open("store")) {
      first = store.put("a", "1");
      store.put("b", "1");
      store.admin().backup(scratch.resolve("backup"));
    }
    try (KVStore store = open("backup")) {
      assertThatThrownBy(() -> told(store, first)).isInstanceOf(KVException.HistoryGone.class);
      assertThat(told(store, store.revision())).isEmpty();
    }
  }

  @Test
  void expiry_survivesARestart_asSuch() throws IOException {
    TestClock clock = new TestClock();
    options = options.withClock(clock);
    long first;
    try (DiskStore store = (DiskStore) open("store")) {
      first = store.put(utf8("short"), utf8("1"), Duration.ofSeconds(1));
      clock.advance(Duration.ofSeconds(2));
      store.sweep();
      copy("store", "killed");
    }
    for (String folder : List.of("store", "killed")) {
      try (KVStore store = open(folder);
          Changes changes = store.changes(Changes.all().after(first))) {
        assertThat(changes.next(Duration.ZERO))
            .extracting(Change::kind)
            .containsExactly(Kind.EXPIRE);
        assertThat(store.size()).isZero();
        assertThat(store.admin().verify().faults()).isEmpty();
      }
    }
  }

  /** The revisions behind one, up to now. */
  private static List<Long> told(KVStore store, long after) {
    List<Long> told = new ArrayList<>();
    try (Changes changes = store.changes(Changes.all().after(after))) {
      while (true) {
        List<Change> next = changes.next(Duration.ZERO);
        if (next.get(0).kind() == Kind.SYNCED) {
          assertThat(changes.revision()).isEqualTo(store.revision());
          return told;
        }
        told.add(next.get(0).revision());
      }
    }
  }

  /** Reads up to a change of a kind; returns how many puts came before it. */
  private static int next(Changes changes, Kind kind) {
    int puts = 0;
    while (true) {
      for (Change change : changes.next(Duration.ZERO)) {
        if (change.kind() == kind) {
          return puts;
        }
        puts += change.kind() == Kind.PUT ? 1 : 0;
      }
    }
  }

  private long journalBytes(String folder) {
    try {
      long bytes = 0;
      for (Path file : Disk.list(scratch.resolve(folder), "journal-*.log")) {
        bytes += Files.size(file);
      }
      return bytes;
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private KVStore open(String folder) {
    return DiskStore.open(scratch.resolve(folder), options, new Disk(), OPTIONS);
  }

  private void copy(String from, String to) {
    FolderCopy.copy(scratch.resolve(from), scratch.resolve(to));
  }
}

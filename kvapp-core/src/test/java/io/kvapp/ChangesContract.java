package io.kvapp;

import static io.kvapp.StoreFixture.bytes;
import static io.kvapp.StoreFixture.everything;
import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.Change.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** Changes come in order, whole, once, and not before a read shows them. */
interface ChangesContract extends StoreFixture {
  Duration LONG = Duration.ofSeconds(30);

  /** All that comes at once, each list one call. */
  static List<List<Change>> now(Changes changes) {
    List<List<Change>> all = new ArrayList<>();
    for (List<Change> next = changes.next(Duration.ZERO);
        !next.isEmpty();
        next = changes.next(Duration.ZERO)) {
      all.add(next);
    }
    return all;
  }

  /** The same, line by line: kind, key, value. */
  static List<String> told(Changes changes) {
    return now(changes).stream().flatMap(List::stream).map(ChangesContract::line).toList();
  }

  static String line(Change change) {
    return switch (change.kind()) {
      case PUT -> "put " + change.keyString() + "=" + change.valueString();
      case DELETE -> "delete " + change.keyString();
      case EXPIRE -> "expire " + change.keyString();
      case RESET -> "reset";
      case SYNCED -> "synced";
    };
  }

  @Test
  default void changes_fromNowOn_beginWithSynced_andComeInOrder() {
    store().put("before", "1");
    try (Changes changes = store().changes(Changes.all())) {
      long first = store().put("a", "1");
      store().put("a", "2");
      store().delete("a");
      long last = store().put("b", "3");
      store().delete("none");

      assertThat(told(changes))
          .containsExactly("synced", "put a=1", "put a=2", "delete a", "put b=3");
      assertThat(changes.revision()).isEqualTo(last);
      assertThat(last).isEqualTo(first + 3);
    }
  }

  @Test
  default void change_hasAllOfTheEntry() {
    try (Changes changes = store().changes(Changes.all())) {
      store().put(bytes(0, 0xff), bytes(1, 2), Duration.ofHours(1));
      Entry entry = store().entry(bytes(0, 0xff)).orElseThrow();
      List<List<Change>> told = now(changes);

      assertThat(told.get(0))
          .containsExactly(Change.mark(Kind.SYNCED, told.get(0).get(0).revision()));
      assertThat(told.get(1))
          .containsExactly(
              new Change(
                  Kind.PUT, entry.key(), entry.value(), entry.revision(), entry.expiresAtMillis()));
      assertThat(told.get(1).get(0).valueBytes()).isEqualTo(2);
    }
    try (Changes changes = store().changes(Changes.all().keysOnly().withState())) {
      store().put("key", "value");
      List<Change> told = now(changes).stream().flatMap(List::stream).toList();

      assertThat(told).extracting(Change::kind).contains(Kind.PUT, Kind.RESET, Kind.SYNCED);
      assertThat(told).allMatch(change -> change.value().length == 0);
      assertThat(told)
          .filteredOn(c -> c.kind() == Kind.PUT)
          .extracting(Change::valueBytes)
          .containsExactlyInAnyOrder(2, 5);
    }
  }

  @Test
  default void changes_withLargeValues_leaveThemOutWhereThatIsAskedFor() {
    store().put("large", "x".repeat(100_001));
    store().put("small", "x".repeat(100_000));
    Changes.From from = Changes.all().withState().maxValueBytes(100_000);
    try (Changes changes = store().changes(from)) {
      assertThat(lengths(changes)).containsExactly("large 0 100001", "small 100000 100000");
      store().commit(new Batch().put("a", "x".repeat(100_001)).put("b", "x").put("c", ""));
      assertThat(lengths(changes)).containsExactly("a 0 100001", "b 1 1", "c 0 0");
    }
    assertThatIllegalArgumentException().isThrownBy(() -> Changes.all().maxValueBytes(-1));
  }

  @Test
  default void stats_tellFromWhereOnChangesAreKept() {
    assumeParts(Part.STATS);
    store().put("a", "1");
    StoreStats stats = store().admin().stats();
    store().put("b", "2");
    try (Changes changes = store().changes(Changes.all().after(stats.oldestRevision()))) {
      assertThat(told(changes)).contains("put a=1", "put b=2", "synced");
    }
    assertThat(stats.oldestRevision()).isLessThan(stats.revision());
    assertThat(stats.historyBytes()).isNotNegative();
  }

  /** Of each put at once: the key, the length of what is there, and that of the value. */
  private static List<String> lengths(Changes changes) {
    return now(changes).stream()
        .flatMap(List::stream)
        .filter(change -> change.kind() == Kind.PUT)
        .map(put -> put.keyString() + " " + put.value().length + " " + put.valueBytes())
        .toList();
  }

  @Test
  default void changes_ofABatch_comeTogether() {
    try (Changes changes = store().changes(Changes.of("b"))) {
      changes.next(Duration.ZERO);
      long batch =
          store().commit(new Batch().put("a", "1").put("b1", "1").put("b2", "1")).revision();
      store().put("c", "1");
      List<List<Change>> told = now(changes);

      assertThat(told).hasSize(1);
      assertThat(told.get(0))
          .extracting(ChangesContract::line)
          .containsExactly("put b1=1", "put b2=1");
      assertThat(told.get(0)).allMatch(change -> change.revision() == batch);
      assertThat(changes.revision()).isGreaterThan(batch);
    }
  }

  @Test
  default void changes_ofPrefixesAndKeys_areThoseAlone_eachOnce() {
    store().put("app/old", "1");
    store().put("other", "1");
    Changes.From from =
        Changes.of("app/").prefix("app/x").prefix(bytes(0xff)).key("one").key("one").key("app/y");
    try (Changes changes = store().changes(from.withState())) {
      assertThat(told(changes)).containsExactly("reset", "put app/old=1", "synced");
      for (String key : List.of("app", "app/", "app/x1", "app/y", "app0", "on", "one", "one1")) {
        store().put(key, "2");
      }
      store().put(bytes(0xff, 0xff), utf8("2"));

      assertThat(told(changes))
          .hasSize(5)
          .contains("put app/=2", "put app/x1=2", "put app/y=2", "put one=2");
    }
    assertThat(from.includes(utf8("app/z"))).isTrue();
    assertThat(from.includes(utf8("app0"))).isFalse();
  }

  @Test
  default void changes_afterARevision_areAllBehindIt_thenSynced() {
    long first = store().put("a", "1");
    store().put("a", "2");
    long last = store().put("b", "2");
    try (Changes changes = store().changes(Changes.all().after(first))) {
      assertThat(changes.revision()).isEqualTo(first);
      assertThat(told(changes)).containsExactly("put a=2", "put b=2", "synced");
      store().put("c", "3");
      assertThat(told(changes)).containsExactly("put c=3");
    }
    try (Changes changes = store().changes(Changes.all().withState().after(first))) {
      assertThat(told(changes)).containsExactly("put a=2", "put b=2", "put c=3", "synced");
    }
    try (Changes changes = store().changes(Changes.all().after(store().revision()))) {
      assertThat(told(changes)).containsExactly("synced");
    }
    assertThat(last).isLessThan(store().revision());
  }

  @Test
  default void changes_afterARevisionThatIsNoneOfTheStore_areGone() {
    store().put("a", "1");
    long newest = store().revision();

    assertThatThrownBy(() -> store().changes(Changes.all().after(newest + 1)))
        .isInstanceOfSatisfying(
            KVException.HistoryGone.class,
            gone -> assertThat(gone.oldest()).isLessThanOrEqualTo(newest));
    try (Changes changes = store().changes(Changes.all().after(newest + 1).withState())) {
      assertThat(changes.revision()).isZero();
      assertThat(told(changes)).containsExactly("reset", "put a=1", "synced");
      assertThat(changes.revision()).isEqualTo(newest);
    }
  }

  @Test
  default void state_isWhatIsThere_inPages_withChangesBetween() {
    putAll(2_500, i -> "key " + (1000 + i), i -> "1");
    store().put("gone", "1", Duration.ofMillis(1));
    clock().advanceMillis(1);
    TreeMap<String, String> copy = new TreeMap<>();
    try (Changes changes = store().changes(Changes.all().withState())) {
      List<Change> reset = changes.next(Duration.ZERO);
      assertThat(reset).extracting(Change::kind).containsExactly(Kind.RESET);
      apply(changes.next(Duration.ZERO), copy);
      assertThat(copy).hasSizeBetween(1, 2_499);
      assertThat(changes.revision()).isZero();
      String first = copy.firstKey();
      store().put(first, "2");
      store().delete("key 1001");
      store().put("key 3400", "2");
      store().put("a", "2");
      store().put("z", "2");
      List<Change> told = new ArrayList<>();
      now(changes).forEach(told::addAll);
      apply(told, copy);

      assertThat(copy).isEqualTo(content());
      assertThat(told).filteredOn(c -> c.keyString().equals("key 3400")).hasSize(1);
      assertThat(told).filteredOn(c -> c.keyString().equals("z")).hasSize(1);
      assertThat(told).filteredOn(c -> c.kind() == Kind.SYNCED).hasSize(1);
      assertThat(changes.revision()).isEqualTo(store().revision());
    }
  }

  private TreeMap<String, String> content() {
    TreeMap<String, String> content = new TreeMap<>();
    everything(store()).forEach(entry -> content.put(entry.keyString(), entry.valueString()));
    return content;
  }

  static void apply(List<Change> changes, Map<String, String> copy) {
    for (Change change : changes) {
      switch (change.kind()) {
        case RESET -> copy.clear();
        case PUT -> copy.put(change.keyString(), change.valueString());
        case DELETE, EXPIRE -> copy.remove(change.keyString());
        case SYNCED -> {}
      }
    }
  }

  @Test
  default void expiry_isTold_asSuch_withItsTime() {
    try (Changes changes = store().changes(Changes.all())) {
      store().put("short", "1", Duration.ofSeconds(1));
      long expiresAt = store().entry("short").orElseThrow().expiresAtMillis();
      store().put("other", "1", Duration.ofSeconds(1));
      store().delete("other");
      assertThat(told(changes))
          .containsExactly("synced", "put short=1", "put other=1", "delete other");
      clock().advance(Duration.ofSeconds(2));
      List<Change> expired = changes.next(LONG);

      assertThat(expired).extracting(ChangesContract::line).containsExactly("expire short");
      assertThat(expired.get(0).expiresAtMillis()).isEqualTo(expiresAt);
      assertThat(expired.get(0).revision()).isEqualTo(changes.revision());
    }
  }

  @Test
  default void next_waitsForTheNextChange_andNoLonger() {
    try (Changes changes = store().changes(Changes.ofKey("key"))) {
      changes.next(Duration.ZERO);
      assertThat(changes.next(Duration.ofMillis(30))).isEmpty();
      assertThat(changes.next(Duration.ofSeconds(-1))).isEmpty();
      FutureTask<List<Change>> waiting = Threads.start(() -> changes.next(LONG));
      store().put("other", "1");
      store().put("key", "1");

      assertThat(Threads.await(waiting))
          .extracting(ChangesContract::line)
          .containsExactly("put key=1");
    }
  }

  @Test
  default void next_onAnInterruptedThread_waitsAllTheSame() {
    try (Changes changes = store().changes(Changes.all())) {
      changes.next(Duration.ZERO);
      Thread.currentThread().interrupt();
      assertThat(changes.next(Duration.ofMillis(20))).isEmpty();
      store().put("key", "1");
      assertThat(changes.next(LONG)).hasSize(1);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  default void close_endsAWait() {
    Changes changes = store().changes(Changes.all());
    changes.next(Duration.ZERO);
    FutureTask<List<Change>> waiting = Threads.start(() -> changes.next(LONG));
    changes.close();
    changes.close();

    assertThatThrownBy(() -> Threads.await(waiting))
        .hasCauseInstanceOf(KVException.WrongState.class);
    assertThatThrownBy(() -> changes.next(Duration.ZERO))
        .isInstanceOf(KVException.WrongState.class)
        .hasMessageContaining("changes");
  }

  @Test
  default void closeOfTheStore_endsAWait() {
    Changes changes = store().changes(Changes.all());
    changes.next(Duration.ZERO);
    FutureTask<List<Change>> waiting = Threads.start(() -> changes.next(LONG));
    store().close();

    assertThatThrownBy(() -> Threads.await(waiting))
        .hasCauseInstanceOf(KVException.WrongState.class);
    assertThatThrownBy(() -> store().changes(Changes.all()))
        .isInstanceOf(KVException.WrongState.class);
    changes.close();
  }

  @Test
  default void arguments_areChecked() {
    assertThatNullPointerException().isThrownBy(() -> store().changes(null));
    assertThatNullPointerException().isThrownBy(() -> Changes.of((byte[]) null));
    assertThatNullPointerException().isThrownBy(() -> Changes.ofKey((String) null));
    assertThatIllegalArgumentException().isThrownBy(() -> Changes.all().after(-1));
    try (Changes changes = store().changes(Changes.all())) {
      assertThatNullPointerException().isThrownBy(() -> changes.next(null));
    }
  }

  @Test
  default void load_isAGap_thatStateGoesOver() {
    assumeParts(Part.LOAD);
    store().put("a", "1");
    store().delete("a");
    try (Changes state = store().changes(Changes.all().withState());
        Changes plain = store().changes(Changes.all())) {
      assertThat(told(state)).containsExactly("reset", "synced");
      assertThat(told(plain)).containsExactly("synced");
      long before = plain.revision();
      store().admin().load(List.of(new Entry(utf8("loaded"), utf8("1"), 1, 0)).iterator());
      store().put("b", "2");

      assertThat(told(state)).containsExactly("reset", "put b=2", "put loaded=1", "synced");
      assertThatThrownBy(() -> plain.next(Duration.ZERO))
          .isInstanceOf(KVException.HistoryGone.class);
      assertThatThrownBy(() -> store().changes(Changes.all().after(before)))
          .isInstanceOf(KVException.HistoryGone.class);
      long loaded = store().entry("loaded").orElseThrow().revision();
      try (Changes changes = store().changes(Changes.all().after(loaded))) {
        assertThat(told(changes)).containsExactly("put b=2", "synced");
      }
    }
  }

  @Test
  default void restart_keepsTheChanges() {
    long first = store().put("a", "1");
    if (parts().contains(Part.COMPACT)) {
      store().admin().compact();
    }
    store().put("b", "2");
    restart();
    store().put("c", "3");
    restart();
    store().put("d", "4");

    try (Changes changes = store().changes(Changes.all().after(first))) {
      assertThat(told(changes)).containsExactly("put b=2", "put c=3", "put d=4", "synced");
    }
  }
}

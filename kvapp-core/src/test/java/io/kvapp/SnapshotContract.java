package io.kvapp;

import static io.kvapp.StoreFixture.keys;
import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A snapshot is the store at one moment, for as long as it is open. */
interface SnapshotContract extends StoreFixture {
  @Test
  default void snapshot_staysAsItWas_throughWritesAndCompaction() {
    assumeParts(Part.SNAPSHOT);
    store().put("a", "1");
    store().put("b", "1");
    long last = store().put(utf8("large"), new byte[100_000]);
    List<Entry> before = StoreFixture.everything(store());
    try (Snapshot snapshot = store().snapshot()) {
      store().put("a", "2");
      store().delete("b");
      store().put("c", "2");
      if (parts().contains(Part.COMPACT)) {
        store().admin().compact();
      }

      assertThat(snapshot.revision()).isEqualTo(last);
      assertThat(snapshot.entries(Scan.all()).toList()).isEqualTo(before);
      assertThat(snapshot.scan(Scan.all().reversed().limit(2)).entries())
          .extracting(Entry::keyString)
          .containsExactly("large", "b");
      assertThat(snapshot.scan(Scan.all().limit(1).after("a")).entries())
          .extracting(Entry::keyString)
          .containsExactly("b");
      assertThat(snapshot.entries(Scan.prefix("a").keysOnly()).toList())
          .extracting(Entry::valueString)
          .containsExactly("");
      assertThat(snapshot.scan(Scan.range("x", "z")).entries()).isEmpty();
    }
    assertThat(keys(store(), Scan.all())).containsExactly("a", "c", "large");
  }

  @Test
  default void snapshot_besideDeletesThatScansPass_keepsItsEntries() {
    assumeParts(Part.SNAPSHOT);
    for (int i = 100; i < 400; i++) {
      store().put("key " + i, "value");
    }
    try (Snapshot first = store().snapshot()) {
      store().delete("key 100");
      store().delete("key 398");
      try (Snapshot second = store().snapshot()) {
        for (int i = 101; i < 398; i++) {
          store().delete("key " + i);
        }
        assertThat(keys(store(), Scan.all())).containsExactly("key 399");
        assertThat(keys(store(), Scan.all().reversed())).containsExactly("key 399");

        assertThat(first.entries(Scan.all()).toList()).hasSize(300);
        assertThat(second.entries(Scan.all()).toList()).hasSize(298);
        assertThat(second.entries(Scan.all().reversed()).toList()).hasSize(298);
      }
    }
  }

  @Test
  default void snapshot_ofAnEmptyStore_isEmpty() {
    assumeParts(Part.SNAPSHOT);
    try (Snapshot snapshot = store().snapshot()) {
      long next = store().put("key", "value");

      assertThat(snapshot.scan(Scan.all())).isEqualTo(new Page(List.of(), false));
      assertThat(snapshot.revision()).isLessThan(next);
    }
  }

  @Test
  default void snapshot_hasWhatLivedAtItsMoment() {
    assumeParts(Part.SNAPSHOT);
    store().put("gone", "value", Duration.ofSeconds(1));
    store().put("short", "value", Duration.ofSeconds(3));
    store().put("lives", "value");
    clock().advance(Duration.ofSeconds(2));
    try (Snapshot snapshot = store().snapshot()) {
      clock().advance(Duration.ofSeconds(2));
      store().put("other", "value");

      assertThat(snapshot.entries(Scan.all()).map(Entry::keyString).toList())
          .containsExactly("lives", "short");
      assertThat(store().get("short")).isEmpty();
    }
  }

  @Test
  default void snapshot_hasBatchesAsAWhole_andAllUpToItsRevision() {
    assumeParts(Part.SNAPSHOT);
    AtomicBoolean done = new AtomicBoolean();
    var writer =
        Threads.start(
            () -> {
              for (int i = 0; !done.get(); i++) {
                String value = "value " + i;
                store().commit(new Batch().put("first", value).put("second", value));
                store().put("own " + i % 50, value);
              }
              return null;
            });
    List<Snapshot> open = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      open.add(store().snapshot());
    }
    done.set(true);
    Threads.await(writer);
    long before = 0;
    for (Snapshot snapshot : open) {
      List<Entry> found = snapshot.entries(Scan.all().limit(7)).toList();
      List<Entry> batch =
          found.stream().filter(entry -> !entry.keyString().startsWith("own")).toList();
      assertThat(batch).extracting(Entry::valueString).hasSizeBetween(0, 2);
      assertThat(batch.stream().map(Entry::valueString).distinct().count())
          .isEqualTo(batch.isEmpty() ? 0 : 1);
      assertThat(batch).hasSize(batch.isEmpty() ? 0 : 2);
      assertThat(found).allMatch(entry -> entry.revision() <= snapshot.revision());
      assertThat(snapshot.revision()).isGreaterThanOrEqualTo(before);
      before = snapshot.revision();
      snapshot.close();
    }
  }

  @Test
  default void snapshot_isOverOnceItOrTheStoreIsClosed() {
    assumeParts(Part.SNAPSHOT);
    store().put("key", "value");
    Snapshot closed = store().snapshot();
    Snapshot left = store().snapshot();
    closed.close();
    closed.close();

    assertThatThrownBy(() -> closed.scan(Scan.all()))
        .isInstanceOf(KVException.WrongState.class)
        .hasMessageContaining("snapshot");
    assertThatNullPointerException().isThrownBy(() -> left.scan(null));
    assertThat(left.scan(Scan.all()).entries()).hasSize(1);
    store().close();
    assertThatThrownBy(() -> left.scan(Scan.all())).isInstanceOf(KVException.WrongState.class);
    assertThatThrownBy(() -> store().snapshot()).isInstanceOf(KVException.WrongState.class);
    left.close();
  }
}

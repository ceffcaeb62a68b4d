package io.kvapp;

import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Closing, verifying, compacting, and what the store says of itself. */
interface UpkeepContract extends StoreFixture {
  @Test
  default void everyMethod_afterClose_saysThatTheStoreIsClosed() {
    byte[] bytes = utf8("bytes");
    store().close();
    List<ThrowingCallable> calls =
        List.of(
            () -> store().put(bytes, bytes),
            () -> store().put(bytes, bytes, Duration.ofSeconds(1)),
            () -> store().get(bytes),
            () -> store().entry(bytes),
            () -> store().delete(bytes),
            () -> store().putIfAbsent(bytes, bytes),
            () -> store().compareAndSet(bytes, 0, bytes),
            () -> store().compareAndDelete(bytes, 1),
            () -> store().commit(new Batch().put(bytes, bytes)),
            () -> store().commit(new Batch()),
            () -> store().scan(Scan.all()),
            () -> store().count(bytes),
            () -> store().size(),
            () -> store().backup(scratch().resolve("backup")),
            () -> store().restore(scratch().resolve("backup")),
            () -> store().importDbmDumb(scratch().resolve("python")),
            () -> store().verify(),
            () -> store().compact(),
            () -> store().stats(),
            () -> store().recovery(),
            () -> store().put("key", "value"),
            () -> store().get("key"));

    for (ThrowingCallable call : calls) {
      assertThatThrownBy(call)
          .isInstanceOf(KVException.WrongState.class)
          .hasMessageContaining("closed");
    }
    assertThat(scratch().resolve("backup")).doesNotExist();
  }

  @Test
  default void close_twice_doesNothingMore() {
    store().put("key", "value");
    store().close();
    store().close();
  }

  @Test
  default void verify_countsWhatItRead() {
    assertThat(store().verify().entries()).isZero();
    for (int i = 0; i < 100; i++) {
      store().put("key " + i, "value");
    }
    store().delete("key 7");
    VerifyReport report = store().verify();

    assertThat(report.faults()).isEmpty();
    assertThat(report.ok()).isTrue();
    assertThat(report.entries()).isEqualTo(99);
  }

  @Test
  default void compact_changesNothingThatAReaderSees() {
    Random random = new Random(11);
    for (int i = 0; i < 3_000; i++) {
      byte[] value = new byte[i % 100 == 0 ? 20_000 : 20];
      random.nextBytes(value);
      store().put(utf8("key " + random.nextInt(1_000)), value);
      if (i % 3 == 0) {
        store().delete("key " + random.nextInt(1_000));
      }
      if (i % 500 == 0) {
        store().put(utf8("ttl " + i), value, Duration.ofHours(1));
      }
    }
    List<Entry> before = StoreFixture.everything(store());
    store().compact();

    assertThat(StoreFixture.everything(store())).isEqualTo(before);
    for (Entry entry : before) {
      assertThat(store().entry(entry.key())).hasValue(entry);
    }
    store().compact();
    assertThat(StoreFixture.everything(store())).isEqualTo(before);
    long newest = before.stream().mapToLong(Entry::revision).max().orElseThrow();
    assertThat(store().put("after", "value")).isGreaterThan(newest);
  }

  @Test
  default void compact_ofAnEmptyStore_leavesItEmpty() {
    store().compact();
    store().put("key", "value");
    store().delete("key");
    store().compact();

    assertThat(store().size()).isZero();
    assertThat(store().scan(Scan.all()).entries()).isEmpty();
  }

  @Test
  default void stats_followTheEntries() {
    assertThat(store().stats().entries()).isZero();
    long revision = 0;
    for (int i = 0; i < 50; i++) {
      revision = store().put(utf8(String.format("key %02d", i)), new byte[94]);
    }
    StoreStats filled = store().stats();
    assertThat(filled.entries()).isEqualTo(50);
    assertThat(filled.revision()).isEqualTo(revision);
    assertThat(filled.liveBytes()).isGreaterThanOrEqualTo(5_000);

    for (int i = 0; i < 25; i++) {
      store().delete(String.format("key %02d", i));
    }
    store().compact();
    StoreStats compacted = store().stats();
    assertThat(compacted.entries()).isEqualTo(25);
    assertThat(compacted.liveBytes()).isEqualTo(2_500);
    assertThat(compacted.revision()).isGreaterThan(revision);
    assertThat(compacted.syncs()).isNotNegative();
    assertThat(compacted.maxSyncLatency()).isGreaterThanOrEqualTo(compacted.meanSyncLatency());
  }

  @Test
  default void recovery_ofANewStore_isClean() {
    RecoveryReport report = store().recovery();

    assertThat(report.entries()).isZero();
    assertThat(report.replayedRecords()).isZero();
    assertThat(report.cutBytes()).isZero();
    assertThat(report.dropped()).isEmpty();
    assertThat(report.took()).isGreaterThanOrEqualTo(Duration.ZERO);
  }
}

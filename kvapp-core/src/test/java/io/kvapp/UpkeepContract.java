package io.kvapp;

import static io.kvapp.StoreFixture.everything;
import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Collections;
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
            () -> store().count(Scan.all()),
            () -> store().size(),
            () -> store().putIfPresent(bytes, bytes),
            () -> store().touch(bytes, Duration.ofSeconds(1)),
            () -> store().add(bytes, 1),
            () -> store().deletePrefix(bytes),
            () -> store().revision(),
            () -> store().sync(),
            () -> store().put("key", "value"),
            () -> store().get("key"));

    assertClosed(calls);
  }

  @Test
  default void admin_afterClose_saysThatTheStoreIsClosed() {
    assumeParts(Part.values());
    StoreAdmin admin = store().admin();
    store().close();

    assertClosed(
        List.of(
            () -> admin.backup(scratch().resolve("backup")),
            () -> admin.restore(scratch().resolve("backup")),
            () -> admin.load(Collections.emptyIterator()),
            () -> admin.verify(),
            () -> admin.compact(),
            () -> admin.stats(),
            () -> admin.recovery()));
    assertThat(scratch().resolve("backup")).doesNotExist();
  }

  private static void assertClosed(List<ThrowingCallable> calls) {
    for (ThrowingCallable call : calls) {
      assertThatThrownBy(call)
          .isInstanceOf(KVException.WrongState.class)
          .hasMessageContaining("closed");
    }
  }

  @Test
  default void close_twice_doesNothingMore() {
    store().put("key", "value");
    store().close();
    store().close();
  }

  @Test
  default void verify_countsWhatItRead() {
    assumeParts(Part.VERIFY);
    assertThat(store().admin().verify().entries()).isZero();
    for (int i = 0; i < 100; i++) {
      store().put("key " + i, "value");
    }
    store().delete("key 7");
    VerifyReport report = store().admin().verify();

    assertThat(report.faults()).isEmpty();
    assertThat(report.ok()).isTrue();
    assertThat(report.entries()).isEqualTo(99);
  }

  @Test
  default void compact_changesNothingThatAReaderSees() {
    assumeParts(Part.COMPACT);
    Random random = new Random(11);
    for (int i = 0; i < times(3_000); i++) {
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
    List<Entry> before = everything(store());
    store().admin().compact();

    assertThat(everything(store())).isEqualTo(before);
    for (Entry entry : before) {
      assertThat(store().entry(entry.key())).hasValue(entry);
    }
    store().admin().compact();
    assertThat(everything(store())).isEqualTo(before);
    long newest = before.stream().mapToLong(Entry::revision).max().orElseThrow();
    assertThat(store().put("after", "value")).isGreaterThan(newest);
  }

  @Test
  default void compact_ofAnEmptyStore_leavesItEmpty() {
    assumeParts(Part.COMPACT);
    store().admin().compact();
    store().put("key", "value");
    store().delete("key");
    store().admin().compact();

    assertThat(store().size()).isZero();
    assertThat(everything(store())).isEmpty();
  }

  @Test
  default void stats_followTheEntries() {
    assumeParts(Part.STATS, Part.COMPACT);
    assertThat(store().admin().stats().entries()).isZero();
    long revision = 0;
    for (int i = 0; i < 50; i++) {
      revision = store().put(utf8(String.format("key %02d", i)), new byte[94]);
    }
    StoreStats filled = store().admin().stats();
    assertThat(filled.entries()).isEqualTo(50);
    assertThat(filled.revision()).isEqualTo(revision);
    assertThat(filled.liveBytes()).isGreaterThanOrEqualTo(5_000);

    for (int i = 0; i < 25; i++) {
      store().delete(String.format("key %02d", i));
    }
    store().admin().compact();
    StoreStats compacted = store().admin().stats();
    assertThat(compacted.entries()).isEqualTo(25);
    assertThat(compacted.liveBytes()).isEqualTo(2_500);
    assertThat(compacted.revision()).isGreaterThan(revision);
    assertThat(compacted.syncs()).isNotNegative();
    assertThat(compacted.maxSyncLatency()).isGreaterThanOrEqualTo(compacted.meanSyncLatency());
  }

  @Test
  default void recovery_ofANewStore_isClean() {
    assumeParts(Part.RECOVERY);
    RecoveryReport report = store().admin().recovery();

    assertThat(report.entries()).isZero();
    assertThat(report.replayedRecords()).isZero();
    assertThat(report.cutBytes()).isZero();
    assertThat(report.dropped()).isEmpty();
    assertThat(report.took()).isGreaterThanOrEqualTo(Duration.ZERO);
  }
}

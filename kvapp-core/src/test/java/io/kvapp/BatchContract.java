package io.kvapp;

import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Batches: all of one or nothing of it. */
interface BatchContract extends StoreFixture {
  @Test
  default void commit_makesAllWritesUnderOneRevision() {
    store().put("gone", "value");
    BatchResult result =
        store().commit(new Batch().put("a", "1").delete("gone").put("b", "2").delete("absent"));

    assertThat(result.applied()).isTrue();
    assertThat(result.failures()).isEmpty();
    assertThat(StoreFixture.keys(store(), Scan.all())).containsExactly("a", "b");
    assertThat(store().entry("a").orElseThrow().revision()).isEqualTo(result.revision());
    assertThat(store().entry("b").orElseThrow().revision()).isEqualTo(result.revision());
    assertThat(store().put("c", "3")).isGreaterThan(result.revision());
  }

  @Test
  default void commit_ofTwoWritesToOneKey_countsTheLater() {
    store().put("present", "before");
    store()
        .commit(
            new Batch()
                .put("twice", "first")
                .put("twice", "second")
                .put("dropped", "value")
                .delete("dropped")
                .delete("present")
                .put("present", "after"));

    assertThat(store().get("twice")).hasValue("second");
    assertThat(store().get("dropped")).isEmpty();
    assertThat(store().get("present")).hasValue("after");
    assertThat(store().size()).isEqualTo(2);
  }

  @Test
  default void commit_whenAConditionFails_changesNothingAndSaysWhich() {
    long revision = store().put("key", "before");
    Batch batch =
        new Batch()
            .ifRevision(utf8("key"), revision)
            .ifAbsent("absent")
            .ifAbsent("key")
            .ifRevision(utf8("absent"), 5)
            .put("key", "after")
            .put("new", "value");

    BatchResult result = store().commit(batch);
    assertThat(result.applied()).isFalse();
    assertThat(result.failures())
        .containsExactly(
            new BatchResult.Failure(2, store().entry("key")),
            new BatchResult.Failure(3, Optional.empty()));
    assertThat(result.results()).isEmpty();
    assertThat(result.revision()).isZero();
    assertThat(store().get("key")).hasValue("before");
    assertThat(store().entry("key").orElseThrow().revision()).isEqualTo(revision);
    assertThat(store().size()).isEqualTo(1);
  }

  @Test
  default void commit_whenAllConditionsHold_writes() {
    long revision = store().put("from", "value");
    Batch move =
        new Batch()
            .ifRevision(utf8("from"), revision)
            .ifAbsent("to")
            .delete("from")
            .put("to", "value");

    assertThat(store().commit(move).applied()).isTrue();
    assertThat(StoreFixture.keys(store(), Scan.all())).containsExactly("to");
    assertThat(store().commit(move).failures())
        .containsExactly(
            new BatchResult.Failure(0, Optional.empty()),
            new BatchResult.Failure(1, store().entry("to")));
  }

  @Test
  default void commit_checksConditionsAgainstTheStoreBeforeTheBatch() {
    Batch batch = new Batch().put("key", "value").ifAbsent("key");

    assertThat(store().commit(batch).applied()).isTrue();
    assertThat(store().commit(batch).applied()).isFalse();
    assertThat(store().get("key")).hasValue("value");
  }

  @Test
  default void commit_withoutWrites_onlyChecks() {
    long revision = store().put("key", "value");

    BatchResult nothing = new BatchResult(0, List.of(), List.of());
    assertThat(store().commit(new Batch())).isEqualTo(nothing);
    assertThat(store().commit(new Batch().ifRevision(utf8("key"), revision))).isEqualTo(nothing);
    assertThat(store().commit(new Batch().ifAbsent("key")).applied()).isFalse();
  }

  @Test
  default void commit_twice_writesTwice() {
    Batch batch = new Batch().put("key", "value");
    long first = store().commit(batch).revision();
    long second = store().commit(batch).revision();

    assertThat(second).isGreaterThan(first);
    assertThat(store().entry("key").orElseThrow().revision()).isEqualTo(second);
  }

  @Test
  default void commit_ofManyWrites_makesThemAll() {
    int count = Math.min(20_000, store().limits().maxBatchOperations());
    Batch batch = new Batch();
    for (int i = 0; i < count; i++) {
      batch.put("entry " + i, "value " + i);
    }
    BatchResult result = store().commit(batch);

    assertThat(store().size()).isEqualTo(count);
    for (Entry entry : StoreFixture.everything(store())) {
      assertThat(entry.revision()).isEqualTo(result.revision());
      assertThat(entry.valueString()).isEqualTo(entry.keyString().replace("entry", "value"));
    }
  }

  @Test
  default void commit_ofLargeAndSmallValues_keepsThemApart() {
    int largest = store().limits().maxValueBytes();
    Batch batch = new Batch();
    for (int size : new int[] {0, 1, 100, Math.min(10_000, largest), largest / 3, largest, 5}) {
      byte[] value = new byte[size];
      Arrays.fill(value, (byte) size);
      batch.put(utf8("size " + size), value);
    }
    List<BatchOperation.Put> puts =
        batch.operations().stream().map(BatchOperation.Put.class::cast).toList();
    long bytes = puts.stream().mapToLong(put -> put.value().length).sum();
    assumeTrue(bytes <= store().limits().maxBatchBytes() / 2, "the batch is too large");
    store().commit(batch);

    for (BatchOperation.Put put : puts) {
      assertThat(store().get(put.key())).hasValue(put.value());
    }
  }

  @Test
  default void batch_copiesArraysAndRefusesNegativeRevisions() {
    byte[] key = utf8("key");
    byte[] value = utf8("value");
    Batch batch = new Batch().put(key, value);
    key[0] = 'x';
    value[0] = 'x';
    store().commit(batch);

    assertThat(store().get("key")).hasValue("value");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Batch().ifRevision(utf8("key"), -1))
        .withMessageContaining("revision");
  }

  @Test
  default void conditions_onPresenceAndValue_areHeldAgainstWhatIsThere() {
    store().put("key", "value");

    assertThat(store().commit(new Batch().ifPresent("key").get("key")).applied()).isTrue();
    assertThat(store().commit(new Batch().ifValue("key", "value")).applied()).isTrue();
    BatchResult failed =
        store()
            .commit(
                new Batch()
                    .ifPresent("absent")
                    .ifPresent("key")
                    .ifValue("key", "other")
                    .ifValue("absent", "")
                    .ifValue("key", "valu")
                    .put("new", "value"));
    assertThat(failed.failures())
        .containsExactly(
            new BatchResult.Failure(0, Optional.empty()),
            new BatchResult.Failure(2, store().entry("key")),
            new BatchResult.Failure(3, Optional.empty()),
            new BatchResult.Failure(4, store().entry("key")));
    assertThat(failed.results()).isEmpty();
    assertThat(store().get("new")).isEmpty();
  }

  @Test
  default void condition_onALargeValue_comparesAllOfIt() {
    byte[] value = new byte[Math.min(100_000, store().limits().maxValueBytes())];
    store().put(utf8("large"), value);
    byte[] other = value.clone();
    other[other.length - 1] = 1;

    assertThat(store().commit(new Batch().ifValue(utf8("large"), value)).applied()).isTrue();
    assertThat(store().commit(new Batch().ifValue(utf8("large"), other)).failures())
        .containsExactly(new BatchResult.Failure(0, store().entry("large")));
  }

  @Test
  default void failures_ofManyLargeValues_leaveOutThoseThatDoNotFit() {
    int size = store().limits().maxValueBytes();
    int most = Math.min(store().limits().maxBatchConditions(), 40);
    assumeTrue((long) size * most > Scan.DEFAULT_MAX_BYTES, "all values fit");
    store().put(utf8("large"), new byte[size]);
    Batch batch = new Batch();
    for (int i = 0; i < most; i++) {
      batch.ifAbsent("large");
    }
    BatchResult result = store().commit(batch);

    assertThat(result.failures()).hasSize(most);
    long bytes = 0;
    for (BatchResult.Failure failure : result.failures()) {
      assertThat(failure.current().orElseThrow().valueBytes()).isEqualTo(size);
      bytes += failure.current().orElseThrow().value().length;
    }
    assertThat(bytes).isBetween(1L, Scan.DEFAULT_MAX_BYTES);
  }

  @Test
  default void results_sayWhatBecameOfEachOperation() {
    store().put("old", "value");
    store().put("gone", "value");
    long number = store().commit(new Batch().add("number", 41)).revision();
    Entry before = store().entry("number").orElseThrow();
    BatchResult result =
        store()
            .commit(
                new Batch()
                    .put("new", "value")
                    .put("old", "other")
                    .put("new", "again", Duration.ofSeconds(5))
                    .delete("gone")
                    .delete("gone")
                    .touch("old", Expiry.in(Duration.ofSeconds(7)))
                    .touch("absent", Expiry.never())
                    .add("number", 1)
                    .get("number")
                    .get("absent"));

    long now = clock().millis();
    assertThat(before.revision()).isEqualTo(number);
    assertThat(result.results())
        .containsExactly(
            new OperationResult.Put(true, 0),
            new OperationResult.Put(false, 0),
            new OperationResult.Put(false, now + 5_000),
            new OperationResult.Delete(true),
            new OperationResult.Delete(false),
            new OperationResult.Touch(true, now + 7_000),
            new OperationResult.Touch(false, 0),
            new OperationResult.Add(42, 0),
            new OperationResult.Get(Optional.of(before)),
            new OperationResult.Get(Optional.empty()));
    assertThat(StoreFixture.keys(store(), Scan.all())).containsExactly("new", "number", "old");
    assertThat(StoreFixture.everything(store()))
        .allMatch(entry -> entry.revision() == result.revision());
  }

  @Test
  default void operations_seeThoseBeforeThem() {
    BatchResult result =
        store()
            .commit(
                new Batch()
                    .put("key", "7")
                    .add("key", 3)
                    .touch("key", Expiry.in(Duration.ofSeconds(9)))
                    .add("key", -20)
                    .get("key")
                    .put("dropped", "value")
                    .delete("dropped")
                    .touch("dropped", Expiry.never()));

    assertThat(result.results().subList(1, 4))
        .containsExactly(
            new OperationResult.Add(10, 0),
            new OperationResult.Touch(true, clock().millis() + 9_000),
            new OperationResult.Add(-10, clock().millis() + 9_000));
    assertThat(result.results().get(4)).isEqualTo(new OperationResult.Get(Optional.empty()));
    assertThat(result.results().get(7)).isEqualTo(new OperationResult.Touch(false, 0));
    assertThat(store().get("key")).hasValue("-10");
    assertThat(store().size()).isEqualTo(1);
  }

  @Test
  default void commit_thatChangesNothing_hasNoRevision() {
    store().put("key", "value");
    long before = store().revision();
    List<Batch> batches =
        List.of(
            new Batch().delete("absent"),
            new Batch().touch("absent", Expiry.never()).get("key"),
            new Batch().put("absent", "value").delete("absent"),
            new Batch().put("absent", "value", Expiry.at(clock().instant())));
    for (Batch batch : batches) {
      BatchResult result = store().commit(batch);
      assertThat(result.applied()).isTrue();
      assertThat(result.revision()).isZero();
      assertThat(result.results()).hasSameSizeAs(batch.operations());
    }

    assertThat(store().revision()).isEqualTo(before);
    assertThat(store().put("key", "value")).isGreaterThan(before);
  }

  @Test
  default void get_ofLargeAndSmallValues_readsThemAsTheyWere() {
    byte[] large = new byte[Math.min(50_000, store().limits().maxValueBytes())];
    large[7] = 1;
    store().put(utf8("large"), large);
    store().put("small", "value", Duration.ofSeconds(1));
    Entry largeBefore = store().entry("large").orElseThrow();
    Entry smallBefore = store().entry("small").orElseThrow();
    Batch batch = new Batch().delete("large").put("small", "x").get("large").get("small");

    assertThat(store().commit(batch).results().subList(2, 4))
        .containsExactly(
            new OperationResult.Get(Optional.of(largeBefore)),
            new OperationResult.Get(Optional.of(smallBefore)));
    assertThat(store().get("large")).isEmpty();
  }

  @Test
  default void getsOfABatch_areOfOneMomentAndGiveArraysToTheCaller() {
    store().put("key", "value");
    Batch batch = new Batch().get("key").get("key");
    List<OperationResult> results = store().commit(batch).results();
    Entry first = ((OperationResult.Get) results.get(0)).entry().orElseThrow();
    first.value()[0] = 'x';
    first.key()[0] = 'x';

    assertThat(results.get(1)).isEqualTo(new OperationResult.Get(store().entry("key")));
    assertThat(store().get("key")).hasValue("value");
    assertThat(batch.operations().get(0).key()).isEqualTo(utf8("key"));
  }

  @Test
  default void commit_thatReadsMoreThanABatchMayHave_isRefused() {
    int size = store().limits().maxValueBytes();
    long needed = store().limits().maxBatchBytes() / size + 1;
    assumeTrue(needed <= 64, "the batch would have to be too large");
    store().put(utf8("large"), new byte[size]);
    Batch gets = new Batch().put("new", "value");
    Batch touches = new Batch().put("new", "value");
    for (int i = 0; i < needed; i++) {
      gets.get("large");
      touches.touch("large", Expiry.never());
    }
    for (Batch batch : List.of(gets, touches)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store().commit(batch))
          .withMessageContaining("at most " + store().limits().maxBatchBytes());
    }
    assertThat(store().get("new")).isEmpty();
  }
}

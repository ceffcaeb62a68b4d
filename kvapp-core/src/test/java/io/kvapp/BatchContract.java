package io.kvapp;

import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
}

package io.kvapp;

import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When the entries that batches write expire, and how that is changed. */
interface ExpiryOfBatchContract extends StoreFixture {
  @Test
  default void put_withKeep_keepsTheExpiryThatIsThere() {
    store().put("short", "1", Duration.ofSeconds(3));
    store().put("ever", "1");
    BatchResult result =
        store()
            .commit(
                new Batch()
                    .put("short", "2", Expiry.keep())
                    .put("ever", "2", Expiry.keep())
                    .put("new", "2", Expiry.keep()));

    assertThat(result.results())
        .containsExactly(
            new OperationResult.Put(false, clock().millis() + 3_000),
            new OperationResult.Put(false, 0),
            new OperationResult.Put(true, 0));
    clock().advance(Duration.ofSeconds(2));
    assertThat(store().get("short")).hasValue("2");
    clock().advance(Duration.ofSeconds(1));
    assertThat(StoreFixture.keys(store(), Scan.all())).containsExactly("ever", "new");
    store().commit(new Batch().put("short", "3", Expiry.keep()));
    clock().advance(Duration.ofDays(1));
    assertThat(store().get("short")).hasValue("3");
  }

  @Test
  default void put_atAMoment_isGoneThen() {
    Instant moment = clock().instant().plusMillis(1_500);
    BatchResult result = store().commit(new Batch().put("key", "value", Expiry.at(moment)));

    assertThat(result.results())
        .containsExactly(new OperationResult.Put(true, moment.toEpochMilli()));
    assertThat(store().entry("key").orElseThrow().expiresAt()).hasValue(moment);
    clock().advanceMillis(1_499);
    assertThat(store().get("key")).hasValue("value");
    clock().advanceMillis(1);
    assertThat(store().get("key")).isEmpty();
    assertThat(store().size()).isZero();
  }

  @Test
  default void put_atAMomentThatHasPassed_leavesNoEntry() {
    store().put("key", "before");
    long past = clock().millis() - 5;
    BatchResult result =
        store()
            .commit(
                new Batch()
                    .put("key", "value", Expiry.at(Instant.ofEpochMilli(past)))
                    .put("new", "value", Expiry.at(Instant.MIN))
                    .add("key", 1));

    assertThat(result.revision()).isPositive();
    assertThat(result.results().get(0)).isEqualTo(new OperationResult.Put(false, past));
    assertThat(result.results().get(2)).isEqualTo(new OperationResult.Add(1, 0));
    assertThat(StoreFixture.keys(store(), Scan.all())).containsExactly("key");
    store().commit(new Batch().put("key", "value", Expiry.at(clock().instant())));
    assertThat(store().get("key")).isEmpty();
    assertThat(store().size()).isZero();
  }

  @Test
  default void touch_changesTheExpiryAndKeepsTheValue() {
    long first = store().put("session", "anna", Duration.ofSeconds(10));
    clock().advance(Duration.ofSeconds(9));

    assertThat(store().touch("session", Duration.ofSeconds(10))).isTrue();
    Entry touched = store().entry("session").orElseThrow();
    assertThat(touched.valueString()).isEqualTo("anna");
    assertThat(touched.revision()).isGreaterThan(first);
    assertThat(touched.expiresAtMillis()).isEqualTo(clock().millis() + 10_000);
    clock().advance(Duration.ofSeconds(9));
    assertThat(store().get("session")).hasValue("anna");
    clock().advance(Duration.ofSeconds(1));
    assertThat(store().touch("session", Duration.ofSeconds(10))).isFalse();
    assertThat(store().get("session")).isEmpty();
  }

  @Test
  default void touch_ofALargeValue_keepsIt() {
    byte[] value = new byte[Math.min(200_000, store().limits().maxValueBytes())];
    value[value.length - 1] = 3;
    store().put(utf8("large"), value, Duration.ofSeconds(1));
    store().commit(new Batch().touch("large", Expiry.never()));
    clock().advance(Duration.ofDays(1));

    assertThat(store().get(utf8("large"))).hasValue(value);
  }

  @Test
  default void touch_withKeepAndNever_doesWhatTheySay() {
    store().put("a", "1", Duration.ofSeconds(1));
    store().put("b", "1", Duration.ofSeconds(1));
    long expiresAt = clock().millis() + 1_000;
    BatchResult result =
        store().commit(new Batch().touch("a", Expiry.keep()).touch("b", Expiry.never()));

    assertThat(result.results())
        .containsExactly(
            new OperationResult.Touch(true, expiresAt), new OperationResult.Touch(true, 0));
    assertThat(store().entry("a").orElseThrow().revision()).isEqualTo(result.revision());
    clock().advance(Duration.ofSeconds(1));
    assertThat(StoreFixture.keys(store(), Scan.all())).containsExactly("b");
  }

  @Test
  default void touch_atAMomentThatHasPassed_removesTheEntry() {
    store().put("key", "value");
    long past = clock().millis() - 1;
    BatchResult result =
        store().commit(new Batch().touch("key", Expiry.at(Instant.ofEpochMilli(past))));

    assertThat(result.revision()).isPositive();
    assertThat(result.results()).containsExactly(new OperationResult.Touch(true, past));
    assertThat(store().get("key")).isEmpty();
    assertThat(store().size()).isZero();
  }

  @Test
  default void operations_onWhatHasExpired_findNothing() {
    store().put("number", "5", Duration.ofSeconds(1));
    store().put("other", "5", Duration.ofSeconds(1));
    clock().advance(Duration.ofSeconds(1));
    BatchResult result =
        store()
            .commit(
                new Batch()
                    .ifAbsent("number")
                    .get("number")
                    .add("number", 1)
                    .touch("other", Expiry.never())
                    .delete("other"));

    assertThat(result.results())
        .containsExactly(
            new OperationResult.Get(Optional.empty()),
            new OperationResult.Add(1, 0),
            new OperationResult.Touch(false, 0),
            new OperationResult.Delete(false));
    assertThat(store().get("number")).hasValue("1");
    assertThat(store().size()).isEqualTo(1);
    assertThat(store().commit(new Batch().ifPresent("other")).failures())
        .isEqualTo(List.of(new BatchResult.Failure(0, Optional.empty())));
  }

  @Test
  default void add_toANewEntry_givesItItsLifeAndLaterOnesKeepIt() {
    Duration minute = Duration.ofMinutes(1);
    assertThat(store().add("rate", 1, minute)).isEqualTo(1);
    long expiresAt = clock().millis() + 60_000;
    clock().advance(Duration.ofSeconds(59));
    assertThat(store().add("rate", 1, minute)).isEqualTo(2);
    assertThat(store().add("rate", 1)).isEqualTo(3);
    assertThat(store().entry("rate").orElseThrow().expiresAtMillis()).isEqualTo(expiresAt);
    clock().advance(Duration.ofSeconds(1));
    assertThat(store().add("rate", 1, minute)).isEqualTo(1);
  }
}

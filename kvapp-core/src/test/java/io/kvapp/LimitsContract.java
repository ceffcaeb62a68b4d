package io.kvapp;

import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused, and that a refused call changes nothing. */
interface LimitsContract extends StoreFixture {
  @Test
  default void key_ofTheLongestAllowedLength_works() {
    byte[] longest = new byte[store().limits().maxKeyBytes()];
    byte[] shortest = {0};
    store().put(longest, utf8("longest"));
    store().put(shortest, utf8("shortest"));

    assertThat(store().get(longest)).hasValue(utf8("longest"));
    assertThat(store().get(shortest)).hasValue(utf8("shortest"));
    assertThat(store().delete(longest)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\ud800", "user:\ud800", "user:\udc00x", "\udc00\ud800", "a\ud83d\ude00\ud83d"})
  default void string_withHalfOfASurrogatePair_isRefusedByEveryMethod(String half) {
    store().put("user:?", "value");
    List<ThrowingCallable> calls =
        List.of(
            () -> store().put(half, "value"),
            () -> store().put("key", half),
            () -> store().put(half, "value", Duration.ofSeconds(1)),
            () -> store().put("key", half, Duration.ofSeconds(1)),
            () -> store().get(half),
            () -> store().entry(half),
            () -> store().delete(half),
            () -> store().putIfAbsent(half, "value"),
            () -> store().putIfAbsent("key", half),
            () -> store().compareAndSet(half, 0, "value"),
            () -> store().compareAndSet("key", 0, half),
            () -> store().compareAndDelete(half, 1),
            () -> store().update(half, now -> Optional.of("value")),
            () -> store().update("key", now -> Optional.of(half)),
            () -> store().count(half),
            () -> Scan.prefix(half),
            () -> Scan.range(half, null),
            () -> Scan.all().after(half),
            () -> new Batch().put(half, "value"),
            () -> new Batch().put("key", half),
            () -> new Batch().delete(half),
            () -> new Batch().touch(half, Expiry.never()),
            () -> new Batch().add(half, 1),
            () -> new Batch().get(half),
            () -> new Batch().ifPresent(half),
            () -> new Batch().ifValue("key", half),
            () -> store().putIfPresent(half, "value"),
            () -> store().touch(half, Duration.ofSeconds(1)),
            () -> store().add(half, 1),
            () -> store().deletePrefix(half),
            () -> new Batch().ifAbsent(half));

    for (ThrowingCallable call : calls) {
      assertThatIllegalArgumentException()
          .isThrownBy(call)
          .withMessageContaining("half of a surrogate pair");
    }
    assertThat(store().size()).isEqualTo(1);
  }

  @Test
  default void string_ofAnyCharacters_isReadBack() {
    for (String text :
        List.of("\0", "a\0b", "e\u0301", "\u00e9", "\ufeff", "\ud83d\ude00", "\uffff", "\n")) {
      store().put(text, "value " + text);
      assertThat(store().get(text)).hasValue("value " + text);
    }
    assertThat(store().size()).isEqualTo(8);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100_000})
  default void key_outsideItsLimits_isRefusedByEveryMethod(int excess) {
    int length = excess == 0 ? 0 : store().limits().maxKeyBytes() + excess;
    byte[] key = new byte[length];
    byte[] value = utf8("value");
    List<ThrowingCallable> calls =
        List.of(
            () -> store().put(key, value),
            () -> store().put(key, value, Duration.ofSeconds(1)),
            () -> store().get(key),
            () -> store().entry(key),
            () -> store().delete(key),
            () -> store().putIfAbsent(key, value),
            () -> store().compareAndSet(key, 0, value),
            () -> store().compareAndDelete(key, 1),
            () -> store().putIfAbsent(key, value, Duration.ofSeconds(1)),
            () -> store().compareAndSet(key, 0, value, Duration.ofSeconds(1)),
            () -> store().update(key, now -> Optional.of(value)),
            () -> store().commit(new Batch().put("fine", "value").put(key, value)),
            () -> store().commit(new Batch().put("fine", "value").delete(key)),
            () -> store().commit(new Batch().put("fine", "value").touch(key, Expiry.never())),
            () -> store().commit(new Batch().put("fine", "value").add(key, 1)),
            () -> store().commit(new Batch().put("fine", "value").get(key)),
            () -> store().commit(new Batch().put("fine", "value").ifPresent(key)),
            () -> store().commit(new Batch().put("fine", "value").ifValue(key, value)),
            () -> store().putIfPresent(key, value),
            () -> store().touch(key, Duration.ofSeconds(1)),
            () -> store().add(key, 1),
            () -> store().commit(new Batch().put("fine", "value").ifAbsent(key)));

    for (ThrowingCallable call : calls) {
      assertThatIllegalArgumentException()
          .isThrownBy(call)
          .withMessageContaining("key")
          .withMessageContaining(Integer.toString(store().limits().maxKeyBytes()))
          .withMessageContaining(Integer.toString(length));
    }
    assertThat(store().size()).isZero();
  }

  @Test
  default void key_isMeasuredInBytesNotCharacters() {
    String fits = "é".repeat(store().limits().maxKeyBytes() / 2);
    store().put(fits, "value");

    assertThat(store().get(fits)).hasValue("value");
    assertThatIllegalArgumentException().isThrownBy(() -> store().put(fits + "é", "value"));
  }

  @Test
  default void value_overItsLimit_isRefusedByEveryMethod() {
    byte[] key = utf8("key");
    byte[] value = new byte[store().limits().maxValueBytes() + 1];
    long revision = store().put(key, utf8("before"));
    List<ThrowingCallable> calls =
        List.of(
            () -> store().put(key, value),
            () -> store().put(key, value, Duration.ofSeconds(1)),
            () -> store().putIfAbsent(utf8("other"), value),
            () -> store().compareAndSet(key, revision, value),
            () -> store().putIfAbsent(utf8("other"), value, Duration.ofSeconds(1)),
            () -> store().compareAndSet(key, revision, value, Duration.ofSeconds(1)),
            () -> store().update(key, now -> Optional.of(value)),
            () -> store().commit(new Batch().put("fine", "value").put(key, value)));

    for (ThrowingCallable call : calls) {
      assertThatIllegalArgumentException()
          .isThrownBy(call)
          .withMessageContaining("value")
          .withMessageContaining(Integer.toString(store().limits().maxValueBytes()))
          .withMessageContaining(Integer.toString(value.length));
    }
    assertThat(store().size()).isEqualTo(1);
    assertThat(store().get("key")).hasValue("before");
  }

  @Test
  default void limits_fitTogether() {
    StoreLimits limits = store().limits();

    assertThat(limits.maxKeyBytes()).isPositive();
    assertThat(limits.maxValueBytes()).isPositive();
    assertThat(limits.maxBatchOperations()).isPositive();
    assertThat(limits.maxBatchConditions()).isPositive();
    assertThat(limits.maxBatchBytes())
        .isGreaterThanOrEqualTo((long) limits.maxKeyBytes() + limits.maxValueBytes());
  }

  @Test
  default void batch_ofMoreWritesOrConditionsThanItsLimit_isRefused() {
    StoreLimits limits = store().limits();
    assumeTrue(limits.maxBatchOperations() < 1_000_000, "batches of any number of writes");
    assumeTrue(limits.maxBatchConditions() < 1_000_000, "batches of any number of conditions");
    Batch writes = new Batch();
    for (int i = 0; i < limits.maxBatchOperations(); i++) {
      writes.put("key " + i, "value");
    }
    Batch conditions = new Batch().put("conditions", "value");
    for (int i = 0; i < limits.maxBatchConditions(); i++) {
      conditions.ifAbsent("absent " + i);
    }

    assertThat(store().commit(writes).applied()).isTrue();
    assertThat(store().commit(conditions).applied()).isTrue();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store().commit(writes.put("too many", "value")))
        .withMessageContaining("batch")
        .withMessageContaining(limits.maxBatchOperations() + " operations");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store().commit(conditions.ifAbsent("too many")))
        .withMessageContaining("batch")
        .withMessageContaining(limits.maxBatchConditions() + " conditions");
    assertThat(store().get("too many")).isEmpty();
  }

  @Test
  default void ttl_thatIsNotAboveZero_isRefused() {
    byte[] key = utf8("key");
    for (Duration ttl : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofDays(-1))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store().put(key, key, ttl))
          .withMessageContaining("ttl");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store().putIfAbsent(key, key, ttl))
          .withMessageContaining("ttl");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store().compareAndSet(key, 0, key, ttl))
          .withMessageContaining("ttl");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store().touch(key, ttl))
          .withMessageContaining("ttl");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store().add(key, 1, ttl))
          .withMessageContaining("ttl");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store().putIfPresent(key, key, ttl))
          .withMessageContaining("ttl");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store().commit(new Batch().put("fine", "v").put(key, key, ttl)))
          .withMessageContaining("ttl");
    }
    assertThat(store().size()).isZero();
  }

  @Test
  default void null_isRefusedByEveryMethod() {
    byte[] bytes = utf8("bytes");
    Duration ttl = Duration.ofSeconds(1);
    List<ThrowingCallable> calls =
        List.of(
            () -> store().put(null, bytes),
            () -> store().put(bytes, null),
            () -> store().put(null, bytes, ttl),
            () -> store().put(bytes, null, ttl),
            () -> store().put(bytes, bytes, null),
            () -> store().get((byte[]) null),
            () -> store().entry((byte[]) null),
            () -> store().delete((byte[]) null),
            () -> store().putIfAbsent(null, bytes),
            () -> store().putIfAbsent(bytes, null),
            () -> store().compareAndSet(null, 0, bytes),
            () -> store().compareAndSet(bytes, 0, null),
            () -> store().putIfAbsent(bytes, bytes, null),
            () -> store().compareAndSet(bytes, 0, bytes, null),
            () -> store().compareAndDelete((byte[]) null, 1),
            () -> store().commit(null),
            () -> store().scan(null),
            () -> store().count((byte[]) null),
            () -> store().put((String) null, "value"),
            () -> store().put("key", (String) null),
            () -> store().get((String) null),
            () -> store().entry((String) null),
            () -> store().delete((String) null),
            () -> store().count((String) null));

    for (ThrowingCallable call : calls) {
      assertThatNullPointerException().isThrownBy(call);
    }
    assertThat(store().size()).isZero();
  }
}

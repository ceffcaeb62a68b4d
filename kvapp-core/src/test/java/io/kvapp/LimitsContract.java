package io.kvapp;

import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused, and that a refused call changes nothing. */
interface LimitsContract extends StoreFixture {
  @Test
  default void key_ofTheLongestAllowedLength_works() {
    byte[] longest = new byte[Settings.MAX_KEY_BYTES];
    byte[] shortest = {0};
    store().put(longest, utf8("longest"));
    store().put(shortest, utf8("shortest"));

    assertThat(store().get(longest)).hasValue(utf8("longest"));
    assertThat(store().get(shortest)).hasValue(utf8("shortest"));
    assertThat(store().delete(longest)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, Settings.MAX_KEY_BYTES + 1, 100_000})
  default void key_outsideItsLimits_isRefusedByEveryMethod(int length) {
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
            () -> store().commit(new Batch().put("fine", "value").put(key, value)),
            () -> store().commit(new Batch().put("fine", "value").delete(key)),
            () -> store().commit(new Batch().put("fine", "value").ifAbsent(key)));

    for (ThrowingCallable call : calls) {
      assertThatIllegalArgumentException()
          .isThrownBy(call)
          .withMessageContaining("key")
          .withMessageContaining("4096")
          .withMessageContaining(Integer.toString(length));
    }
    assertThat(store().size()).isZero();
  }

  @Test
  default void key_isMeasuredInBytesNotCharacters() {
    String fits = "é".repeat(Settings.MAX_KEY_BYTES / 2);
    store().put(fits, "value");

    assertThat(store().get(fits)).hasValue("value");
    assertThatIllegalArgumentException().isThrownBy(() -> store().put(fits + "é", "value"));
  }

  @Test
  default void value_overItsLimit_isRefusedByEveryMethod() {
    byte[] key = utf8("key");
    byte[] value = new byte[MAX_VALUE_BYTES + 1];
    long revision = store().put(key, utf8("before"));
    List<ThrowingCallable> calls =
        List.of(
            () -> store().put(key, value),
            () -> store().put(key, value, Duration.ofSeconds(1)),
            () -> store().putIfAbsent(utf8("other"), value),
            () -> store().compareAndSet(key, revision, value),
            () -> store().commit(new Batch().put("fine", "value").put(key, value)));

    for (ThrowingCallable call : calls) {
      assertThatIllegalArgumentException()
          .isThrownBy(call)
          .withMessageContaining("value")
          .withMessageContaining(Integer.toString(MAX_VALUE_BYTES))
          .withMessageContaining(Integer.toString(value.length));
    }
    assertThat(store().size()).isEqualTo(1);
    assertThat(store().get("key")).hasValue("before");
  }

  @Test
  default void ttl_thatIsNotAboveZero_isRefused() {
    byte[] key = utf8("key");
    for (Duration ttl : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofDays(-1))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store().put(key, key, ttl))
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
            () -> store().compareAndDelete((byte[]) null, 1),
            () -> store().commit(null),
            () -> store().scan(null),
            () -> store().count((byte[]) null),
            () -> store().backup(null),
            () -> store().restore(null),
            () -> store().importDbmDumb(null),
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

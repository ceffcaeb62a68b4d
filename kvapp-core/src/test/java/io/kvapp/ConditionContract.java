package io.kvapp;

import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Single writes that depend on what is there. */
interface ConditionContract extends StoreFixture {
  @Test
  default void putIfAbsent_ofAFreeKey_writes() {
    OptionalLong revision = store().putIfAbsent("key", "value");

    assertThat(revision).isPresent();
    assertThat(store().get("key")).hasValue("value");
    assertThat(store().entry("key").orElseThrow().revision()).isEqualTo(revision.getAsLong());
  }

  @Test
  default void putIfAbsent_ofATakenKey_changesNothing() {
    store().put("key", "first");
    Entry before = store().entry("key").orElseThrow();

    assertThat(store().putIfAbsent("key", "second")).isEmpty();
    assertThat(store().entry("key")).hasValue(before);
  }

  @Test
  default void putIfAbsent_afterDelete_writes() {
    store().put("key", "first");
    store().delete("key");

    assertThat(store().putIfAbsent("key", "second")).isPresent();
    assertThat(store().get("key")).hasValue("second");
  }

  @Test
  default void compareAndSet_atTheExpectedRevision_writes() {
    long first = store().put("key", "first");
    OptionalLong second = store().compareAndSet("key", first, "second");

    assertThat(second).isPresent();
    assertThat(second.getAsLong()).isGreaterThan(first);
    assertThat(store().get("key")).hasValue("second");
    assertThat(store().entry("key").orElseThrow().revision()).isEqualTo(second.getAsLong());
  }

  @Test
  default void compareAndSet_atAnotherRevision_changesNothing() {
    long first = store().put("key", "first");
    long second = store().put("key", "second");
    Entry before = store().entry("key").orElseThrow();

    assertThat(store().compareAndSet("key", first, "third")).isEmpty();
    assertThat(store().compareAndSet("key", second + 1, "third")).isEmpty();
    assertThat(store().compareAndSet("key", 0, "third")).isEmpty();
    assertThat(store().compareAndSet("absent", second, "third")).isEmpty();
    assertThat(store().entry("key")).hasValue(before);
    assertThat(store().size()).isEqualTo(1);
  }

  @Test
  default void compareAndSet_atRevisionZero_needsAFreeKey() {
    assertThat(store().compareAndSet("key", 0, "first")).isPresent();
    assertThat(store().compareAndSet("key", 0, "second")).isEmpty();
    store().delete("key");
    assertThat(store().compareAndSet("key", 0, "third")).isPresent();
    assertThat(store().get("key")).hasValue("third");
  }

  @Test
  default void compareAndSet_afterDeleteAndPut_seesAnotherRevision() {
    long first = store().put("key", "same");
    store().delete("key");
    store().put("key", "same");

    assertThat(store().compareAndSet("key", first, "other")).isEmpty();
    assertThat(store().get("key")).hasValue("same");
  }

  @Test
  default void compareAndSet_endsTheTimeToLive() {
    long first = store().put("key", "first", Duration.ofSeconds(1));
    store().compareAndSet("key", first, "second");
    clock().advance(Duration.ofDays(1));

    assertThat(store().get("key")).hasValue("second");
  }

  @Test
  default void compareAndDelete_atTheExpectedRevision_removes() {
    long revision = store().put("key", "value");

    assertThat(store().compareAndDelete("key", revision)).isTrue();
    assertThat(store().get("key")).isEmpty();
    assertThat(store().compareAndDelete("key", revision)).isFalse();
  }

  @Test
  default void compareAndDelete_atAnotherRevision_changesNothing() {
    long first = store().put("key", "first");
    long second = store().put("key", "second");

    assertThat(store().compareAndDelete("key", first)).isFalse();
    assertThat(store().compareAndDelete("key", second + 1)).isFalse();
    assertThat(store().compareAndDelete("key", 0)).isFalse();
    assertThat(store().compareAndDelete(utf8("absent"), 0)).isFalse();
    assertThat(store().get("key")).hasValue("second");
  }

  @Test
  default void putIfAbsent_withTtl_expiresAndIsFreeAgain() {
    Duration ttl = Duration.ofSeconds(1);
    OptionalLong first = store().putIfAbsent("lock", "anna", ttl);
    assertThat(first).isPresent();
    assertThat(store().entry("lock").orElseThrow().revision()).isEqualTo(first.getAsLong());
    assertThat(store().entry("lock").orElseThrow().expiresAtMillis())
        .isEqualTo(clock().millis() + 1_000);

    assertThat(store().putIfAbsent("lock", "béla", ttl)).isEmpty();
    clock().advance(ttl);
    assertThat(store().putIfAbsent("lock", "béla", ttl)).isPresent();
    assertThat(store().get("lock")).hasValue("béla");
  }

  @Test
  default void compareAndSet_withTtl_replacesTheTimeToLiveWhereItHolds() {
    long first = store().put("key", "first", Duration.ofSeconds(1));
    OptionalLong second = store().compareAndSet("key", first, "second", Duration.ofSeconds(10));
    Entry before = store().entry("key").orElseThrow();

    assertThat(second).isPresent();
    assertThat(store().compareAndSet("key", first, "third", Duration.ofDays(1))).isEmpty();
    assertThat(store().entry("key")).hasValue(before);
    clock().advance(Duration.ofSeconds(9));
    assertThat(store().get("key")).hasValue("second");
    clock().advance(Duration.ofSeconds(1));
    assertThat(store().get("key")).isEmpty();
    assertThat(store().compareAndSet("key", 0, "fourth", Duration.ofSeconds(1))).isPresent();
  }

  @Test
  default void putIfPresent_overwritesOnly() {
    assertThat(store().putIfPresent("key", "new")).isEmpty();
    assertThat(store().putIfPresent("key", "new", Duration.ofSeconds(1))).isEmpty();
    assertThat(store().size()).isZero();
    long first = store().put("key", "first", Duration.ofSeconds(1));
    OptionalLong second = store().putIfPresent("key", "second");
    assertThat(second.orElseThrow()).isGreaterThan(first);
    assertThat(store().entry("key").orElseThrow().expiresAtMillis()).isZero();
    assertThat(store().putIfPresent("key", "third", Duration.ofSeconds(1))).isPresent();
    assertThat(store().get("key")).hasValue("third");
    clock().advance(Duration.ofSeconds(1));
    assertThat(store().putIfPresent("key", "fourth")).isEmpty();
    assertThat(store().get("key")).isEmpty();
  }

  @Test
  default void update_writesWhatTheFunctionReturns() {
    assertThat(store().update("key", now -> now.map(text -> text + "!").or(() -> Optional.of("a"))))
        .hasValue("a");
    assertThat(store().update("key", now -> now.map(text -> text + "!"))).hasValue("a!");
    assertThat(store().get("key")).hasValue("a!");
    assertThat(store().update(utf8("key"), now -> now)).hasValue(utf8("a!"));

    assertThat(store().update("key", now -> Optional.empty())).isEmpty();
    assertThat(store().get("key")).isEmpty();
    assertThat(store().update("key", now -> now)).isEmpty();
    assertThat(store().size()).isZero();
  }

  @Test
  default void update_endsTheTimeToLive() {
    store().put("key", "1", Duration.ofSeconds(1));
    store().update("key", now -> now);
    clock().advance(Duration.ofDays(1));

    assertThat(store().get("key")).hasValue("1");
  }

  @Test
  default void update_besideAnotherWrite_beginsAgain() {
    store().put("key", "first");
    List<Optional<String>> seen = new ArrayList<>();
    Optional<String> result =
        store()
            .update(
                "key",
                now -> {
                  seen.add(now);
                  if (seen.size() == 1) {
                    store().put("key", "second");
                  } else if (seen.size() == 2) {
                    store().delete("key");
                  }
                  return Optional.of(now.orElse("none") + "!");
                });

    assertThat(seen).containsExactly(Optional.of("first"), Optional.of("second"), Optional.empty());
    assertThat(result).hasValue("none!");
    assertThat(store().get("key")).hasValue("none!");
  }

  @Test
  default void update_whoseFunctionFails_changesNothing() {
    store().put("key", "before");
    assertThatThrownBy(
            () ->
                store()
                    .update(
                        "key",
                        now -> {
                          throw new IllegalStateException("no");
                        }))
        .isInstanceOf(IllegalStateException.class);
    assertThatNullPointerException().isThrownBy(() -> store().update("key", now -> null));
    assertThatNullPointerException().isThrownBy(() -> store().update("key", null));

    assertThat(store().get("key")).hasValue("before");
  }
}

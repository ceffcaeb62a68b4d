package io.kvapp;

import static io.kvapp.StoreFixture.bytes;
import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Deleting all keys with a prefix. */
interface PrefixDeleteContract extends StoreFixture {
  @Test
  default void deletePrefix_removesThoseAndNoOthers() {
    for (String key : List.of("user", "user:", "user:1", "user:2", "users:1", "use", "v")) {
      store().put(key, "value");
    }
    assertThat(store().deletePrefix("user:")).isEqualTo(3);
    assertThat(StoreFixture.keys(store(), Scan.all()))
        .containsExactly("use", "user", "users:1", "v");
    assertThat(store().deletePrefix("user:")).isZero();
    assertThat(store().deletePrefix("user")).isEqualTo(2);
    assertThat(store().size()).isEqualTo(2);
  }

  @Test
  default void deletePrefix_ofAnEmptyOne_removesEverything() {
    store().put(bytes(0xff, 0xff), utf8("value"));
    store().put(bytes(0), new byte[Math.min(10_000, store().limits().maxValueBytes())]);
    store().put("expired", "value", Duration.ofSeconds(1));
    clock().advance(Duration.ofSeconds(1));

    assertThat(store().deletePrefix(new byte[0])).isEqualTo(2);
    assertThat(store().size()).isZero();
    assertThat(store().deletePrefix("")).isZero();
  }

  @Test
  default void deletePrefix_ofTheHighestBytes_reachesTheEnd() {
    store().put(bytes(0xff), utf8("value"));
    store().put(bytes(0xff, 0xff, 1), utf8("value"));
    store().put(bytes(0xfe), utf8("value"));

    assertThat(store().deletePrefix(bytes(0xff))).isEqualTo(2);
    assertThat(store().size()).isEqualTo(1);
  }

  @Test
  default void deletePrefix_ofManyKeys_goesInStepsAndLeavesWhatIsWrittenMeanwhile() {
    int count = 2_500;
    putAll(count, i -> "key %04d".formatted(i), i -> "value");
    List<Long> steps = new ArrayList<>();
    int[] kept = new int[1];
    long deleted =
        store()
            .deletePrefix(
                utf8("key"),
                soFar -> {
                  steps.add(soFar);
                  String later = "key %04d".formatted(count - 1 - steps.size());
                  kept[0] += store().get(later).isPresent() ? 1 : 0;
                  store().put(later, "new");
                  store().put("key 0000", "new");
                  store().put("key 9", "new");
                });

    assertThat(steps).isSorted().hasSizeGreaterThanOrEqualTo(3);
    assertThat(steps.get(0)).isBetween(1L, 1_000L);
    assertThat(kept[0]).isPositive();
    assertThat(deleted).isEqualTo(count - kept[0]).isEqualTo(steps.get(steps.size() - 1));
    assertThat(StoreFixture.everything(store()))
        .allMatch(entry -> entry.valueString().equals("new"))
        .hasSize(2 + steps.size());
  }

  @Test
  default void deletePrefix_whoseProgressThrows_endsBetweenTwoSteps() {
    putAll(1_500, i -> "key " + i, i -> "value");
    long[] deleted = new long[1];
    assertThatThrownBy(
            () ->
                store()
                    .deletePrefix(
                        utf8("key"),
                        soFar -> {
                          deleted[0] = soFar;
                          throw new IllegalStateException("enough");
                        }))
        .isInstanceOf(IllegalStateException.class);

    assertThat(deleted[0]).isBetween(1L, 1_000L);
    assertThat(store().size()).isEqualTo(1_500 - deleted[0]);
    assertThatNullPointerException().isThrownBy(() -> store().deletePrefix((byte[]) null));
    assertThatNullPointerException().isThrownBy(() -> store().deletePrefix(new byte[0], null));
  }
}

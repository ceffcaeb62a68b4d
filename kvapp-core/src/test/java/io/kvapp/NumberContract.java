package io.kvapp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers that are added to. */
interface NumberContract extends StoreFixture {
  @Test
  default void add_countsFromZero() {
    assertThat(store().add("hits", 1)).isEqualTo(1);
    assertThat(store().add("hits", 41)).isEqualTo(42);
    assertThat(store().add("hits", -50)).isEqualTo(-8);
    assertThat(store().add("hits", 0)).isEqualTo(-8);
    assertThat(store().get("hits")).hasValue("-8");
  }

  @Test
  default void add_reachesTheEndsOfSixtyFourBits() {
    assertThat(store().add("high", Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
    assertThat(store().add("low", Long.MIN_VALUE)).isEqualTo(Long.MIN_VALUE);
    assertThat(store().get("low")).hasValue("-9223372036854775808");
    assertThat(store().add("low", Long.MAX_VALUE)).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-0", "007", "-12", "9223372036854775807"})
  default void add_toADecimalNumber_works(String value) {
    store().put("number", value);

    assertThat(store().add("number", -1)).isEqualTo(Long.parseLong(value) - 1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "+1",
        " 1",
        "1 ",
        "1\n",
        "1.0",
        "0x1",
        "1e3",
        "x",
        "\u0661",
        "9223372036854775808",
        "-9223372036854775809",
        "000000000000000000001"
      })
  default void add_toWhatIsNoNumber_changesNothing(String value) {
    store().put("number", value);
    Entry before = store().entry("number").orElseThrow();
    Batch batch = new Batch().put("new", "value").delete("number").add("count", 1);
    Batch failing = new Batch().put("new", "value").add("number", 1);

    assertThatThrownBy(() -> store().add("number", 1))
        .isInstanceOf(KVException.NotANumber.class)
        .hasMessageContaining("nothing was changed")
        .asInstanceOf(type(KVException.NotANumber.class))
        .returns(0, KVException.NotANumber::index);
    assertThatThrownBy(() -> store().commit(failing))
        .asInstanceOf(type(KVException.NotANumber.class))
        .returns(1, KVException.NotANumber::index);
    assertThat(StoreFixture.everything(store())).containsExactly(before);
    assertThat(store().commit(batch).applied()).isTrue();
  }

  @Test
  default void add_beyondSixtyFourBits_changesNothing() {
    store().add("high", Long.MAX_VALUE);
    store().add("low", Long.MIN_VALUE);
    List<Entry> before = StoreFixture.everything(store());

    assertThatThrownBy(() -> store().add("high", 1)).isInstanceOf(KVException.Overflow.class);
    assertThatThrownBy(() -> store().add("low", -1)).isInstanceOf(KVException.Overflow.class);
    assertThatThrownBy(() -> store().commit(new Batch().put("a", "1").add("low", 1).add("high", 5)))
        .hasMessageContaining("nothing was changed")
        .asInstanceOf(type(KVException.Overflow.class))
        .returns(2, KVException.Overflow::index);
    assertThat(StoreFixture.everything(store())).isEqualTo(before);
  }

  @Test
  default void add_whoseConditionFails_isNotTried() {
    store().put("text", "none");

    assertThat(store().commit(new Batch().ifAbsent("text").add("text", 1)).applied()).isFalse();
  }

  @Test
  default void adds_ofManyThreads_losesNone() {
    int each = times(500);
    Callable<Long> adding =
        () -> {
          long last = 0;
          for (int i = 0; i < each; i++) {
            long sum = store().add("shared", 1);
            assertThat(sum).isGreaterThan(last);
            last = sum;
            store().commit(new Batch().add("one", 1).add("other", -1));
          }
          return last;
        };
    List<Long> last = Threads.together(Collections.nCopies(4, adding));

    assertThat(last).contains(4L * each);
    assertThat(store().get("shared")).hasValue(Integer.toString(4 * each));
    assertThat(store().get("one")).hasValue(Integer.toString(4 * each));
    assertThat(store().get("other")).hasValue(Integer.toString(-4 * each));
  }
}

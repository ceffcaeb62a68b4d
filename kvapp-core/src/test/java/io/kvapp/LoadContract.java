package io.kvapp;

import static io.kvapp.StoreFixture.everything;
import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Bulk loads into an empty store. */
interface LoadContract extends StoreFixture {
  @Test
  default void load_inAnyOrder_isWhatPutsWouldHaveMade() {
    assumeParts(Part.LOAD);
    Map<String, String> model = new TreeMap<>();
    List<Entry> entries = new ArrayList<>();
    Random random = new Random(1);
    for (int i = 0; i < 5_000; i++) {
      String key = "key " + random.nextInt(3_000);
      model.put(key, "value " + i);
      entries.add(loaded(key, "value " + i, 0));
    }
    long before = store().put("gone", "value");
    store().delete("gone");
    everything(store());

    assertThat(store().admin().load(entries.iterator())).isEqualTo(model.size());
    assertThat(store().size()).isEqualTo(model.size());
    Iterator<Entry> found = everything(store()).iterator();
    for (Map.Entry<String, String> expected : model.entrySet()) {
      Entry entry = found.next();
      assertThat(entry.keyString()).isEqualTo(expected.getKey());
      assertThat(entry.valueString()).isEqualTo(expected.getValue());
      assertThat(entry.revision()).isGreaterThan(before);
      assertThat(store().entry(entry.key())).hasValue(entry);
    }
    assertThat(found.hasNext()).isFalse();
    long newest = store().put("key 1", "after");
    assertThat(newest).isGreaterThan(store().entry(utf8("key 2")).orElseThrow().revision());
    assertThat(store().get("key 1")).hasValue("after");
    assertThat(store().delete(utf8("key 2"))).isTrue();
    if (parts().contains(Part.VERIFY)) {
      assertThat(store().admin().verify().faults()).isEmpty();
    }
  }

  @Test
  default void load_inOrder_takesValuesOfAnySize() {
    assumeParts(Part.LOAD);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      byte[] value = new byte[i * 20];
      Arrays.fill(value, (byte) i);
      entries.add(new Entry(utf8(String.format("key %04d", i)), value, 0, 0));
    }

    assertThat(store().admin().load(entries.iterator())).isEqualTo(300);
    for (Entry entry : entries) {
      assertThat(store().get(entry.key())).hasValue(entry.value());
    }
  }

  @Test
  default void load_ofExpiringEntries_leavesOutWhatHasExpired() {
    assumeParts(Part.LOAD);
    long now = clock().millis();
    List<Entry> entries =
        List.of(
            loaded("a", "expired", now),
            loaded("b", "lives", now + 1_000),
            loaded("c", "lives", 0),
            loaded("a", "first", 0),
            loaded("c", "expired", now - 1),
            loaded("d", "lives", now + 2_000));

    assertThat(store().admin().load(entries.iterator())).isEqualTo(3);
    assertThat(store().get("a")).hasValue("first");
    assertThat(store().get("b")).hasValue("lives");
    assertThat(store().get("c")).isEmpty();
    clock().advance(java.time.Duration.ofSeconds(1));
    assertThat(store().get("b")).isEmpty();
    assertThat(store().size()).isEqualTo(2);
  }

  @Test
  default void load_ofArraysThatAreUsedAgain_keepsWhatWasInThem() {
    assumeParts(Part.LOAD);
    byte[] key = new byte[1];
    byte[] value = new byte[1];
    Iterator<Entry> entries =
        new Iterator<>() {
          private int given;

          @Override
          public boolean hasNext() {
            return given < 100;
          }

          @Override
          public Entry next() {
            key[0] = (byte) (given * 37 % 100 + 1);
            value[0] = key[0];
            given++;
            return new Entry(key, value, 0, 0);
          }
        };

    assertThat(store().admin().load(entries)).isEqualTo(100);
    assertThat(everything(store())).allMatch(entry -> Arrays.equals(entry.key(), entry.value()));
  }

  @Test
  default void load_thatFails_leavesAnEmptyStore() {
    assumeParts(Part.LOAD);
    List<Entry> tooLarge =
        List.of(
            loaded("a", "value", 0),
            loaded("a", "again", 0),
            new Entry(new byte[0], new byte[0], 0, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store().admin().load(tooLarge.iterator()))
        .withMessageContaining("key");
    IllegalStateException failure = new IllegalStateException("no more");
    Iterator<Entry> failing =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return true;
          }

          @Override
          public Entry next() {
            throw failure;
          }
        };
    assertThatThrownBy(() -> store().admin().load(failing)).isSameAs(failure);
    assertThat(store().size()).isZero();
    assertThat(everything(store())).isEmpty();
    assertThat(store().admin().load(List.of(loaded("a", "value", 0)).iterator())).isEqualTo(1);
  }

  @Test
  default void load_intoAStoreThatIsNotEmpty_isRefused() {
    assumeParts(Part.LOAD);
    store().put("key", "value");

    assertThatThrownBy(() -> store().admin().load(Collections.emptyIterator()))
        .isInstanceOf(KVException.WrongState.class)
        .hasMessageContaining("1 entries");
    assertThat(store().size()).isEqualTo(1);
  }

  @Test
  default void load_besideAWriter_isRefusedAndLosesNoWrite() {
    assumeParts(Part.LOAD);
    Iterator<Entry> writing =
        new Iterator<>() {
          private int given;

          @Override
          public boolean hasNext() {
            return given < 10;
          }

          @Override
          public Entry next() {
            store().put("written", "value");
            return loaded("key " + given++, "value", 0);
          }
        };

    assertThatThrownBy(() -> store().admin().load(writing))
        .isInstanceOf(KVException.WrongState.class);
    assertThat(everything(store())).extracting(Entry::keyString).containsExactly("written");
  }

  @Test
  default void load_ofNothing_orNull() {
    assumeParts(Part.LOAD);
    assertThat(store().admin().load(Collections.emptyIterator())).isZero();
    assertThat(store().size()).isZero();
    assertThatNullPointerException().isThrownBy(() -> store().admin().load(null));
  }

  private static Entry loaded(String key, String value, long expiresAtMillis) {
    return new Entry(utf8(key), utf8(value), 0, expiresAtMillis);
  }
}

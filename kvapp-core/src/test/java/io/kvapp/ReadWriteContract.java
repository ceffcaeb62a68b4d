package io.kvapp;

import static io.kvapp.StoreFixture.bytes;
import static io.kvapp.StoreFixture.everything;
import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writing, reading and deleting single entries, and the revisions this makes. */
interface ReadWriteContract extends StoreFixture {
  @Test
  default void get_afterPut_returnsTheValue() {
    store().put(utf8("key"), utf8("value"));

    assertThat(store().get(utf8("key"))).hasValue(utf8("value"));
    assertThat(store().get("key")).hasValue("value");
  }

  @Test
  default void get_ofAMissingKey_isEmpty() {
    store().put("key", "value");

    assertThat(store().get("ke")).isEmpty();
    assertThat(store().get("key2")).isEmpty();
    assertThat(store().entry("other")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 10, 2_048, 2_049, 100_000})
  default void entry_withAValueLargerThanAskedFor_tellsItsSizeAlone(int size) {
    long revision = store().put(utf8("key"), new byte[size]);

    Entry whole = store().entry("key").orElseThrow();
    assertThat(store().entry(utf8("key"), size)).hasValue(whole);
    assertThat(whole.value()).hasSize(size);
    if (size > 0) {
      Entry bare = Entry.withoutValue(utf8("key"), size, revision, 0);
      assertThat(store().entry(utf8("key"), size - 1)).hasValue(bare);
      assertThat(store().entry(utf8("key"), 0)).hasValue(bare);
    }
    assertThat(store().entry(utf8("other"), 0)).isEmpty();
    store().delete("key");
    assertThat(store().entry(utf8("key"), size)).isEmpty();
  }

  @Test
  default void put_ofAnExistingKey_overwrites() {
    store().put("key", "first");
    store().put("key", "second");

    assertThat(store().get("key")).hasValue("second");
    assertThat(store().size()).isEqualTo(1);
  }

  @Test
  default void delete_saysWhetherThereWasAnEntry() {
    store().put("key", "value");

    assertThat(store().delete("key")).isTrue();
    assertThat(store().delete("key")).isFalse();
    assertThat(store().delete("never there")).isFalse();
    assertThat(store().get("key")).isEmpty();
    assertThat(store().size()).isZero();
  }

  @Test
  default void put_afterDelete_writesAgain() {
    long first = store().put("key", "first");
    store().delete("key");
    long second = store().put("key", "second");

    assertThat(second).isGreaterThan(first);
    assertThat(store().get("key")).hasValue("second");
  }

  @Test
  default void entry_carriesKeyValueRevisionAndNoExpiry() {
    long revision = store().put("key", "value");

    Entry entry = store().entry("key").orElseThrow();
    assertThat(entry.key()).isEqualTo(utf8("key"));
    assertThat(entry.value()).isEqualTo(utf8("value"));
    assertThat(entry.keyString()).isEqualTo("key");
    assertThat(entry.valueString()).isEqualTo("value");
    assertThat(entry.revision()).isEqualTo(revision).isPositive();
    assertThat(entry.expiresAtMillis()).isZero();
    assertThat(entry.expiresAt()).isEmpty();
  }

  @Test
  default void revisions_growThroughTheWholeStore() {
    List<Long> revisions = new ArrayList<>();
    revisions.add(store().put("a", "1"));
    revisions.add(store().put("b", "1"));
    revisions.add(store().put("a", "2"));
    revisions.add(store().putIfAbsent("c", "1").orElseThrow());
    revisions.add(store().compareAndSet("c", revisions.get(3), "2").orElseThrow());
    revisions.add(store().commit(new Batch().put("d", "1").delete("a")).revision());
    store().delete("b");
    revisions.add(store().put("b", "2"));

    assertThat(revisions).isSorted().doesNotHaveDuplicates().allMatch(revision -> revision > 0);
  }

  @Test
  default void entry_keepsItsRevisionWhileOthersAreWritten() {
    long revision = store().put("key", "value");
    for (int i = 0; i < 100; i++) {
      store().put("other" + i, "value");
    }

    assertThat(store().entry("key").orElseThrow().revision()).isEqualTo(revision);
  }

  @Test
  default void arraysPassedIn_areCopied() {
    byte[] key = utf8("key");
    byte[] value = utf8("value");
    store().put(key, value);
    key[0] = 'x';
    value[0] = 'x';

    assertThat(store().get("key")).hasValue("value");
    assertThat(store().get("xey")).isEmpty();
  }

  @Test
  default void arraysReturned_belongToTheCaller() {
    store().put("key", "value");
    store().get(utf8("key")).orElseThrow()[0] = 'x';
    Entry entry = store().entry("key").orElseThrow();
    entry.key()[0] = 'x';
    entry.value()[0] = 'x';
    Entry scanned = everything(store()).get(0);
    scanned.key()[0] = 'x';
    scanned.value()[0] = 'x';

    assertThat(store().get("key")).hasValue("value");
    assertThat(StoreFixture.keys(store(), Scan.all())).containsExactly("key");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "árvíztűrő tükörfúrógép",
        "🦄 emoji 👩‍👩‍👧",
        "ключ",
        "鍵",
        "مفتاح",
        "tab\tand\nline",
        "\0",
        " ",
        "a\0b"
      })
  default void strings_ofEveryScript_areKeptAsTheyAre(String text) {
    store().put(text, text);

    assertThat(store().get(text)).hasValue(text);
    assertThat(StoreFixture.keys(store(), Scan.prefix(text))).containsExactly(text);
    assertThat(store().delete(text)).isTrue();
  }

  @Test
  default void keys_thatDifferInOneByte_areDifferent() {
    for (int i = 0; i < 256; i++) {
      store().put(bytes(i), bytes(i, 1));
      store().put(bytes(0, i), bytes(i, 2));
    }

    assertThat(store().size()).isEqualTo(512);
    for (int i = 0; i < 256; i++) {
      assertThat(store().get(bytes(i))).hasValue(bytes(i, 1));
      assertThat(store().get(bytes(0, i))).hasValue(bytes(i, 2));
    }
  }

  @Test
  default void values_ofEverySize_liveSideBySide() {
    int largest = store().limits().maxValueBytes();
    int[] sizes = {
      0,
      1,
      2,
      31,
      32,
      33,
      255,
      256,
      257,
      1_023,
      1_024,
      1_025,
      4_095,
      4_096,
      4_097,
      16_384,
      65_535,
      65_536,
      65_537,
      1 << 20,
      largest - 1,
      largest
    };
    sizes = IntStream.of(sizes).filter(size -> size <= largest).distinct().toArray();
    Random random = new Random(7);
    List<byte[]> values = new ArrayList<>();
    for (int size : sizes) {
      byte[] value = new byte[size];
      random.nextBytes(value);
      values.add(value);
      store().put(utf8("size " + size), value);
    }

    for (int i = 0; i < sizes.length; i++) {
      assertThat(store().get(utf8("size " + sizes[i]))).hasValue(values.get(i));
    }
    for (int i = 0; i < sizes.length; i++) {
      store().put(utf8("size " + sizes[i]), values.get(sizes.length - 1 - i));
    }
    for (int i = 0; i < sizes.length; i++) {
      assertThat(store().get(utf8("size " + sizes[i]))).hasValue(values.get(sizes.length - 1 - i));
    }
    assertThat(store().size()).isEqualTo(sizes.length);
  }

  @Test
  default void manyEntries_comeAndGo() {
    int count = times(30_000);
    for (int i = 0; i < count; i++) {
      store().put("entry " + i, "value " + i);
    }

    assertThat(store().size()).isEqualTo(count);
    for (int i = 0; i < count; i++) {
      assertThat(store().get("entry " + i)).hasValue("value " + i);
    }
    for (int i = 0; i < count; i++) {
      if (i % 100 != 0) {
        store().delete("entry " + i);
      }
    }
    assertThat(store().size()).isEqualTo(count / 100);
    assertThat(everything(store())).hasSize(count / 100);
    assertThat(store().get("entry 100")).hasValue("value 100");
    assertThat(store().get("entry 101")).isEmpty();
  }
}

package io.kvapp;

import static io.kvapp.StoreFixture.all;
import static io.kvapp.StoreFixture.bytes;
import static io.kvapp.StoreFixture.everything;
import static io.kvapp.StoreFixture.keys;
import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Scans in order, by prefix and range, in pages, in both directions. */
interface ScanContract extends StoreFixture {
  /** Keys around every edge of unsigned order and of prefixes, in their order. */
  List<byte[]> EDGE_KEYS =
      List.of(
          bytes(0),
          bytes(0, 0),
          bytes(0, 0xff),
          bytes(1),
          bytes('a'),
          bytes('a', 0),
          bytes('a', 0x7f),
          bytes('a', 0x80),
          bytes('a', 0xff),
          bytes('a', 0xff, 0),
          bytes('a', 0xff, 0xff),
          bytes('b'),
          bytes(0x7f),
          bytes(0x80),
          bytes(0xfe, 0xff),
          bytes(0xff),
          bytes(0xff, 0),
          bytes(0xff, 0xff),
          bytes(0xff, 0xff, 0xff));

  @Test
  default void scan_isInUnsignedByteOrder() {
    List<byte[]> shuffled = new ArrayList<>(EDGE_KEYS);
    Collections.reverse(shuffled);
    shuffled.forEach(key -> store().put(key, key));

    assertThat(everything(store()).stream().map(Entry::key).toList())
        .containsExactlyElementsOf(EDGE_KEYS);
  }

  @Test
  default void scan_ofUtf8_isInCodePointOrder() {
    List<String> sorted =
        List.of(
            "A", "Z", "a", "alma", "almafa", "z", "á", "árvíz", "ű", "ключ", "鍵", "\uffee", "🦄");
    List<String> shuffled = new ArrayList<>(sorted);
    Collections.reverse(shuffled);
    shuffled.forEach(key -> store().put(key, "value"));

    assertThat(keys(store(), Scan.all())).containsExactlyElementsOf(sorted);
    assertThat(keys(store(), Scan.prefix("á"))).containsExactly("á", "árvíz");
    assertThat(keys(store(), Scan.prefix("alma"))).containsExactly("alma", "almafa");
    assertThat(keys(store(), Scan.prefix("🦄"))).containsExactly("🦄");
    assertThat(keys(store(), Scan.prefix("nothing"))).isEmpty();
  }

  @Test
  default void scan_ofEveryPrefix_findsWhatStartsWithIt() {
    EDGE_KEYS.forEach(key -> store().put(key, key));
    List<byte[]> prefixes = new ArrayList<>(EDGE_KEYS);
    prefixes.add(new byte[0]);
    prefixes.add(bytes('a', 0xff, 0xff, 0xff));
    for (byte[] prefix : prefixes) {
      List<byte[]> expected =
          EDGE_KEYS.stream()
              .filter(key -> key.length >= prefix.length)
              .filter(key -> Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length))
              .toList();

      checkScan(Scan.prefix(prefix), expected);
      assertThat(store().count(prefix)).isEqualTo(expected.size());
    }
  }

  @Test
  default void scan_ofEveryRange_includesFromAndExcludesTo() {
    EDGE_KEYS.forEach(key -> store().put(key, key));
    List<byte[]> bounds = new ArrayList<>(EDGE_KEYS);
    bounds.add(null);
    bounds.add(bytes('a', 1));
    bounds.add(new byte[0]);
    for (byte[] from : bounds) {
      for (byte[] to : bounds) {
        List<byte[]> expected =
            EDGE_KEYS.stream()
                .filter(key -> from == null || Arrays.compareUnsigned(key, from) >= 0)
                .filter(key -> to == null || Arrays.compareUnsigned(key, to) < 0)
                .toList();

        checkScan(Scan.range(from, to), expected);
      }
    }
  }

  @Test
  default void scan_after_goesOnBehindTheKeyWhetherItIsThereOrNot() {
    EDGE_KEYS.forEach(key -> store().put(key, key));
    List<byte[]> positions = new ArrayList<>(EDGE_KEYS);
    positions.add(bytes('a', 1));
    positions.add(bytes(0xff, 0xff, 0xff, 0xff));
    for (Scan scan : List.of(Scan.all(), Scan.prefix("a"), Scan.range(bytes(1), bytes(0x80)))) {
      List<byte[]> all = all(store(), scan).stream().map(Entry::key).toList();
      for (byte[] after : positions) {
        assertKeys(
            scan.after(after),
            all.stream().filter(key -> Arrays.compareUnsigned(key, after) > 0).toList());
        assertKeys(
            scan.reversed().after(after),
            reversed(all.stream().filter(key -> Arrays.compareUnsigned(key, after) < 0).toList()));
      }
    }
  }

  @Test
  default void scan_limit_saysWhetherThereIsMore() {
    for (int i = 0; i < 10; i++) {
      store().put("key" + i, "value");
    }

    for (Scan scan : List.of(Scan.prefix("key"), Scan.prefix("key").reversed())) {
      for (int limit : new int[] {1, 4, 9, 10, 11}) {
        Page page = store().scan(scan.limit(limit));
        assertThat(page.entries()).hasSizeBetween(1, limit);
        assertThat(page.more()).isEqualTo(page.entries().size() < 10);
      }
    }
    assertThat(store().scan(Scan.prefix("key9").limit(1)).more()).isFalse();
    assertThat(store().scan(Scan.prefix("none"))).isEqualTo(new Page(List.of(), false));
  }

  @Test
  default void scan_withoutLimit_returnsAtMostTheDefaultNumber() {
    putAll(Scan.DEFAULT_LIMIT + 1, i -> "key" + i, i -> "value");
    Page page = store().scan(Scan.all());

    assertThat(page.entries()).hasSizeBetween(1, Scan.DEFAULT_LIMIT);
    assertThat(page.more()).isTrue();
    assertThat(everything(store())).hasSize(Scan.DEFAULT_LIMIT + 1);
  }

  @Test
  default void scan_maxBytes_isPassedByAPageOfOneEntryOnly() {
    for (int i = 0; i < 10; i++) {
      store().put(utf8("k" + i), new byte[98]);
    }

    assertThat(store().scan(Scan.all().maxBytes(1)).entries()).hasSize(1);
    assertThat(store().scan(Scan.all().maxBytes(1)).more()).isTrue();
    assertThat(all(store(), Scan.all().maxBytes(1_000))).hasSize(10);
    assertThat(all(store(), Scan.all().maxBytes(1))).hasSize(10);
    assertThat(store().scan(Scan.prefix("k9").maxBytes(1)).more()).isFalse();
    for (long maxBytes : new long[] {100, 199, 200, 201, 450, 999}) {
      for (Scan scan : List.of(Scan.all(), Scan.all().reversed())) {
        Page page = store().scan(scan.maxBytes(maxBytes));
        assertThat(page.entries()).hasSizeBetween(1, (int) maxBytes / 100);
        assertThat(page.more()).isTrue();
      }
    }
    assertThat(all(store(), Scan.all().keysOnly().maxBytes(20))).hasSize(10);
  }

  @Test
  default void page_cannotBeChanged() {
    store().put("a", "value");
    store().put("b", "value");
    for (Scan scan : List.of(Scan.all(), Scan.all().limit(1), Scan.prefix("none"))) {
      List<Entry> entries = store().scan(scan).entries();
      assertThatThrownBy(() -> entries.add(new Entry(utf8("c"), utf8("value"), 1, 0)))
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  default void count_ofAScan_isThatOfAllItsPages() {
    putAll(3_000, i -> "key %04d".formatted(i), i -> "value");
    store().delete("key 0100");
    Scan some = Scan.range("key 0090", "key 2000");

    assertThat(store().count(Scan.all())).isEqualTo(2_999);
    assertThat(store().count(some.limit(1).maxBytes(1).keysOnly())).isEqualTo(1_909);
    assertThat(store().count(some.after("key 1989"))).isEqualTo(10);
    assertThat(store().count(some.reversed().after("key 0110"))).isEqualTo(19);
    assertThat(store().count(some.reversed())).isEqualTo(1_909);
    assertThat(store().count(Scan.range("key 1", "key 1"))).isZero();
    assertThat(store().count(Scan.range("key 3", null))).isZero();
    assertThatNullPointerException().isThrownBy(() -> store().count((Scan) null));
  }

  @Test
  default void scan_keysOnly_leavesValuesOutAndKeepsTheRest() {
    long revision = store().put("key", "value");
    store().put(utf8("large"), new byte[store().limits().maxValueBytes()]);
    List<Entry> entries = all(store(), Scan.all().keysOnly());

    assertThat(entries).hasSize(2);
    assertThat(entries).allMatch(entry -> entry.value().length == 0);
    assertThat(entries.get(0).revision()).isEqualTo(revision);
    assertThat(entries)
        .extracting(Entry::valueBytes)
        .containsExactly(5, store().limits().maxValueBytes());
    assertThat(everything(store())).allMatch(entry -> entry.valueBytes() == entry.value().length);
  }

  @Test
  default void scan_returnsValuesAndRevisionsOfTheNewestWrite() {
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 200; i++) {
        store().put("key " + i, "round " + round);
      }
    }
    store().delete("key 0");
    store().put(utf8("key 1"), new byte[100_000]);

    for (Entry entry : everything(store())) {
      assertThat(store().entry(entry.key())).hasValue(entry);
    }
    assertThat(store().count("key ")).isEqualTo(199);
  }

  @Test
  default void pages_neitherRepeatNorSkip() {
    putAll(1_000, i -> "key " + i, i -> "value " + i);
    List<String> expected = keys(store(), Scan.all());
    for (int limit : new int[] {1, 7, 100, 999}) {
      List<String> forward = keys(store(), Scan.prefix("key").limit(limit));
      List<String> backward = keys(store(), Scan.prefix("key").limit(limit).reversed());

      assertThat(forward).containsExactlyElementsOf(expected);
      assertThat(reversed(backward)).containsExactlyElementsOf(expected);
    }
  }

  @Test
  default void entries_goAcrossPagesInOrder() {
    putAll(300, i -> "key " + i, i -> "value " + i);
    List<Entry> expected = everything(store());
    for (int limit : new int[] {1, 7, 299, 300, 1_000}) {
      Scan scan = Scan.all().limit(limit);
      assertThat(store().entries(scan)).containsExactlyElementsOf(expected);
      assertThat(store().entries(scan.reversed())).containsExactlyElementsOf(reversed(expected));
      assertThat(store().entries(scan.after(expected.get(99).key())).findFirst())
          .hasValue(expected.get(100));
    }
    assertThat(store().entries(Scan.all().maxBytes(1)).count()).isEqualTo(300);
    assertThat(store().entries(Scan.all().limit(2)).limit(5))
        .containsExactlyElementsOf(expected.subList(0, 5));
    assertThat(store().entries(Scan.prefix("none"))).isEmpty();
    assertThatNullPointerException().isThrownBy(() -> store().entries(null));
  }

  @Test
  default void entries_areReadWhenTheyAreNeeded() {
    Stream<Entry> entries = store().entries(Scan.all());
    store().put("late", "value");
    assertThat(entries.map(Entry::keyString)).containsExactly("late");

    Iterator<Entry> pages = store().entries(Scan.all().limit(1)).iterator();
    assertThat(pages.next().keyString()).isEqualTo("late");
    store().put("later", "value");
    assertThat(pages.hasNext()).isFalse();
    Iterator<Entry> more = store().entries(Scan.all().limit(1)).iterator();
    assertThat(more.next().keyString()).isEqualTo("late");
    store().delete("later");
    store().put("latest", "value");
    assertThat(more.next().keyString()).isEqualTo("latest");
    assertThat(more.hasNext()).isFalse();
  }

  @Test
  default void scan_ofStrings_isThatOfTheirBytes() {
    for (String key : List.of("a", "á", "b", "c")) {
      store().put(key, "value");
    }

    assertThat(keys(store(), Scan.range("a", "c"))).containsExactly("a", "b");
    assertThat(keys(store(), Scan.range("b", null))).containsExactly("b", "c", "á");
    assertThat(keys(store(), Scan.range(null, "b"))).containsExactly("a");
    assertThat(keys(store(), Scan.all().after("b"))).containsExactly("c", "á");
    assertThat(keys(store(), Scan.all().reversed().after("b"))).containsExactly("a");
  }

  @Test
  default void scan_strict_neverHasMoreBytesThanAllowed() {
    store().put(utf8("a"), new byte[10]);
    store().put(utf8("b"), new byte[5_000]);
    store().put(utf8("c"), new byte[20]);

    Scan scan = Scan.all().maxBytes(100).strict();
    Page first = store().scan(scan);
    assertThat(first.more()).isTrue();
    assertThat(first.entries()).extracting(Entry::keyString).containsExactly("a");
    Page second = store().scan(scan.after("a"));
    assertThat(second.more()).isTrue();
    assertThat(second.entries()).hasSize(1);
    assertThat(second.entries().get(0).valueBytes()).isEqualTo(5_000);
    assertThat(second.entries().get(0).value()).isEmpty();
    Page third = store().scan(scan.after("b"));
    assertThat(third.more()).isFalse();
    assertThat(third.entries().get(0).value()).hasSize(20);
    assertThat(store().scan(scan.maxBytes(6_000)).entries())
        .extracting(Entry::valueBytes)
        .containsExactly(10, 5_000, 20);
  }

  @Test
  default void scan_ofAnEmptyStore_isEmpty() {
    assertThat(store().scan(Scan.all())).isEqualTo(new Page(List.of(), false));
    assertThat(store().scan(Scan.all().reversed())).isEqualTo(new Page(List.of(), false));
    assertThat(store().count("")).isZero();
  }

  private void checkScan(Scan scan, List<byte[]> expected) {
    assertKeys(scan, expected);
    assertKeys(scan.reversed(), reversed(expected));
    assertKeys(scan.keysOnly(), expected);
    int half = expected.size() / 2;
    if (half > 0) {
      assertKeys(scan.limit(half), expected);
      assertKeys(scan.reversed().limit(half), reversed(expected));
    }
  }

  private void assertKeys(Scan scan, List<byte[]> expected) {
    assertThat(all(store(), scan).stream().map(Entry::key).toList())
        .containsExactlyElementsOf(expected);
  }

  private static <T> List<T> reversed(List<T> list) {
    List<T> reversed = new ArrayList<>(list);
    Collections.reverse(reversed);
    return reversed;
  }
}

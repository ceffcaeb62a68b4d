package io.kvapp.server.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.Entry;
import io.kvapp.KVStore;
import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.http.message.HttpException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ListReaderTest {
  private static final Caller ALL = Caller.unlimited("all");
  private static final long MAX_BYTES = 4 << 20;
  private final KVStore store = KVStore.inMemory();

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void folders_showOneLevel() {
    put("docs/2026/", "docs/2026/a", "docs/2026/b/c", "docs/img/x", "docs/readme", "docs", "e");
    assertThat(all(ALL, "docs/", "/", false, 100))
        .containsExactly("docs/2026/>", "docs/img/>", "docs/readme");
    assertThat(all(ALL, "docs/", "/", true, 1))
        .containsExactly("docs/readme", "docs/img/>", "docs/2026/>");
    assertThat(all(ALL, "", "/", false, 2)).containsExactly("docs", "docs/>", "e");
  }

  @Test
  void folders_delimiterOfManyBytesAndOfTheLastByte() {
    put("a::b", "a::c", "a:d", "::", "a\u00ff", "a\u00ffb");
    assertThat(all(ALL, "", "::", false, 1)).containsExactly("::>", "a::>", "a:d", "aÿ", "aÿb");
    store.put(new byte[] {(byte) 0xff, 1}, new byte[0]);
    store.put(new byte[] {(byte) 0xff, (byte) 0xff, 2}, new byte[0]);
    Listing listing = listing("", new byte[] {(byte) 0xff}, false, 100, null);
    assertThat(read(ALL, listing).folders()).hasSize(1);
    assertThat(read(ALL, listing).next()).isNull();
  }

  @Test
  void next_isNullWhereNothingIsLeft() {
    put("a", "b/1", "b/2");
    Caller two = caller("a", "b/");
    assertThat(read(two, listing("", new byte[0], false, 3, null)).next()).isNull();
    assertThat(read(two, listing("", new byte[0], false, 1, null)).next()).isEqualTo(utf8("a"));
    assertThat(read(two, listing("", utf8("/"), false, 2, null)).next()).isNull();
    assertThat(read(caller("a", "c"), listing("", new byte[0], false, 1, null)).next()).isNull();
  }

  @Test
  void maxBytes_endsAPageButNotBeforeItsFirstEntry() {
    store.put(utf8("a"), new byte[100]);
    store.put(utf8("b"), new byte[100]);
    store.put(utf8("c/1"), new byte[100]);
    for (byte[] delimiter : List.of(new byte[0], utf8("/"))) {
      Listing listing =
          new Listing(new byte[0], KeyRange.ALL, 10, 5, null, false, false, delimiter);
      assertThat(read(ALL, listing).entries()).hasSize(1);
      assertThat(read(ALL, listing).next()).isEqualTo(utf8("a"));
      listing = new Listing(new byte[0], KeyRange.ALL, 10, 202, null, false, false, delimiter);
      assertThat(read(ALL, listing).entries()).hasSize(2);
      listing = new Listing(new byte[0], KeyRange.ALL, 10, 9, null, false, true, delimiter);
      assertThat(read(ALL, listing).next()).isNull();
    }
  }

  @Test
  void range_meetsThePrefixAndTheGrants() {
    put("a1", "b1", "b2", "b3", "c1");
    KeyRange range = new KeyRange(utf8("b2"), utf8("c9"));
    Listing listing = new Listing(utf8("b"), range, 10, MAX_BYTES, null, false, false, new byte[0]);
    assertThat(names(read(ALL, listing), false)).containsExactly("b2", "b3");
    assertThat(read(ALL, listing).filtered()).isFalse();
    assertThat(read(caller("b"), listing).filtered()).isFalse();
    assertThat(read(caller("b3"), listing).filtered()).isTrue();
    assertThat(names(read(caller("b3", "c"), listing), false)).containsExactly("b3");
    for (Caller none : List.of(caller("b1"), caller("c"), caller())) {
      assertThatThrownBy(() -> read(none, listing)).isInstanceOf(HttpException.Forbidden.class);
    }
  }

  @Test
  void range_empty_showsNothing() {
    put("a1");
    KeyRange empty = new KeyRange(utf8("b"), utf8("a"));
    Listing listing = new Listing(utf8("a"), empty, 10, MAX_BYTES, null, false, false, utf8("/"));
    assertThat(read(ALL, listing).entries()).isEmpty();
    assertThat(read(ALL, listing).next()).isNull();
  }

  @Test
  void pages_randomLists_agreeWithAModel() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 400; round++) {
      TreeSet<String> keys = new TreeSet<>();
      store.entries(io.kvapp.Scan.all()).forEach(entry -> store.delete(entry.key()));
      for (int count = random.nextInt(40); count > 0; count--) {
        String key = word(random, 1 + random.nextInt(6));
        keys.add(key);
        store.put(key, word(random, random.nextInt(10)));
      }
      String prefix = word(random, random.nextInt(3));
      String delimiter = word(random, random.nextInt(3));
      boolean reversed = random.nextBoolean();
      Caller caller =
          random.nextBoolean() ? ALL : caller("a", word(random, 2), word(random, 2), prefix);
      assertThat(all(caller, prefix, delimiter, reversed, 1 + random.nextInt(5)))
          .as("seed %d, round %d", seed, round)
          .isEqualTo(model(keys, caller, prefix, delimiter, reversed));
    }
  }

  @Test
  void pages_underWriters_haveEachStillKeyOnce() throws InterruptedException {
    List<String> still = new ArrayList<>();
    for (int number = 0; number < 300; number++) {
      still.add("s%03d/%d".formatted(number / 3, number));
    }
    Collections.sort(still);
    still.forEach(key -> store.put(key, "still"));
    AtomicBoolean done = new AtomicBoolean();
    Thread writer = new Thread(() -> writeAround(done));
    writer.start();
    try {
      for (int round = 0; round < 40; round++) {
        for (boolean reversed : new boolean[] {false, true}) {
          List<String> order = new ArrayList<>(still);
          List<String> folders =
              new ArrayList<>(
                  new TreeSet<>(still.stream().map(key -> key.substring(0, 5) + ">").toList()));
          if (reversed) {
            Collections.reverse(order);
            Collections.reverse(folders);
          }
          assertThat(all(ALL, "", "", reversed, 7).stream().filter(still::contains))
              .containsExactlyElementsOf(order);
          assertThat(all(ALL, "", "/", reversed, 7).stream().filter(folders::contains))
              .containsExactlyElementsOf(folders);
        }
      }
    } finally {
      done.set(true);
      writer.join();
    }
  }

  private void writeAround(AtomicBoolean done) {
    Random random = new Random(1);
    while (!done.get()) {
      String key = "s%03d%s".formatted(random.nextInt(100), random.nextBoolean() ? "/x" : "x/");
      if (random.nextBoolean()) {
        store.put(key, "moving");
      } else {
        store.delete(key);
      }
    }
  }

  private void put(String... keys) {
    for (String key : keys) {
      store.put(key, "value");
    }
  }

  /** All elements of a list across its pages. */
  private List<String> all(
      Caller caller, String prefix, String delimiter, boolean reversed, int limit) {
    List<String> all = new ArrayList<>();
    byte[] cursor = null;
    do {
      ListPage page = read(caller, listing(prefix, utf8(delimiter), reversed, limit, cursor));
      List<String> names = names(page, reversed);
      assertThat(names).hasSizeLessThanOrEqualTo(limit);
      assertThat(page.next() == null || !names.isEmpty()).isTrue();
      all.addAll(names);
      cursor = page.next();
    } while (cursor != null);
    return all;
  }

  /** The elements of a page in the order of its list; folders have a bracket behind them. */
  private static List<String> names(ListPage page, boolean reversed) {
    Comparator<String> order = reversed ? Comparator.reverseOrder() : Comparator.naturalOrder();
    List<String> names = new ArrayList<>(page.entries().stream().map(Entry::keyString).toList());
    assertThat(names).isSortedAccordingTo(order);
    page.folders().forEach(folder -> names.add(new String(folder, StandardCharsets.UTF_8) + ">"));
    names.sort(order);
    return names;
  }

  private static List<String> model(
      TreeSet<String> keys, Caller caller, String prefix, String delimiter, boolean reversed) {
    TreeSet<String> elements = new TreeSet<>();
    for (String key : keys) {
      if (key.startsWith(prefix) && caller.prefixes().stream().anyMatch(key::startsWith)) {
        int at = delimiter.isEmpty() ? -1 : key.indexOf(delimiter, prefix.length());
        elements.add(at < 0 ? key : key.substring(0, at + delimiter.length()) + ">");
      }
    }
    return new ArrayList<>(reversed ? elements.descendingSet() : elements);
  }

  private ListPage read(Caller caller, Listing listing) {
    KeyRange keys = listing.keys();
    List<KeyRange> parts = keys.granted(caller, listing.prefix());
    boolean filtered = parts.size() != 1 || !parts.get(0).isSameAs(keys);
    return new ListReader(store::scan, listing, parts).read(filtered, 0);
  }

  private static Listing listing(
      String prefix, byte[] delimiter, boolean reversed, int limit, byte[] cursor) {
    return new Listing(
        utf8(prefix), KeyRange.ALL, limit, MAX_BYTES, cursor, reversed, false, delimiter);
  }

  private static Caller caller(String... prefixes) {
    return new Caller("some", Role.READER, List.of(prefixes));
  }

  private static String word(Random random, int length) {
    StringBuilder word = new StringBuilder();
    for (int count = 0; count < length; count++) {
      word.append("ab/".charAt(random.nextInt(3)));
    }
    return word.toString();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

package io.kvapp;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** What each part of the store contract works with. */
public interface StoreFixture {
  /** The largest value of {@link #store()}. */
  int MAX_VALUE_BYTES = 3 << 20;

  /** The store under test, open and empty when a test begins. */
  KVStore store();

  /** The clock of {@link #store()}. */
  TestClock clock();

  /** A folder of the test's own, which no store uses. */
  Path scratch();

  /** Another store of the same kind, opened with these settings; the caller closes it. */
  KVStore open(Settings settings);

  /** Closes the store and opens it again, where its entries outlive that; else does nothing. */
  default void restart() {}

  /** Settings of a store in {@code folder} with the limit of {@link #store()}. */
  static Settings settings(Path folder, InstantSource clock) {
    return new Settings(
        folder,
        Settings.DEFAULT_HOST,
        0,
        PrefixScope.KEYS,
        Durability.OS,
        MAX_VALUE_BYTES,
        false,
        clock);
  }

  /** The UTF-8 bytes of {@code text}. */
  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The bytes with these values, each 0 to 255. */
  static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  /** The keys of a page as strings. */
  static List<String> keys(Page page) {
    return page.entries().stream().map(Entry::keyString).toList();
  }

  /** Every entry of the store in key order, read in pages. */
  static List<Entry> everything(KVStore store) {
    List<Entry> all = new ArrayList<>();
    Page page = store.scan(Scan.all());
    all.addAll(page.entries());
    while (page.more()) {
      page = store.scan(Scan.all().after(all.get(all.size() - 1).key()));
      all.addAll(page.entries());
    }
    return all;
  }
}

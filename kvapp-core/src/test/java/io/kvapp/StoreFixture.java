package io.kvapp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;

/** What each part of the store contract works with. */
public interface StoreFixture {
  /** The largest value asked for; {@link KVStore#limits()} tells what the store gives. */
  int MAX_VALUE_BYTES = 3 << 20;

  /** What a store may not be able to do. */
  enum Part {
    BACKUP,
    RESTORE,
    LOAD,
    VERIFY,
    COMPACT,
    STATS,
    RECOVERY,
    SNAPSHOT
  }

  /** The store under test, open and empty when a test begins. */
  KVStore store();

  /** The clock of {@link #store()}. */
  TestClock clock();

  /** A folder of the test's own, which no store uses. */
  Path scratch();

  /**
   * What the store can do; all of {@link Part} unless overridden. Tests of the other parts say that
   * they were skipped, and {@link PartsContract} that those parts throw {@link
   * KVException.Unsupported}.
   */
  default Set<Part> parts() {
    return EnumSet.allOf(Part.class);
  }

  /** Ends the test here if the store cannot do all of these. */
  default void assumeParts(Part... needed) {
    assumeTrue(parts().containsAll(List.of(needed)), () -> "no " + List.of(needed));
  }

  /**
   * How often a test does what it would do {@code count} times; so often unless overridden by a
   * store whose calls take longer.
   */
  default int times(int count) {
    return count;
  }

  /** Another store of the same kind, in this folder where it keeps files; the caller closes it. */
  KVStore open(Path folder, StoreOptions options);

  /** Closes the store and opens it again, where its entries outlive that; else does nothing. */
  default void restart() {}

  /** Puts so many entries, in batches of as many as the store takes, at most 1,000. */
  default void putAll(int count, IntFunction<String> key, IntFunction<String> value) {
    int most = Math.min(1_000, store().limits().maxBatchOperations());
    for (int begin = 0; begin < count; begin += most) {
      Batch batch = new Batch();
      for (int i = begin; i < Math.min(count, begin + most); i++) {
        batch.put(key.apply(i), value.apply(i));
      }
      store().commit(batch);
    }
  }

  /** Options with the largest value and a clock of the test's own. */
  static StoreOptions options(InstantSource clock) {
    return StoreOptions.defaults().withMaxValueBytes(MAX_VALUE_BYTES).withClock(clock);
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

  /** The keys of a scan as strings, however many pages it has. */
  static List<String> keys(KVStore store, Scan scan) {
    return all(store, scan).stream().map(Entry::keyString).toList();
  }

  /** Every entry of the store in key order. */
  static List<Entry> everything(KVStore store) {
    return all(store, Scan.all());
  }

  /** Every entry of a scan, read in pages, each of which keeps to what the scan asks for. */
  static List<Entry> all(KVStore store, Scan scan) {
    List<Entry> all = new ArrayList<>();
    Page page = store.scan(scan);
    all.addAll(page.entries());
    while (page.more()) {
      assertThat(page.entries()).hasSizeBetween(1, scan.limit());
      page = store.scan(scan.after(all.get(all.size() - 1).key()));
      all.addAll(page.entries());
    }
    assertThat(page.entries()).hasSizeBetween(0, scan.limit());
    return all;
  }
}

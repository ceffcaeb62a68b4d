package io.kvapp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The simplest thing that answers as a store must: a sorted map, read in full for every question.
 *
 * <p>Used by one thread.
 */
final class SortedModel {
  private final TreeMap<byte[], Entry> entries = new TreeMap<>(Arrays::compareUnsigned);
  private final TestClock clock;

  SortedModel(TestClock clock) {
    this.clock = clock;
  }

  void put(byte[] key, byte[] value, long revision, Duration ttl) {
    long expiresAt = ttl == null ? 0 : clock.millis() + ttl.toMillis();
    put(new Entry(key, value, revision, expiresAt));
  }

  void put(Entry entry) {
    entries.put(entry.key(), entry);
  }

  boolean delete(byte[] key) {
    boolean present = entry(key).isPresent();
    entries.remove(key);
    return present;
  }

  Optional<Entry> entry(byte[] key) {
    return Optional.ofNullable(entries.get(key)).filter(this::lives);
  }

  long revision(byte[] key) {
    return entry(key).map(Entry::revision).orElse(0L);
  }

  /** Everything the scan is about, its limits left aside. */
  List<Entry> scan(Scan scan) {
    List<Entry> found = new ArrayList<>();
    for (Entry entry : entries.values()) {
      if (lives(entry) && isInside(scan, entry.key())) {
        found.add(
            scan.isKeysOnly()
                ? Entry.withoutValue(
                    entry.key(), entry.valueBytes(), entry.revision(), entry.expiresAtMillis())
                : entry);
      }
    }
    if (scan.isReversed()) {
      Collections.reverse(found);
    }
    return found;
  }

  private static boolean isInside(Scan scan, byte[] key) {
    if (Arrays.compareUnsigned(key, scan.from()) < 0) {
      return false;
    }
    if (scan.to() != null && Arrays.compareUnsigned(key, scan.to()) >= 0) {
      return false;
    }
    if (scan.after() == null) {
      return true;
    }
    int order = Arrays.compareUnsigned(key, scan.after());
    return scan.isReversed() ? order < 0 : order > 0;
  }

  private boolean lives(Entry entry) {
    return entry.expiresAtMillis() == 0 || clock.millis() < entry.expiresAtMillis();
  }
}

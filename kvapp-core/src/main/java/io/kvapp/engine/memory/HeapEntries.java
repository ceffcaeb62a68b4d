package io.kvapp.engine.memory;

import io.kvapp.Entry;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.Limits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The sorted entries of a {@link InMemoryStore}, with those that expire ordered by when they do.
 *
 * <p>Not thread-safe: readers and one writer are kept apart by the store.
 */
final class HeapEntries {
  private final NavigableMap<byte[], Entry> byKey = new TreeMap<>(Arrays::compareUnsigned);
  private final TreeSet<Entry> byExpiry =
      new TreeSet<>(
          Comparator.<Entry>comparingLong(entry -> Limits.instant(entry.expiresAtMillis()))
              .thenComparing(Entry::key, Arrays::compareUnsigned));
  private final HeapChanges changes;
  private long bytes;
  private long expired;

  /**
   * No entries yet.
   *
   * @param changes is told each change; null for none
   */
  HeapEntries(HeapChanges changes) {
    this.changes = changes;
  }

  /** Takes over the entry with its arrays, in place of the one of the same key. */
  void put(Entry entry) {
    Entry before = byKey.remove(entry.key());
    if (before != null) {
      forget(before);
    }
    byKey.put(entry.key(), entry);
    bytes += bytesOf(entry);
    if (entry.expiresAtMillis() != 0) {
      byExpiry.add(entry);
    }
    if (changes != null) {
      changes.put(entry);
    }
  }

  boolean remove(byte[] key) {
    Entry before = byKey.remove(key);
    if (before == null) {
      return false;
    }
    forget(before);
    if (changes != null) {
      changes.delete(before.key());
    }
    return true;
  }

  boolean hasExpired(long nowMillis) {
    return !byExpiry.isEmpty() && Limits.isExpired(byExpiry.first().expiresAtMillis(), nowMillis);
  }

  void removeExpired(long nowMillis) {
    while (hasExpired(nowMillis)) {
      Entry due = byExpiry.first();
      byKey.remove(due.key());
      forget(due);
      expired++;
      if (changes != null) {
        changes.expire(due);
      }
    }
  }

  void clear() {
    byKey.clear();
    byExpiry.clear();
    bytes = 0;
  }

  /** The entry itself, not a copy; null where there is none that lives. */
  Entry live(byte[] key, long nowMillis) {
    Entry entry = byKey.get(key);
    return entry == null || Limits.isExpired(entry.expiresAtMillis(), nowMillis) ? null : entry;
  }

  /** The entry itself, expired or not; null where there is none. */
  Entry entry(byte[] key) {
    return byKey.get(key);
  }

  /** The revision of the entry of {@code key}; 0 for none. Expired entries must be removed. */
  long revision(byte[] key) {
    Entry entry = byKey.get(key);
    return entry == null ? 0 : entry.revision();
  }

  long size(long nowMillis) {
    long expired = 0;
    for (Entry entry : byExpiry) {
      if (!Limits.isExpired(entry.expiresAtMillis(), nowMillis)) {
        break;
      }
      expired++;
    }
    return byKey.size() - expired;
  }

  long bytes() {
    return bytes;
  }

  /** How many entries were removed as their time had passed. */
  long expired() {
    return expired;
  }

  /** Every live entry in key order, not copied. */
  List<Entry> all(long nowMillis) {
    return byKey.values().stream()
        .filter(entry -> !Limits.isExpired(entry.expiresAtMillis(), nowMillis))
        .toList();
  }

  /** The entries of a range of keys, expired ones included; {@code to} is null for no end. */
  Cursor entries(byte[] from, byte[] to, boolean reverse) {
    NavigableMap<byte[], Entry> range =
        to == null ? byKey.tailMap(from, true) : byKey.subMap(from, true, to, false);
    return new HeapCursor((reverse ? range.descendingMap() : range).values().iterator());
  }

  /** One line for each disagreement between the parts; empty when there is none. */
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    long expiring = byKey.values().stream().filter(e -> e.expiresAtMillis() != 0).count();
    if (expiring != byExpiry.size()) {
      faults.add(expiring + " entries expire, and " + byExpiry.size() + " are awaited to");
    }
    for (Entry entry : byExpiry) {
      if (byKey.get(entry.key()) != entry) {
        faults.add("the entry awaited to expire is not the one stored: " + entry);
      }
    }
    long counted = byKey.values().stream().mapToLong(HeapEntries::bytesOf).sum();
    if (counted != bytes) {
      faults.add("the entries have " + counted + " bytes, and " + bytes + " are accounted for");
    }
    return faults;
  }

  private void forget(Entry entry) {
    bytes -= bytesOf(entry);
    if (entry.expiresAtMillis() != 0) {
      byExpiry.remove(entry);
    }
  }

  private static long bytesOf(Entry entry) {
    return entry.key().length + entry.value().length;
  }
}

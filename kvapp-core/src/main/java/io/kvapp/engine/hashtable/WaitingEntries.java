package io.kvapp.engine.hashtable;

import io.kvapp.engine.model.VersionedValue;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Entries for which no hash table has room: they wait in the heap for a larger one.
 *
 * <p>Safe for any thread, as long as changes of one key come one after the other.
 */
final class WaitingEntries {
  /** What an entry takes of the heap beside its key and its value. */
  private static final int BYTES_BESIDE = 200;

  private final int maxEntries;
  private final long maxBytes;
  private final Map<byte[], VersionedValue> entries =
      new ConcurrentSkipListMap<>(Arrays::compareUnsigned);
  private final LongAdder bytes = new LongAdder();

  /**
   * None so far.
   *
   * @param maxEntries how many they may be before they are too many
   * @param maxBytes how many bytes of the heap they may take before
   */
  WaitingEntries(int maxEntries, long maxBytes) {
    this.maxEntries = maxEntries;
    this.maxBytes = maxBytes;
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  int count() {
    return entries.size();
  }

  /** Whether they are so many that writers have to wait until there is a larger hash table. */
  boolean areTooMany() {
    return !entries.isEmpty() && (entries.size() > maxEntries || bytes.sum() > maxBytes);
  }

  /** The entry of a key; null where none waits. */
  VersionedValue get(byte[] key) {
    return entries.isEmpty() ? null : withOwnValue(entries.get(key));
  }

  /** Has an entry wait; says whether one of its key did before. */
  boolean put(byte[] key, VersionedValue entry) {
    VersionedValue before = entries.put(key, withOwnValue(entry));
    bytes.add(bytesOf(key, entry) - (before == null ? 0 : bytesOf(key, before)));
    return before != null;
  }

  /** Ends the wait of the entry of a key; says whether there was one. */
  boolean remove(byte[] key) {
    VersionedValue before = entries.isEmpty() ? null : entries.remove(key);
    if (before != null) {
      bytes.add(-bytesOf(key, before));
    }
    return before != null;
  }

  /** Drops all of them; no other call is in flight. */
  void clear() {
    entries.clear();
    bytes.reset();
  }

  /** Shows the key of each one that waits from beginning to end; others may be shown or not. */
  void forEachKey(Consumer<byte[]> action) {
    entries.keySet().forEach(action);
  }

  private static long bytesOf(byte[] key, VersionedValue entry) {
    return BYTES_BESIDE + key.length + (entry.value() == null ? 0 : entry.value().length);
  }

  /** Callers may change the arrays that they were given and those that they gave. */
  private static VersionedValue withOwnValue(VersionedValue entry) {
    return entry == null || entry.value() == null
        ? entry
        : new VersionedValue(entry.revision(), entry.expiresAt(), entry.value().clone());
  }
}

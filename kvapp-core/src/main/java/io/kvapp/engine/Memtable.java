package io.kvapp.engine;

import java.util.List;
import java.util.function.Consumer;

/**
 * What changed since a snapshot, in key order: keys in the heap, values where they stand in the
 * journal. Beside it, in order of time, the entries that expire.
 *
 * <p>Takes changes until the store {@linkplain MapStore freezes} it; safe for any thread as far as
 * changes of one key come one after the other.
 */
final class Memtable extends Shared implements Source {
  private final OrderedSlots entries = new OrderedSlots();
  private final OrderedSlots expiries = new OrderedSlots();
  private final long lowRevision;
  private volatile List<Segment> segments = List.of();
  private volatile long entriesAfter = Manifest.UNKNOWN;
  private volatile long journalBytes;
  private volatile Consumer<Segment> whenUnused = segment -> {};

  /**
   * An empty memtable.
   *
   * @param lowRevision the last revision that is not in it
   */
  Memtable(long lowRevision) {
    this.lowRevision = lowRevision;
  }

  void put(byte[] key, Slot slot) {
    entries.put(key, slot);
  }

  /** How many keys changed. */
  long count() {
    return entries.count();
  }

  /** The newest change of a key; null where there is none. */
  Slot get(byte[] key) {
    return entries.get(key);
  }

  /** Notes that an entry expires, or with a delete that it need not be looked at any more. */
  void putExpiry(byte[] expiryKey, Slot slot) {
    expiries.put(expiryKey, slot);
  }

  @Override
  public long lowRevision() {
    return lowRevision;
  }

  boolean isEmpty() {
    return entries.count() == 0 && expiries.count() == 0;
  }

  /**
   * Ends it: no more changes come.
   *
   * @param sealed the segments that the slots point into
   * @param entries how many entries the store holds after these changes, as the manifest has it
   * @param bytes what the records of these changes take
   */
  void freeze(List<Segment> sealed, long entries, long bytes) {
    segments = List.copyOf(sealed);
    entriesAfter = entries;
    journalBytes = bytes;
  }

  /** What the records of these changes take in the journal. */
  long journalBytes() {
    return journalBytes;
  }

  long entriesAfter() {
    return entriesAfter;
  }

  List<Segment> segments() {
    return segments;
  }

  /** Says what to do with each segment when nobody reads this memtable any more. */
  void discard(Consumer<Segment> retire) {
    whenUnused = retire;
  }

  @Override
  void unused() {
    segments.forEach(whenUnused);
  }

  @Override
  public Cursor entries(byte[] from, byte[] to, boolean reverse) {
    return entries.cursor(from, to, reverse);
  }

  @Override
  public Cursor expiries(byte[] from, byte[] to) {
    return expiries.cursor(from, to, false);
  }
}

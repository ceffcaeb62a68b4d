package io.kvapp.engine.memtable;

import io.kvapp.engine.file.RefCounted;
import io.kvapp.engine.journal.JournalPosition;
import io.kvapp.engine.journal.JournalSegment;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.ExpiryKey;
import io.kvapp.engine.model.SortedRun;
import java.util.List;
import java.util.function.Consumer;

/**
 * The changes since the last SSTable, in key order: keys in the heap, values where they stand in
 * the journal. Beside them, in order of time, the {@linkplain ExpiryKey expiry keys} of entries
 * that expire, and of some that are gone.
 *
 * <p>Takes changes until it is {@linkplain #freeze frozen}. Safe for any thread as long as changes
 * of one key come one after the other.
 */
public final class Memtable extends RefCounted implements SortedRun {
  private final MemtableIndex entries = new MemtableIndex();
  private final MemtableIndex expiries = new MemtableIndex();
  private final long lowRevision;
  private final long number;
  private volatile List<JournalSegment> segments = List.of();
  private volatile long entriesAfter;
  private volatile long journalBytes;
  private volatile Consumer<JournalSegment> whenUnused = segment -> {};

  /**
   * An empty memtable that writers do not write to.
   *
   * @param lowRevision the last revision before its first change
   */
  public Memtable(long lowRevision) {
    this(lowRevision, 0);
  }

  /**
   * An empty memtable for writers.
   *
   * @param lowRevision the last revision before its first change
   * @param number from 1 on, and higher than that of every memtable that writers had before; two in
   *     a row have one low revision when nothing is written to the first
   */
  public Memtable(long lowRevision, long number) {
    this.lowRevision = lowRevision;
    this.number = number;
  }

  /** Its number among the memtables of writers; 0 for another. */
  public long number() {
    return number;
  }

  /** Takes the newest change of a key. */
  public void put(byte[] key, JournalPosition position) {
    if (position.expires()) {
      putExpiry(ExpiryKey.key(position.expiresAt(), key));
    }
    entries.put(key, position);
  }

  /** At most so many bytes of the heap does a change of a key take. */
  public static long heapBytesOf(byte[] key, boolean expires) {
    long entry = Leaf.heapBytesOf(key.length);
    return expires ? entry + Leaf.heapBytesOf(Long.BYTES + key.length) : entry;
  }

  /** At most so many bytes of the heap do the changes take. */
  public long heapBytes() {
    return entries.heapBytes() + expiries.heapBytes();
  }

  @Override
  public JournalPosition find(byte[] key) {
    return entries.get(key);
  }

  /** Takes an expiry key without its entry. */
  public void putExpiry(byte[] expiryKey) {
    expiries.put(expiryKey, JournalPosition.EXPIRY);
  }

  @Override
  public long lowRevision() {
    return lowRevision;
  }

  public boolean isEmpty() {
    return heapBytes() == 0;
  }

  /**
   * Ends it: no more changes come.
   *
   * @param sealed the segments that the positions point into
   * @param entries how many entries the store holds after these changes, as the manifest counts
   * @param bytes the bytes of the records of these changes
   */
  public void freeze(List<JournalSegment> sealed, long entries, long bytes) {
    segments = List.copyOf(sealed);
    entriesAfter = entries;
    journalBytes = bytes;
  }

  /** Bytes of the records of these changes in the journal. */
  public long journalBytes() {
    return journalBytes;
  }

  /** How many entries the store holds after these changes, once it is frozen. */
  public long entriesAfter() {
    return entriesAfter;
  }

  public List<JournalSegment> segments() {
    return segments;
  }

  /** Bytes of the files of these segments. */
  public long segmentBytes() {
    return segments.stream().mapToLong(JournalSegment::capacity).sum();
  }

  /** Sets what to do with each segment when nothing reads this memtable any more. */
  public void discard(Consumer<JournalSegment> retire) {
    whenUnused = retire;
  }

  @Override
  protected void unused() {
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

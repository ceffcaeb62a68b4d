package io.kvapp.engine.model;

/**
 * Sorted changes of one range of revisions: those of a memtable or of an SSTable.
 *
 * <p>Safe for any thread.
 */
public interface SortedRun {
  /** The last revision before this range; its own are above it. */
  long lowRevision();

  /** The newest change of a key in this range; null where there is none. */
  StoredChange find(byte[] key);

  /**
   * The changes of keys from {@code from}, included, to {@code to}, excluded.
   *
   * @param from empty for the first key
   * @param to null for no end
   */
  Cursor entries(byte[] from, byte[] to, boolean reverse);

  /**
   * The expiry keys from one on up to another, excluded; null for no end. Each entry of this range
   * that expires has its {@link ExpiryKey}; those of entries that are gone may be there too.
   */
  Cursor expiries(byte[] from, byte[] to);
}

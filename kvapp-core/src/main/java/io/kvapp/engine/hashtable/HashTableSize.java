package io.kvapp.engine.hashtable;

/**
 * What a hash table is laid out for.
 *
 * <p>Immutable.
 *
 * @param entries how many entries of the average size it holds at least
 * @param keyBytes the average length of a key, at least 1
 * @param valueBytes the average length of a value, 0 for one that is stored elsewhere
 */
public record HashTableSize(long entries, int keyBytes, int valueBytes) {
  static final long MIN_ENTRIES = 16_384;

  private static final long SMALL_BYTES = 64 << 20;
  private static final int DEFAULT_KEY_BYTES = 24;
  private static final int DEFAULT_VALUE_BYTES = 100;

  /** The size of the hash table of an empty store. */
  public static final HashTableSize SMALLEST =
      new HashTableSize(MIN_ENTRIES, DEFAULT_KEY_BYTES, DEFAULT_VALUE_BYTES);

  /** The size of a hash table on a disk that has no space for a useful one. */
  static final HashTableSize TINY =
      new HashTableSize(MIN_ENTRIES / 16, DEFAULT_KEY_BYTES, DEFAULT_VALUE_BYTES);

  /** Room for the given entries and as many again, or more where that costs little. */
  public static HashTableSize forEntries(long entries, int keyBytes, int valueBytes) {
    HashTableSize twice = bounded(entries * 2, keyBytes, valueBytes);
    return twice.bytes() < SMALL_BYTES ? bounded(entries * 4, keyBytes, valueBytes) : twice;
  }

  /**
   * Room for the given entries and a quarter more, where hardly any come. The file, which has room
   * for parts that are fuller than others, takes a third more than the entries do.
   */
  static HashTableSize snuglyForEntries(long entries, int keyBytes, int valueBytes) {
    return bounded(entries + entries / 4, keyBytes, valueBytes);
  }

  /** Whether it takes so little of the disk that ample room costs nothing. */
  boolean isSmall() {
    return bytes() < SMALL_BYTES;
  }

  /** Hardly more room than the entries need, for a disk that has no more. */
  static HashTableSize barelyForEntries(long entries, int keyBytes, int valueBytes) {
    return bounded(entries + entries / 2, keyBytes, valueBytes);
  }

  /** Room for the entries and for those that arrive while a hash table of that size is made. */
  static HashTableSize amplyForEntries(long entries, int keyBytes, int valueBytes) {
    return bounded(entries * 3, keyBytes, valueBytes);
  }

  private static HashTableSize bounded(long wanted, int keyBytes, int valueBytes) {
    long entries = Math.min(HashTableLayout.MAX_ENTRIES, Math.max(MIN_ENTRIES, wanted));
    return new HashTableSize(entries, Math.max(1, keyBytes), valueBytes);
  }

  /** What the entries take; the file is somewhat larger. */
  long bytes() {
    return entries * (keyBytes + HashTableLayout.HEADER_BYTES + valueBytes);
  }

  HashTableSize doubled() {
    return new HashTableSize(
        Math.min(HashTableLayout.MAX_ENTRIES, entries * 2), keyBytes, valueBytes);
  }
}

package io.kvapp.engine.hashtable;

/**
 * When a hash table has the wrong size, and which size fits.
 *
 * <p>Stateless, safe for any thread.
 */
final class HashTableSizing {
  /** Above the load of a table with {@linkplain HashTableSize#snuglyForEntries little room}. */
  private static final double MAX_LOAD = 0.85;

  private static final double MAX_LOAD_IF_BUSY = 0.65;
  private static final int MIN_LOAD_SHARE = 8;
  private static final int TYPICAL_SHARE = 4;

  /** A calm table is laid out anew when that gives so much of it back. */
  private static final double MAX_ROOM_IF_CALM = 1.5;

  private HashTableSizing() {}

  /**
   * The size of the hash table that a store begins with.
   *
   * @param entries how many entries there are
   * @param usableBytes what is free on the disk, of which journal and SSTables need a part too
   */
  static HashTableSize initial(HashTableSize wanted, long entries, long usableBytes) {
    HashTableSize least =
        HashTableSize.barelyForEntries(entries, wanted.keyBytes(), wanted.valueBytes());
    boolean isShortOfSpace = wanted.bytes() > usableBytes / 2;
    return isShortOfSpace && least.bytes() < wanted.bytes() ? least : wanted;
  }

  /** Whether there is a larger size at all. */
  static boolean canGrow(HashTableSize size) {
    return size.entries() < HashTableLayout.MAX_ENTRIES;
  }

  /** Whether a hash table is so full that it is time for a larger one. */
  static boolean isCrowded(HashTable table, boolean busy) {
    return table.load() > (busy ? MAX_LOAD_IF_BUSY : MAX_LOAD);
  }

  /**
   * Whether a much smaller hash table would do.
   *
   * @param calm whether little has been written lately, so that room for more is a waste
   */
  static boolean isFarTooLarge(HashTable table, boolean calm) {
    return isFarTooLarge(table.layoutSize(), table.size(), calm);
  }

  static boolean isFarTooLarge(HashTableSize size, long entries, boolean calm) {
    if (calm && !size.isSmall() && entries * MAX_ROOM_IF_CALM < size.entries()) {
      return true;
    }
    return size.entries() > HashTableSize.MIN_ENTRIES && entries < size.entries() / MIN_LOAD_SHARE;
  }

  /** The size for entries to which hardly any are added; small where that costs little. */
  static HashTableSize calm(HashTableSize fitting, long entries) {
    HashTableSize snug =
        HashTableSize.snuglyForEntries(entries, fitting.keyBytes(), fitting.valueBytes());
    return fitting.isSmall() ? fitting : snug;
  }

  /**
   * The size that fits the entries there are.
   *
   * @param old the hash table that is to be replaced, whose entries tell the average
   * @param entries how many there are, those outside of it included
   * @param crowded whether it is to be replaced for want of room
   * @param ampleBytes up to which size there may be ample room; 0 for never
   */
  static HashTableSize fitting(HashTable old, long entries, boolean crowded, long ampleBytes) {
    return fitting(old.layoutSize(), averageValueBytes(old), entries, crowded, ampleBytes);
  }

  /** As above, with the average length of the values in the old hash table. */
  static HashTableSize fitting(
      HashTableSize old, int oldValueBytes, long entries, boolean crowded, long ampleBytes) {
    int keyBytes = old.keyBytes();
    int valueBytes = oldValueBytes;
    if (entries < HashTableSize.MIN_ENTRIES / TYPICAL_SHARE) {
      // Too few to be typical of what comes.
      valueBytes = Math.max(valueBytes, old.valueBytes());
    }
    HashTableSize fitting = HashTableSize.forEntries(entries, keyBytes, valueBytes);
    HashTableSize ample = HashTableSize.amplyForEntries(entries, keyBytes, valueBytes);
    if (ample.bytes() <= ampleBytes) {
      fitting = ample;
    }
    // Entries that crowd into a few parts find no room there, though the average would fit.
    boolean grows = fitting.bytes() > old.bytes();
    return crowded && !grows ? old.doubled() : fitting;
  }

  private static int averageValueBytes(HashTable table) {
    long entries = table.size();
    long entryBytes = entries == 0 ? 0 : table.usedBytes() / entries;
    long overhead = table.layoutSize().keyBytes() + HashTableLayout.HEADER_BYTES;
    return (int) Math.max(0, entryBytes - overhead);
  }
}

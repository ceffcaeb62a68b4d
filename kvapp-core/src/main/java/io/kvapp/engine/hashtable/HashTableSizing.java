package io.kvapp.engine.hashtable;

/**
 * When a hash table has the wrong size, and which size fits.
 *
 * <p>Stateless, safe for any thread.
 */
final class HashTableSizing {
  /**
   * Few parts are so much fuller than the fullest of a sample that entries have to wait by then.
   */
  private static final double MAX_LOAD = 0.93;

  /** How much earlier a table is replaced whose writers would else fill it meanwhile. */
  private static final double MAX_LOAD_AHEAD = 0.28;

  /** How fast a table is copied beside writers, with a file that is laid out for huge pages. */
  private static final long COPIED_PER_SECOND = 300_000;

  /** Until it is noticed that a table is crowded, and its successor has a file. */
  private static final long SECONDS_TO_BEGIN = 2;

  /** Less would not help a crowded table for long. */
  private static final double MIN_GROWTH_IF_STEADY = 1.03;

  private static final int MIN_LOAD_SHARE = 8;
  private static final int TYPICAL_SHARE = 4;

  /** Where few entries are added, more room than this is given back. */
  private static final double MAX_ROOM_IF_STEADY = 1.35;

  /** A table with little room must not be expected to have a higher load. */
  private static final double MAX_LOAD_IF_STEADY = 0.9;

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

  /**
   * Whether a hash table is so full that it is time for a larger one.
   *
   * @param added how many entries are added in a second
   */
  static boolean isCrowded(HashTable table, long added) {
    return isCrowded(table.load(), table.size(), added);
  }

  static boolean isCrowded(double load, long entries, long added) {
    double seconds = SECONDS_TO_BEGIN + (double) entries / COPIED_PER_SECOND;
    double ahead = load * added * seconds / Math.max(1, entries);
    return load > MAX_LOAD - Math.min(MAX_LOAD_AHEAD, ahead);
  }

  /**
   * Whether a much smaller hash table would do.
   *
   * @param steady whether hardly any entries have been added lately, so that room is a waste
   */
  static boolean isFarTooLarge(HashTable table, boolean steady) {
    return isFarTooLarge(table.layoutSize(), table.size(), table.load(), steady);
  }

  static boolean isFarTooLarge(HashTableSize size, long entries, double load, boolean steady) {
    if (steady && !size.isSmall() && entries * MAX_ROOM_IF_STEADY < size.entries()) {
      // Entries that crowd into a few parts would have the new table replaced at once.
      HashTableSize snug =
          HashTableSize.snuglyForEntries(entries, size.keyBytes(), size.valueBytes());
      return load * size.entries() < MAX_LOAD_IF_STEADY * snug.entries();
    }
    return size.entries() > HashTableSize.MIN_ENTRIES && entries < size.entries() / MIN_LOAD_SHARE;
  }

  /**
   * The size for entries to which hardly any are added.
   *
   * @param old what is replaced
   * @param fitting the size if more were added; is taken where it costs little
   * @param crowded whether the old size gives too little room
   */
  static HashTableSize steady(
      HashTableSize old, HashTableSize fitting, long entries, boolean crowded) {
    HashTableSize snug =
        HashTableSize.snuglyForEntries(entries, fitting.keyBytes(), fitting.valueBytes());
    boolean givesRoom = !crowded || snug.bytes() >= old.bytes() * MIN_GROWTH_IF_STEADY;
    return !fitting.isSmall() && givesRoom ? snug : fitting;
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
    if (ample.bytes() > fitting.bytes() && ample.bytes() <= ampleBytes) {
      fitting = ample;
    }
    // Entries that crowd into a few parts find no room there, though the average would fit.
    boolean grows = fitting.bytes() > old.bytes();
    return crowded && !grows ? old.doubled() : fitting;
  }

  private static int averageValueBytes(HashTable table) {
    long entryBytes = table.averageEntryBytes();
    int keyBytes = table.layoutSize().keyBytes();
    long overhead =
        HashTableLayout.lengthBytes(keyBytes)
            + keyBytes
            + HashTableLayout.lengthBytes(entryBytes)
            + HashTableLayout.HEADER_BYTES;
    return (int) Math.max(0, entryBytes - overhead);
  }
}

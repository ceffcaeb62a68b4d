package io.kvapp.engine.hashtable;

/**
 * How a {@link HashTable} divides its file: the parts, which Chronicle calls segments, and the
 * slots and chunks of each.
 *
 * <p>A part has 8,192 slots and at most 65,536 chunks. That is the most for which a slot takes four
 * bytes instead of eight, so it is also what a lookup finds in the cache soonest. The number of
 * parts is a power of two, so that each part of a larger hash table gets its entries from one of a
 * smaller.
 *
 * <p>Immutable.
 *
 * @param parts how many parts there are, each with locks of its own
 * @param entriesPerPart what the slots are laid out for
 * @param chunkBytes the unit of allocation
 * @param chunksPerPart how many units each part has
 * @param averageKeyBytes as asked for
 * @param averageValueBytes what is stored for an average value, its header included
 */
record HashTableLayout(
    int parts,
    int entriesPerPart,
    int chunkBytes,
    int chunksPerPart,
    int averageKeyBytes,
    int averageValueBytes) {
  /** The bytes in front of each stored value: checksum, revision, expiry, flag. */
  static final int HEADER_BYTES = Integer.BYTES + Long.BYTES + Long.BYTES + Byte.BYTES;

  /** The most entries that a hash table is laid out for. */
  static final long MAX_ENTRIES = 1L << 36;

  private static final int MIN_PARTS = 8;
  private static final int MAX_MEAN_ENTRIES = 5_000;
  private static final int SLOTS_FILL_WELL_TO = 5_461;
  private static final int MAX_CHUNKS = 1 << 16;
  private static final int CHUNKS_PER_ENTRY = 10;

  /**
   * How many standard deviations a part may be above the mean. Hashes spread entries over the parts
   * as independent throws, so a part holds a number of them near Poisson's distribution, whose
   * deviation is the root of the mean; sizes are taken to spread alike.
   */
  private static final double SKEW = 7;

  /**
   * The layout for a size.
   *
   * @throws IllegalArgumentException naming the number that is out of range
   */
  static HashTableLayout of(HashTableSize size) {
    long entries = size.entries();
    int averageKeyBytes = size.keyBytes();
    int averageValueBytes = size.valueBytes();
    require(entries > 0 && entries <= MAX_ENTRIES, "entries", entries);
    require(averageKeyBytes > 0, "averageKeyBytes", averageKeyBytes);
    require(averageValueBytes >= 0, "averageValueBytes", averageValueBytes);
    int parts = powerOfTwo((int) Math.max(MIN_PARTS, divideUp(entries, MAX_MEAN_ENTRIES)));
    double mean = (double) entries / parts;
    double most = mean + SKEW * Math.sqrt(mean) + 1;
    long valueBytes = (long) HEADER_BYTES + averageValueBytes;
    long entryBytes =
        lengthBytes(averageKeyBytes) + averageKeyBytes + lengthBytes(valueBytes) + valueBytes;
    require(entryBytes < 1 << 20, "averageKeyBytes + averageValueBytes", entryBytes);
    int chunkBytes = (int) divideUp(entryBytes, CHUNKS_PER_ENTRY);
    // Sizes that vary waste half a chunk each; sizes that do not may waste up to a whole one.
    double chunks =
        Math.max(divideUp(entryBytes, chunkBytes), (double) entryBytes / chunkBytes + 0.5);
    return new HashTableLayout(
        parts,
        (int) Math.min(most, SLOTS_FILL_WELL_TO),
        chunkBytes,
        (int) Math.min(MAX_CHUNKS, Math.ceil(most * chunks)),
        averageKeyBytes,
        (int) valueBytes);
  }

  private static int powerOfTwo(int least) {
    return Integer.highestOneBit(2 * least - 1);
  }

  private static long divideUp(long dividend, long divisor) {
    return (dividend + divisor - 1) / divisor;
  }

  /** What Chronicle spends on a length, which it encodes as LEB128: seven bits to the byte. */
  static int lengthBytes(long length) {
    return Math.max(1, (64 - Long.numberOfLeadingZeros(length) + 6) / 7);
  }

  private static void require(boolean inRange, String name, long value) {
    if (!inRange) {
      throw new IllegalArgumentException(name + " is out of range: " + value);
    }
  }
}

package io.kvapp.engine.hashtable;

/**
 * How a {@link HashTable} divides its file: the segments, and the slots and chunks of each.
 *
 * <p>A segment's hash table has 8,192 slots and at most 65,536 chunks. That is the most for which a
 * slot takes four bytes instead of eight, so it is also what a lookup finds in the cache soonest.
 * The number of segments is a power of two, so that each segment of a larger view gets its entries
 * from one of a smaller view.
 *
 * <p>Immutable.
 *
 * @param segments how many independent parts there are
 * @param entriesPerSegment what the slots are laid out for
 * @param chunkBytes the unit of allocation
 * @param chunksPerSegment the units each segment has
 * @param averageKeyBytes as asked for
 * @param averageValueBytes what is stored for an average value, its header included
 */
record HashTableLayout(
    int segments,
    int entriesPerSegment,
    int chunkBytes,
    int chunksPerSegment,
    int averageKeyBytes,
    int averageValueBytes) {
  /** The bytes in front of each stored value: checksum, revision, expiry, flag. */
  static final int HEADER_BYTES = Integer.BYTES + Long.BYTES + Long.BYTES + Byte.BYTES;

  /** The most entries a view is laid out for. */
  static final long MAX_ENTRIES = 1L << 30;

  private static final int MIN_SEGMENTS = 8;
  private static final int MAX_MEAN_ENTRIES = 5_000;
  private static final int SLOTS_FILL_WELL_TO = 5_461;
  private static final int MAX_CHUNKS = 1 << 16;
  private static final int CHUNKS_PER_ENTRY = 10;

  /** How many standard deviations a segment may be over the mean, sizes and hashes taken alike. */
  private static final double SKEW = 7;

  /**
   * The shape that holds so many entries of the average size.
   *
   * @throws IllegalArgumentException naming the number that is out of range
   */
  static HashTableLayout of(long entries, int averageKeyBytes, int averageValueBytes) {
    require(entries > 0 && entries <= MAX_ENTRIES, "entries", entries);
    require(averageKeyBytes > 0, "averageKeyBytes", averageKeyBytes);
    require(averageValueBytes >= 0, "averageValueBytes", averageValueBytes);
    int segments = powerOfTwo((int) Math.max(MIN_SEGMENTS, divideUp(entries, MAX_MEAN_ENTRIES)));
    double mean = (double) entries / segments;
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
        segments,
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

  /** What Chronicle spends on a length: seven bits to the byte, the lowest first. */
  static int lengthBytes(long length) {
    return Math.max(1, (64 - Long.numberOfLeadingZeros(length) + 6) / 7);
  }

  private static void require(boolean inRange, String name, long value) {
    if (!inRange) {
      throw new IllegalArgumentException(name + " is out of range: " + value);
    }
  }
}

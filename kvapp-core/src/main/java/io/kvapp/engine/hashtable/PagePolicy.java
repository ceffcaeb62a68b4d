package io.kvapp.engine.hashtable;

/**
 * Whether the file of a hash table is laid out for huge pages or for small ones.
 *
 * <p>Linux gives a process a mapped file page by page, and again after each time that it has saved
 * the page. In huge pages one page fault is enough for 2 MiB, which pays off where much is written;
 * but a single store makes the system save 2 MiB, which is a waste in calm times. A file that is
 * too large to wait in memory for the disk gets small pages at any time, and so a page fault for
 * nearly every store; it is overwritten by calls.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param maxMappedBytes up to which size a file may have huge pages and is overwritten through its
 *     mapping
 */
record PagePolicy(long maxMappedBytes) {
  private static final long MIN_HUGE_BYTES = 32 << 20;
  private static final long MIN_BUSY_BYTES = 32 << 10;
  private static final long CALM_SHARE = 8192;

  /** In huge pages, a byte that is written in calm makes the system write as many. */
  private static final long CALM_COST = 32_768;

  /** Whether so many bytes of writes in a second are few for a hash table of this size. */
  static boolean isCalm(HashTable table, long bytesWritten) {
    return bytesWritten < Math.max(MIN_BUSY_BYTES, table.fileBytes() / CALM_SHARE);
  }

  /** Whether a file of a size may have huge pages. */
  boolean fits(long bytes) {
    return bytes >= MIN_HUGE_BYTES && bytes <= maxMappedBytes;
  }

  /** Whether a file of a size is to be overwritten by calls. */
  boolean needsCalls(HashTableSize size) {
    return size.bytes() > maxMappedBytes;
  }

  /**
   * Whether moving a hash table into pages of the other size costs less than staying.
   *
   * @param calm whether times have been calm lately, or else busy
   * @param bytesWritten how much was written in these times
   */
  boolean needsOther(HashTable table, boolean calm, long bytesWritten) {
    boolean huge = HashTableFolder.hasHugePages(table);
    boolean wrong = calm ? huge : !huge && fits(table.layoutSize().bytes());
    return wrong && bytesWritten > table.fileBytes() / (calm ? CALM_COST : 1);
  }
}

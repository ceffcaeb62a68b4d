package io.kvapp.engine.model;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * How much the engine lets gather before it acts. Small figures make a store do in a moment what a
 * large one does after hours.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param firstSegmentBytes the capacity of the first journal segment
 * @param maxSegmentBytes the capacity at which segments stop doubling
 * @param journalBytes the journal at which a flush is due
 * @param memtableBytes the bytes of the heap that a memtable takes at which a flush is due; three
 *     times as many hold writers up, and entries that wait for a larger hash table take no more
 * @param tickMillis the time between two looks of the background work
 * @param maxMappedTableBytes the largest hash table whose entries are overwritten through its
 *     mapping, and so the largest that may have huge pages; entries of a larger one are overwritten
 *     by calls
 */
public record EngineOptions(
    int firstSegmentBytes,
    int maxSegmentBytes,
    long journalBytes,
    long memtableBytes,
    long tickMillis,
    long maxMappedTableBytes) {
  /** Three memtables and the entries that wait for a larger hash table take an eighth. */
  private static final int HEAP_SHARE = 32;

  private static final long MAX_MEMTABLE_BYTES = 96 << 20;

  /** So much can wait in memory for the disk without holding writers up. */
  private static final long STANDARD_MAPPED_TABLE_BYTES = physicalMemory() / 16;

  /** Options with the standard limit for mapped hash tables. */
  public EngineOptions(
      int firstSegmentBytes,
      int maxSegmentBytes,
      long journalBytes,
      long memtableBytes,
      long tickMillis) {
    this(
        firstSegmentBytes,
        maxSegmentBytes,
        journalBytes,
        memtableBytes,
        tickMillis,
        STANDARD_MAPPED_TABLE_BYTES);
  }

  /** What suits a store of any size in this process's heap. */
  public static EngineOptions standard() {
    long memtableBytes =
        Math.min(MAX_MEMTABLE_BYTES, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
    return new EngineOptions(4 << 20, 32 << 20, 256L << 20, memtableBytes, 1_000);
  }

  /** A quarter of memory is the heap's limit by default, where the JVM cannot tell more. */
  private static long physicalMemory() {
    boolean told = ModuleLayer.boot().findModule("jdk.management").isPresent();
    return told
            && ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : Runtime.getRuntime().maxMemory() * 4;
  }

  /** The same options with another limit for mapped hash tables. */
  public EngineOptions withMaxMappedTableBytes(long bytes) {
    return new EngineOptions(
        firstSegmentBytes, maxSegmentBytes, journalBytes, memtableBytes, tickMillis, bytes);
  }
}

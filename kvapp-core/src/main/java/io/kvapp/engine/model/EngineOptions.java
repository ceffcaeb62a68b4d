package io.kvapp.engine.model;

/**
 * How much the engine lets gather before it acts: small figures make it do in a moment what takes a
 * large store hours.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param firstSegmentBytes the capacity of the first journal segment
 * @param largestSegmentBytes the capacity at which segments stop doubling
 * @param journalBytes the journal that a checkpoint is due at
 * @param memtableEntries the changed keys that a checkpoint is due at
 * @param tickMillis the time between two looks of the background work
 */
public record EngineOptions(
    int firstSegmentBytes,
    int largestSegmentBytes,
    long journalBytes,
    long memtableEntries,
    long tickMillis) {
  private static final int BYTES_PER_MEMTABLE_ENTRY = 128;
  private static final int HEAP_SHARE = 16;
  private static final long MAX_MEMTABLE_ENTRIES = 1_000_000;
  private static final long MIN_MEMTABLE_ENTRIES = 20_000;

  /** What suits a store of any size in this process's heap. */
  public static EngineOptions standard() {
    long fitting = Runtime.getRuntime().maxMemory() / HEAP_SHARE / BYTES_PER_MEMTABLE_ENTRY;
    long memtableEntries = Math.max(MIN_MEMTABLE_ENTRIES, Math.min(MAX_MEMTABLE_ENTRIES, fitting));
    return new EngineOptions(4 << 20, 64 << 20, 256L << 20, memtableEntries, 1_000);
  }
}

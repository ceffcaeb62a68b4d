package io.kvapp.engine.journal;

import io.kvapp.SyncTimes;
import java.time.Duration;
import java.util.Arrays;

/**
 * Counts syncs by how long they take.
 *
 * <p>Safe for any thread.
 */
final class SyncClock {
  private static final long[] BOUNDS =
      SyncTimes.BOUNDS.stream().mapToLong(Duration::toNanos).toArray();

  private final long[] counts = new long[BOUNDS.length + 1];
  private long totalNanos;
  private long longestNanos;

  /** Counts a sync that has ended. */
  synchronized void add(long nanos) {
    int found = Arrays.binarySearch(BOUNDS, nanos);
    counts[found < 0 ? -found - 1 : found]++;
    totalNanos += nanos;
    longestNanos = Math.max(longestNanos, nanos);
  }

  /** What was counted so far. */
  synchronized SyncTimes times() {
    return new SyncTimes(
        Arrays.stream(counts).boxed().toList(),
        Duration.ofNanos(totalNanos),
        Duration.ofNanos(longestNanos));
  }
}

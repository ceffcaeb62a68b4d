package io.kvapp;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * How long the syncs of a journal have taken since the store was opened.
 *
 * <p>Immutable, so safe for any thread.
 *
 * @param counts how many syncs took up to each of {@link #BOUNDS} and longer than the one before
 *     it; the last number, behind those, is of syncs that took longer still
 * @param total time of all syncs together
 * @param longest time of one sync
 */
public record SyncTimes(List<Long> counts, Duration total, Duration longest) {
  /** Where one count ends and the next begins, from 100 microseconds to 10 seconds. */
  public static final List<Duration> BOUNDS =
      List.of(
          Duration.ofNanos(100_000),
          Duration.ofNanos(250_000),
          Duration.ofNanos(500_000),
          Duration.ofMillis(1),
          Duration.ofNanos(2_500_000),
          Duration.ofMillis(5),
          Duration.ofMillis(10),
          Duration.ofMillis(25),
          Duration.ofMillis(50),
          Duration.ofMillis(100),
          Duration.ofMillis(250),
          Duration.ofMillis(500),
          Duration.ofSeconds(1),
          Duration.ofMillis(2_500),
          Duration.ofSeconds(5),
          Duration.ofSeconds(10));

  /** Those of a store that never syncs. */
  public static final SyncTimes NONE =
      new SyncTimes(Collections.nCopies(BOUNDS.size() + 1, 0L), Duration.ZERO, Duration.ZERO);

  /**
   * Checks and copies the counts.
   *
   * @throws NullPointerException if anything is null
   * @throws IllegalArgumentException if there is not one count more than there are bounds
   */
  public SyncTimes {
    counts = List.copyOf(counts);
    Objects.requireNonNull(total, "total");
    Objects.requireNonNull(longest, "longest");
    if (counts.size() != BOUNDS.size() + 1) {
      throw new IllegalArgumentException(
          "counts are " + counts.size() + ", and must be " + (BOUNDS.size() + 1));
    }
  }

  /** How many syncs there were. */
  public long count() {
    return counts.stream().mapToLong(Long::longValue).sum();
  }

  /** The mean time of one sync; zero where there was none. */
  public Duration mean() {
    long count = count();
    return count == 0 ? Duration.ZERO : total.dividedBy(count);
  }
}

package io.kvapp;

/**
 * What one store takes: beyond these sizes a write is an {@link IllegalArgumentException} that
 * names the limit, and nothing changes. Stores of different kinds differ here.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param maxKeyBytes the longest key; the shortest has 1 byte
 * @param maxValueBytes the largest value; the smallest has 0 bytes
 * @param maxBatchOperations the most operations in one batch; {@link Integer#MAX_VALUE} for no
 *     limit
 * @param maxBatchConditions the most conditions in one batch; {@link Integer#MAX_VALUE} for no
 *     limit
 * @param maxBatchBytes the most bytes of keys and values that one batch writes and reads; at least
 *     {@code maxKeyBytes + maxValueBytes}
 * @param remedy how more is allowed where these are limits of what the store stands on, as a clause
 *     for people; empty where there is nothing to say
 */
public record StoreLimits(
    int maxKeyBytes,
    int maxValueBytes,
    int maxBatchOperations,
    int maxBatchConditions,
    long maxBatchBytes,
    String remedy) {
  /** Limits without a remedy. */
  public StoreLimits(
      int maxKeyBytes,
      int maxValueBytes,
      int maxBatchOperations,
      int maxBatchConditions,
      long maxBatchBytes) {
    this(maxKeyBytes, maxValueBytes, maxBatchOperations, maxBatchConditions, maxBatchBytes, "");
  }

  /** The remedy behind a semicolon, to be put behind what is refused; empty where there is none. */
  public String remedyClause() {
    return remedy.isEmpty() ? "" : "; " + remedy;
  }
}

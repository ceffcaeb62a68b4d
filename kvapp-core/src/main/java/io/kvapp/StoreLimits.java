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
 * @param bytesRemedy how larger values and batches are allowed where these are limits of what the
 *     store stands on, as a clause for people; empty where there is nothing to say
 * @param operationsRemedy the same for batches of more operations and conditions
 */
public record StoreLimits(
    int maxKeyBytes,
    int maxValueBytes,
    int maxBatchOperations,
    int maxBatchConditions,
    long maxBatchBytes,
    String bytesRemedy,
    String operationsRemedy) {
  /** Limits without remedies. */
  public StoreLimits(
      int maxKeyBytes,
      int maxValueBytes,
      int maxBatchOperations,
      int maxBatchConditions,
      long maxBatchBytes) {
    this(maxKeyBytes, maxValueBytes, maxBatchOperations, maxBatchConditions, maxBatchBytes, "", "");
  }

  /** The remedy for bytes behind a semicolon, to follow a refusal; empty where there is none. */
  public String bytesRemedyClause() {
    return clause(bytesRemedy);
  }

  /** The remedy for operations behind a semicolon; empty where there is none. */
  public String operationsRemedyClause() {
    return clause(operationsRemedy);
  }

  private static String clause(String remedy) {
    return remedy.isEmpty() ? "" : "; " + remedy;
  }
}

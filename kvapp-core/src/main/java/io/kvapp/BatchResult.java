package io.kvapp;

/**
 * What became of a batch.
 *
 * @param revision the revision of its writes; 0 when a condition did not hold and nothing changed,
 *     or when it had no writes
 * @param failedCondition the index of the first condition that did not hold; -1 when all held
 */
public record BatchResult(long revision, int failedCondition) {
  /** Whether every condition held and every write was made. */
  public boolean applied() {
    return failedCondition < 0;
  }
}

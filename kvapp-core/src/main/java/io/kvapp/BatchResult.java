package io.kvapp;

import java.util.List;
import java.util.Optional;

/**
 * What became of a batch.
 *
 * <p>Immutable as long as the arrays of its entries are left alone, and then safe for any thread.
 *
 * @param revision the revision of its writes; 0 when nothing was written, since a condition did not
 *     hold or there was nothing to change
 * @param failures the conditions that did not hold, in the order of the batch; empty when all held
 * @param results what became of each operation, in the order of the batch; empty when a condition
 *     did not hold
 */
public record BatchResult(long revision, List<Failure> failures, List<OperationResult> results) {
  /**
   * Copies the lists where they could be changed.
   *
   * @throws NullPointerException if one of them or of their elements is null
   */
  public BatchResult {
    failures = List.copyOf(failures);
    results = List.copyOf(results);
  }

  /** Whether every condition held and every operation was made. */
  public boolean applied() {
    return failures.isEmpty();
  }

  /**
   * A condition that did not hold.
   *
   * @param index its place among {@link Batch#conditions()}
   * @param current the entry that is there instead; empty where there is none. The values of all
   *     failures together have at most {@link Scan#DEFAULT_MAX_BYTES}; an entry beyond that has its
   *     {@link Entry#valueBytes()} only, as one of a keys-only scan
   */
  public record Failure(int index, Optional<Entry> current) {}
}

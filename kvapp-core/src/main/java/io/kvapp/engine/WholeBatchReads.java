package io.kvapp.engine;

import io.kvapp.Scan;
import io.kvapp.engine.model.PageReader;
import java.util.concurrent.locks.StampedLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Reads that see each batch as a whole or not at all, beside writers that apply batches with a lock
 * held. A read takes that lock only if a batch came in between; a count then holds it for a few
 * keys at a time, so that writers never wait for all that is counted.
 *
 * <p>Safe for any thread.
 */
final class WholeBatchReads {
  private static final int SIZE_ATTEMPTS = 3;

  private final StampedLock batches;

  /**
   * Reads of a store.
   *
   * @param batches is held for writing while a batch is applied
   */
  WholeBatchReads(StampedLock batches) {
    this.batches = batches;
  }

  /** Reads a little, as of one moment between batches. */
  <T> T read(Supplier<T> reading) {
    long stamp = batches.tryOptimisticRead();
    if (stamp != 0) {
      T result = reading.get();
      if (batches.validate(stamp)) {
        return result;
      }
    }
    stamp = batches.readLock();
    try {
      return reading.get();
    } finally {
      batches.unlockRead(stamp);
    }
  }

  /** Counts a range as of one moment, or in steps beside batches, each as of its own moment. */
  long count(Scan range, PageReader.Counting counting) {
    long stamp = batches.tryOptimisticRead();
    if (stamp != 0) {
      long count = counting.count(range, Long.MAX_VALUE).entries();
      if (batches.validate(stamp)) {
        return count;
      }
    }
    return PageReader.countInSteps(
        range, (from, maxSteps) -> read(() -> counting.count(from, maxSteps)));
  }

  /** Reads what may take long; at best as of a moment between batches, and never holds them up. */
  long readBesideBatches(LongSupplier reading) {
    long result = 0;
    for (int attempt = 0; attempt < SIZE_ATTEMPTS; attempt++) {
      long stamp = batches.tryOptimisticRead();
      result = reading.getAsLong();
      if (batches.validate(stamp)) {
        return result;
      }
    }
    return result;
  }
}

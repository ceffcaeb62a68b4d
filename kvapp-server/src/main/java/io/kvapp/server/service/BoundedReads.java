package io.kvapp.server.service;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * Reads of the store, whose results may be large and are known to be only when they are there: so
 * few are made at a time that the memory has room for them, and a large result is kept only as far
 * as its request may reserve the memory for it.
 *
 * <p>All methods may be called from any thread.
 */
final class BoundedReads {
  private static final long FREE_BYTES = 16 << 10;
  private static final int MIN_READS = 2;
  private static final int MAX_READS = 64;
  private static final int HEAP_SHARE = 8;

  private final Semaphore turns;

  /** Reads of values of up to {@code maxValueBytes}. */
  BoundedReads(int maxValueBytes) {
    long fitting = Runtime.getRuntime().maxMemory() / HEAP_SHARE / maxValueBytes;
    turns = new Semaphore((int) Math.max(MIN_READS, Math.min(MAX_READS, fitting)));
  }

  /**
   * The result of {@code reading}, which is called again where its result had to be given up until
   * there was memory for it.
   *
   * @throws io.kvapp.server.http.message.HttpException if the memory cannot be had
   */
  <T> T read(Supplier<T> reading, ToLongFunction<T> size, LargestReservation memory) {
    T result = inTurn(reading);
    long bytes = size.applyAsLong(result);
    while (bytes > FREE_BYTES && !memory.covers(bytes)) {
      result = null;
      memory.require(bytes);
      result = inTurn(reading);
      bytes = size.applyAsLong(result);
    }
    return result;
  }

  private <T> T inTurn(Supplier<T> reading) {
    turns.acquireUninterruptibly();
    try {
      return reading.get();
    } finally {
      turns.release();
    }
  }
}

package io.kvapp.server.http;

import java.util.concurrent.TimeUnit;

/**
 * The heap that all connections of a listener together may fill beyond the little that each always
 * has. Where it is used up, those who want more wait a while, and are refused then.
 *
 * <p>Safe for any thread.
 */
final class MemoryBudget {
  private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final long total;
  private volatile long taken;

  MemoryBudget(long total) {
    this.total = total;
  }

  /** Whether so much is taken that nobody should keep what is not needed at the moment. */
  boolean isScarce() {
    return taken > total / 2;
  }

  /** The bytes that are taken now. */
  long taken() {
    return taken;
  }

  /**
   * Takes bytes, or everything where there are not as many at all.
   *
   * @return how many were taken: {@code wanted} or the whole budget
   * @throws Fault with status 503 if they did not become free in time
   */
  synchronized long take(long wanted) {
    long bytes = Math.min(wanted, total);
    long end = 0;
    while (bytes > total - taken) {
      long now = System.nanoTime();
      end = end == 0 ? now + LONGEST_WAIT_NANOS : end;
      await(end - now);
    }
    taken += bytes;
    return bytes;
  }

  /** Takes bytes if they are free; returns whether they were. */
  synchronized boolean tryTake(long wanted) {
    boolean free = wanted <= total - taken;
    taken += free ? wanted : 0;
    return free;
  }

  synchronized void giveBack(long bytes) {
    taken -= bytes;
    notifyAll();
  }

  private void await(long nanos) {
    if (nanos <= 0) {
      throw exhausted();
    }
    try {
      TimeUnit.NANOSECONDS.timedWait(this, Math.max(nanos, TimeUnit.MILLISECONDS.toNanos(1)));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw exhausted();
    }
  }

  private static Fault exhausted() {
    return new Fault(503, "the server has no memory to spare; try again later");
  }
}

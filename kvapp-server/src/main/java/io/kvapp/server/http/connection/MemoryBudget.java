package io.kvapp.server.http.connection;

import io.kvapp.server.http.message.HttpException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The heap that all connections of a listener together may fill beyond the little that each always
 * has. Where it is used up, requests for more wait a while, and are refused then. A quarter is for
 * requests that take little, so that large ones never shut them out.
 *
 * <p>Safe for any thread.
 */
final class MemoryBudget {
  private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(3);

  /** A large request beyond so many that wait is refused at once. */
  private static final int MAX_LARGE_WAITING = 16;

  private static final long MAX_LITTLE_BYTES = 128 << 10;

  private final long total;

  /** A virtual thread that waited with a monitor would keep its carrier from the others. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition released = lock.newCondition();
  private volatile long taken;
  private long kept;
  private int waiting;

  public MemoryBudget(long total) {
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
   * Takes bytes for a request, or the rest of what one request may have where that is less: so it
   * never waits for what only it holds itself, or what others keep between their requests.
   *
   * @param before what the request has taken already
   * @param expected what it will have taken in the end, as far as is known
   * @return how many were taken
   * @throws HttpException with status 503 if they did not become free in time
   */
  long take(long wanted, long before, long expected) {
    long limit = limit(Math.max(expected, before + wanted));
    lock.lock();
    try {
      long bytes = upToShare(wanted, before, limit);
      if (bytes > limit - taken) {
        if (limit < total && waiting >= MAX_LARGE_WAITING) {
          throw exhausted();
        }
        waiting++;
        try {
          bytes = await(wanted, before, limit);
        } finally {
          waiting--;
        }
      }
      taken += bytes;
      return bytes;
    } finally {
      lock.unlock();
    }
  }

  private long await(long wanted, long before, long limit) {
    long end = System.nanoTime() + MAX_WAIT_NANOS;
    long bytes = upToShare(wanted, before, limit);
    while (bytes > limit - taken) {
      await(end - System.nanoTime());
      bytes = upToShare(wanted, before, limit);
    }
    return bytes;
  }

  /**
   * Gives back what a request has taken and what was kept before it, but for what is kept now.
   *
   * @param keptNow at most both together
   */
  void settle(long takenForRequest, long keptBefore, long keptNow) {
    lock.lock();
    try {
      taken -= takenForRequest + keptBefore - keptNow;
      kept += keptNow - keptBefore;
      released.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** As much may be taken by all together for the sake of a request that takes {@code bytes}. */
  private long limit(long bytes) {
    return bytes <= MAX_LITTLE_BYTES ? total : total - total / 4;
  }

  /** At least a half, or what large requests leave: the rest that is kept is given back soon. */
  private long upToShare(long wanted, long before, long limit) {
    long share = Math.max(limit - kept, limit - total / 2);
    return Math.max(0, Math.min(wanted, share - before));
  }

  private void await(long nanos) {
    if (nanos <= 0) {
      throw exhausted();
    }
    try {
      long ignored = released.awaitNanos(nanos);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw exhausted();
    }
  }

  private static HttpException exhausted() {
    return new HttpException(503, "the server has no memory to spare; try again later");
  }
}

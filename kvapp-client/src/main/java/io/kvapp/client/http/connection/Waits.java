package io.kvapp.client.http.connection;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits that interrupts do not end, and that leave the interrupt status as it is.
 *
 * <p>All methods may be called from any thread.
 */
public final class Waits {
  /** A wait that an interrupt may end. */
  @FunctionalInterface
  private interface Wait<T> {
    T run(long nanos) throws InterruptedException, ExecutionException, TimeoutException;
  }

  private Waits() {}

  public static boolean await(CountDownLatch latch, long nanos) {
    try {
      return through(nanos, left -> latch.await(left, TimeUnit.NANOSECONDS));
    } catch (ExecutionException | TimeoutException impossible) {
      throw new AssertionError(impossible);
    }
  }

  public static boolean acquire(Semaphore permits, int count, long nanos) {
    try {
      return through(nanos, left -> permits.tryAcquire(count, left, TimeUnit.NANOSECONDS));
    } catch (ExecutionException | TimeoutException impossible) {
      throw new AssertionError(impossible);
    }
  }

  static <T> T get(Future<T> future, long nanos) throws ExecutionException, TimeoutException {
    return through(nanos, left -> future.get(left, TimeUnit.NANOSECONDS));
  }

  private static <T> T through(long nanos, Wait<T> wait)
      throws ExecutionException, TimeoutException {
    long end = System.nanoTime() + Math.min(nanos, Long.MAX_VALUE / 2);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return wait.run(Math.max(0, end - System.nanoTime()));
        } catch (InterruptedException early) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

package io.kvapp.server.http.connection;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The thread that looks after the deadlines of all connections, and the coarse clock that they are
 * set by.
 *
 * <p>All methods may be called from any thread.
 */
final class Watchdog implements AutoCloseable {
  private static final long MAX_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long MAX_END_MILLIS = 1_000;
  private static final long MIN_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Set<Deadline> watched = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = new Thread(this::watch, "kvapp-http-watchdog");
  private final long tickNanos;
  private volatile long now = System.nanoTime();

  private volatile Throwable failed;

  /** A watchdog that is exact enough for time-outs of {@code shortestTimeoutNanos}. */
  Watchdog(long shortestTimeoutNanos) {
    tickNanos = Math.max(MIN_TICK_NANOS, Math.min(MAX_TICK_NANOS, shortestTimeoutNanos / 4));
  }

  void start() {
    thread.setDaemon(true);
    thread.start();
  }

  /** A recent value of {@link System#nanoTime()}, at most a tick old. */
  long now() {
    return now;
  }

  /** The last failure; null if there was none. */
  Throwable failed() {
    return failed;
  }

  void watch(Deadline deadline) {
    watched.add(deadline);
  }

  void forget(Deadline deadline) {
    watched.remove(deadline);
  }

  /** Ends the thread, and waits for its end. */
  @Override
  public void close() {
    closed.countDown();
    try {
      thread.join(MAX_END_MILLIS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void watch() {
    boolean goesOn = true;
    while (goesOn) {
      try {
        goesOn = !closed.await(tickNanos, TimeUnit.NANOSECONDS);
        now = System.nanoTime();
        for (Deadline deadline : watched) {
          check(deadline);
        }
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
        goesOn = false;
      } catch (Throwable failure) {
        // For example without memory. The next pass comes to the rest.
        failed = failure;
      }
    }
  }

  /** Checks a deadline; whatever fails concerns no other. */
  private void check(Deadline deadline) {
    try {
      deadline.check(now);
    } catch (Throwable failure) {
      failed = failure;
    }
  }
}

package io.kvapp.server.auth.password;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Lets a few threads work at a time, a bounded number of others wait, and turns the rest away.
 *
 * <p>Any number of threads may use it at a time; they get their turn in the order in which they
 * came.
 */
final class BoundedWork {
  private final Semaphore working;
  private final Semaphore present;
  private final Duration maxWait;

  BoundedWork(int atOnce, int waiting, Duration maxWait) {
    this.working = new Semaphore(atOnce, true);
    this.present = new Semaphore(atOnce + waiting);
    this.maxWait = maxWait;
  }

  /** The result of {@code work}; empty if its turn did not come, or this thread is interrupted. */
  <T> Optional<T> take(Supplier<T> work) {
    if (!present.tryAcquire()) {
      return Optional.empty();
    }
    try {
      if (!working.tryAcquire(maxWait.toNanos(), TimeUnit.NANOSECONDS)) {
        return Optional.empty();
      }
      try {
        return Optional.of(work.get());
      } finally {
        working.release();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      present.release();
    }
  }
}

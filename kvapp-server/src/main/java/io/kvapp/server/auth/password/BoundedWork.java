package io.kvapp.server.auth.password;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Has a few pieces of work done at a time, lets a bounded number of others wait, and turns the rest
 * away. Each piece has a platform thread: it takes so long that virtual threads, which never
 * interrupt each other, would wait for it on every processor.
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
        return Optional.of(onThread(work));
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

  private static <T> T onThread(Supplier<T> work) {
    FutureTask<T> result = new FutureTask<>(work::get);
    Thread thread = new Thread(result, "kvapp-password");
    thread.setDaemon(true);
    thread.start();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return result.get();
        } catch (InterruptedException early) {
          interrupted = true;
        }
      }
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) failed.getCause();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

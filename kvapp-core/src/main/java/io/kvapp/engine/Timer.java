package io.kvapp.engine;

import io.kvapp.engine.file.Shortage;
import io.kvapp.engine.file.WorkerThread;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls something again and again on a daemon thread of its own, which nothing but {@link #close}
 * ends: an executor's thread ends for good when there is no memory at the wrong moment.
 *
 * <p>Safe for any thread.
 */
final class Timer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Timer.class);

  private final Thread thread;
  private final Runnable tick;
  private volatile long delayNanos;
  private volatile boolean closed;

  /** A timer that {@link #start} begins. */
  Timer(String name, Runnable tick) {
    this.tick = tick;
    this.thread = WorkerThread.thread(name, this::run);
  }

  /** Begins, with so much time between two ticks. */
  void start(long millis) {
    delayNanos = TimeUnit.MILLISECONDS.toNanos(millis);
    thread.start();
  }

  private void run() {
    while (!closed) {
      long start = System.nanoTime();
      long waited = 0;
      while (waited < delayNanos && !closed) {
        LockSupport.parkNanos(this, delayNanos - waited);
        waited = System.nanoTime() - start;
      }
      try {
        if (!closed) {
          tick.run();
        }
      } catch (Throwable failure) {
        report(failure);
      }
    }
  }

  private static void report(Throwable failure) {
    try {
      LOG.error("maintenance failed", failure);
    } catch (VirtualMachineError shortage) {
      Shortage.pause(shortage, 0);
    }
  }

  /** Ends it; a tick under way finishes first. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException early) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

package io.kvapp.engine.file;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Tells long work when to log its progress: every two seconds, and not at all if it takes less.
 *
 * <p>Safe for any thread.
 */
public final class Progress {
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final long begin = System.nanoTime();
  private long next = begin + EVERY_NANOS;

  /** Whether another line is due; the caller writes it. */
  public synchronized boolean isTimeToLog() {
    long now = System.nanoTime();
    if (now - next < 0) {
      return false;
    }
    next = now + EVERY_NANOS;
    return true;
  }

  /** Whether the work took so long that its end is worth a line. */
  public boolean isLong() {
    return System.nanoTime() - begin > EVERY_NANOS;
  }

  /** How long the work has taken so far. */
  public Duration time() {
    return Duration.ofNanos(System.nanoTime() - begin);
  }
}

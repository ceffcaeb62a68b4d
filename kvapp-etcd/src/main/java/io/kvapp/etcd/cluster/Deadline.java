package io.kvapp.etcd.cluster;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * When a call has to end.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param end on the clock of {@link System#nanoTime()}
 */
public record Deadline(long end) {
  private static final long SHORTEST_HALF = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(320);

  public static Deadline in(Duration time) {
    return new Deadline(System.nanoTime() + time.toNanos());
  }

  /** Nanoseconds until then; not above zero once it has passed. */
  public long left() {
    return end - System.nanoTime();
  }

  /**
   * How many nanoseconds an attempt may take, above zero: no more than half of what is left, so
   * that there is time for another one, unless that is hardly any.
   */
  long ofAttempt(Duration longest) {
    long left = left();
    long nanos = left / 2 < SHORTEST_HALF ? left : Math.min(longest.toNanos(), left / 2);
    return Math.max(1, nanos);
  }

  public boolean hasPassed() {
    return left() <= 0;
  }

  /** Waits before another try, longer after more of them; interrupts do not end it. */
  public void pause(int tries) {
    long nanos = Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(tries, 10));
    pause(Math.min(nanos, Math.max(1, left())));
  }

  private static void pause(long nanos) {
    new CompletableFuture<Void>().completeOnTimeout(null, nanos, TimeUnit.NANOSECONDS).join();
  }
}

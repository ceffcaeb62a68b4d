package io.kvapp.client.http.connection;

import io.kvapp.client.http.connection.Delivery.Pace;

/**
 * How long the waits of an exchange may take: all together, each by itself, or for ever.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param pace what the time counts for
 * @param nanos the time
 * @param end when it is over, as {@link System#nanoTime} has it
 */
record Deadline(Pace pace, long nanos, long end) {
  private static final long NANOS_OF_MILLI = 1_000_000;

  static Deadline in(Pace pace, long nanos) {
    return new Deadline(pace, nanos, System.nanoTime() + nanos);
  }

  boolean isNever() {
    return pace == Pace.NEVER;
  }

  /** How long the next wait may take; at least 1. */
  long nanosLeft() {
    return Math.max(1, pace == Pace.EACH_PART ? nanos : end - System.nanoTime());
  }

  /** The same in milliseconds, as sockets have it: 0 for ever, else at least 1. */
  int millisLeft() {
    if (isNever()) {
      return 0;
    }
    long millis = (nanosLeft() + NANOS_OF_MILLI - 1) / NANOS_OF_MILLI;
    return (int) Math.min(millis, Integer.MAX_VALUE);
  }
}

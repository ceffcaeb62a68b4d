package io.kvapp.server.command.doctor;

import java.util.Arrays;

/**
 * How long something took that was done many times.
 *
 * <p>Immutable, safe for any thread.
 */
record Latencies(long p50Nanos, long p99Nanos) {
  private static final double NANOS_PER_MILLI = 1e6;

  static Latencies of(long[] nanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return new Latencies(sorted[sorted.length / 2], sorted[sorted.length * 99 / 100]);
  }

  /** For people, in milliseconds. */
  @Override
  public String toString() {
    return "%.2f ms (p50), %.2f ms (p99)"
        .formatted(p50Nanos / NANOS_PER_MILLI, p99Nanos / NANOS_PER_MILLI);
  }
}

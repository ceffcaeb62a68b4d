package io.kvapp.server.auth.password;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counters of attempts that drain with time, in a memory that never grows: what is counted is known
 * by a hash, and the hash picks one of a fixed number of buckets. Two things that share a bucket
 * share its attempts.
 *
 * <p>Any number of threads may use it at a time, without waiting for each other.
 */
final class LeakyBuckets {
  private static final int BUCKETS = 1 << 14;

  private final AtomicLongArray emptyAtMillis = new AtomicLongArray(BUCKETS);
  private final long drainMillis;
  private final long fullMillis;
  private final InstantSource clock;

  /**
   * Buckets that hold {@code attempts} each.
   *
   * @param drain how long it takes for one attempt to drain
   */
  LeakyBuckets(int attempts, Duration drain, InstantSource clock) {
    this.drainMillis = drain.toMillis();
    this.fullMillis = attempts * drainMillis;
    this.clock = clock;
  }

  /** Counts an attempt; zero if there was room, else how long it takes until there is. */
  Duration take(long hash) {
    int bucket = bucket(hash);
    while (true) {
      long now = clock.millis();
      long found = emptyAtMillis.get(bucket);
      // Nothing is ever fuller than full, even when the clock was set back.
      long emptyAt = Math.min(Math.max(found, now), now + fullMillis);
      boolean hasRoom = emptyAt + drainMillis <= now + fullMillis;
      if (emptyAtMillis.compareAndSet(bucket, found, hasRoom ? emptyAt + drainMillis : emptyAt)) {
        return hasRoom
            ? Duration.ZERO
            : Duration.ofMillis(emptyAt + drainMillis - now - fullMillis);
      }
    }
  }

  /** Takes an attempt back. */
  void giveBack(long hash) {
    emptyAtMillis.addAndGet(bucket(hash), -drainMillis);
  }

  private static int bucket(long hash) {
    return (int) (hash & BUCKETS - 1);
  }
}

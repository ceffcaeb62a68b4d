package io.kvapp;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * When an entry that a {@link Batch} writes expires.
 *
 * <p>Immutable, safe for any thread.
 */
public sealed interface Expiry {
  /** The entry lives until it is overwritten or deleted. */
  static Expiry never() {
    return Never.INSTANCE;
  }

  /**
   * The entry lives for so long from the commit, in whole milliseconds, rounded up.
   *
   * @throws IllegalArgumentException if {@code ttl} is not above zero
   */
  static Expiry in(Duration ttl) {
    return new In(ttl);
  }

  /**
   * The entry lives until this moment, in whole milliseconds, rounded up. One that has passed when
   * the batch is committed leaves no entry, just as a delete does.
   */
  static Expiry at(Instant moment) {
    return new At(moment);
  }

  /** The entry expires when the one it overwrites would have; never where there is none. */
  static Expiry keep() {
    return Keep.INSTANCE;
  }

  /** {@link Expiry#never()}. */
  record Never() implements Expiry {
    private static final Never INSTANCE = new Never();
  }

  /**
   * {@link Expiry#in}.
   *
   * @param ttl how long the entry lives; above zero
   */
  record In(Duration ttl) implements Expiry {
    /** Checks the time. */
    public In {
      Objects.requireNonNull(ttl, "ttl");
      if (ttl.isZero() || ttl.isNegative()) {
        throw new IllegalArgumentException("ttl: above zero, not " + ttl);
      }
    }
  }

  /**
   * {@link Expiry#at}.
   *
   * @param moment when the entry is gone
   */
  record At(Instant moment) implements Expiry {
    /** Checks that there is a moment. */
    public At {
      Objects.requireNonNull(moment, "moment");
    }
  }

  /** {@link Expiry#keep()}. */
  record Keep() implements Expiry {
    private static final Keep INSTANCE = new Keep();
  }
}

package io.kvapp;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock that stands still until a test moves it.
 *
 * <p>Safe for any thread.
 */
public final class TestClock implements InstantSource {
  private final AtomicLong millis = new AtomicLong(1_700_000_000_000L);

  /** Sets the clock to a time in milliseconds since the epoch. */
  public void set(long epochMillis) {
    millis.set(epochMillis);
  }

  /** Moves the clock forward. */
  public void advance(Duration by) {
    millis.addAndGet(by.toMillis());
  }

  /** Moves the clock forward by so many milliseconds. */
  public void advanceMillis(long by) {
    millis.addAndGet(by);
  }

  @Override
  public long millis() {
    return millis.get();
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }
}

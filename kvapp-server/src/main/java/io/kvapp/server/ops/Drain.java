package io.kvapp.server.ops;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time between the order to stop and the closing of the port, in which {@code /readyz} tells
 * load balancers to send requests elsewhere, and those that come all the same are answered.
 *
 * <p>All methods may be called from any thread.
 */
public final class Drain {
  private static final Logger LOG = LoggerFactory.getLogger(Drain.class);

  private final Duration time;
  private volatile boolean begun;

  /** A drain that has not begun. */
  public Drain(Duration time) {
    this.time = time;
  }

  /** Whether the order to stop has come. */
  public boolean hasBegun() {
    return begun;
  }

  /** Begins, and returns when the time is over; an interrupt ends it early, and is kept. */
  public void run() {
    if (begun) {
      return;
    }
    begun = true;
    if (time.isZero()) {
      return;
    }
    LOG.info("stopping in {} ms; /readyz says so, and requests are answered", time.toMillis());
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException impatient) {
      Thread.currentThread().interrupt();
    }
  }
}

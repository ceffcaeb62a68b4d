package io.kvapp.client;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;

/**
 * Ends requests that wait, and waits between requests, from another thread.
 *
 * <p>Safe for any thread.
 */
final class Flight {
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile Future<?> current;

  /** Takes the request that is on its way. */
  void begin(Future<?> request) {
    current = request;
    if (isEnded()) {
      request.cancel(true);
    }
  }

  /** Ends what is on its way, and all that comes later. */
  void end() {
    ended.countDown();
    Future<?> flying = current;
    if (flying != null) {
      flying.cancel(true);
    }
  }

  boolean isEnded() {
    return ended.getCount() == 0;
  }

  /** Waits, at most until the end. */
  void pause(long nanos) {
    Waits.await(ended, nanos);
  }
}

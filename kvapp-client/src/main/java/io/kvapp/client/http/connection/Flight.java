package io.kvapp.client.http.connection;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/**
 * Ends requests that wait, and waits between requests, from another thread.
 *
 * <p>Safe for any thread.
 */
public final class Flight {
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile Closeable current;

  /** Takes the connection that the request is on. */
  void begin(Closeable connection) {
    current = connection;
    if (isEnded()) {
      close(connection);
    }
  }

  /** Ends what is on its way, and all that comes later. */
  public void end() {
    ended.countDown();
    Closeable flying = current;
    if (flying != null) {
      close(flying);
    }
  }

  private static void close(Closeable connection) {
    try {
      connection.close();
    } catch (IOException closed) {
      // It is closed, either way.
    }
  }

  public boolean isEnded() {
    return ended.getCount() == 0;
  }

  /** Waits, at most until the end. */
  public void pause(long nanos) {
    Waits.await(ended, nanos);
  }
}

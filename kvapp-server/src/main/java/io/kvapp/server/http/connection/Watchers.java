package io.kvapp.server.http.connection;

import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.LongLived;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The places of long-lived responses. Their connections do not count as connections, so that
 * watchers never shut other requests out.
 *
 * <p>All methods may be called from any thread.
 */
final class Watchers {
  private static final Runnable NOTHING = () -> {};

  private final int max;
  private final AtomicInteger count = new AtomicInteger();
  private final Set<Place> taken = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  /** So many places at most. */
  Watchers(int max) {
    this.max = max;
  }

  /**
   * Takes a place.
   *
   * @throws HttpException with status 503 if all are taken, or the server stops
   */
  Place take() {
    if (stopping) {
      throw new HttpException(503, "stopping", "the server is closing");
    }
    if (count.incrementAndGet() > max) {
      count.decrementAndGet();
      throw new HttpException(503, "the server has no place for another watcher");
    }
    Place place = new Place();
    taken.add(place);
    return place;
  }

  /** How many places are taken. */
  int count() {
    return Math.min(max, count.get());
  }

  /** Tells all of the stop, again at each call. */
  void stop() {
    stopping = true;
    taken.forEach(Place::end);
  }

  /** The place of one response. */
  final class Place implements LongLived, AutoCloseable {
    private volatile Runnable wake = NOTHING;

    @Override
    public boolean isEnding() {
      return stopping;
    }

    @Override
    public void onEnd(Runnable next) {
      wake = next;
      // Whoever stops has either seen it or is seen here.
      if (stopping) {
        end();
      }
    }

    private void end() {
      wake.run();
    }

    /** Gives the place back, once. */
    @Override
    public void close() {
      if (taken.remove(this)) {
        count.decrementAndGet();
      }
    }
  }
}

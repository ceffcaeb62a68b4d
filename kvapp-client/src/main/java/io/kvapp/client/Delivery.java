package io.kvapp.client;

import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How a request is sent and its response received.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param handler takes the body
 * @param patience how long the server may wait beyond the time-out before it answers; above zero,
 *     the request does not count as one of the connections
 * @param progress a number that changes as long as there is progress, which then begins the
 *     time-out anew; null where it does not
 * @param isOnce whether a request that may be repeated is left to the caller to repeat
 * @param flight ends it early; null where nothing does
 */
record Delivery(
    BodyHandler<byte[]> handler,
    Duration patience,
    LongSupplier progress,
    boolean isOnce,
    Flight flight) {
  /** A body in memory, within the time-out. */
  static final Delivery PLAIN =
      new Delivery(BodyHandlers.ofByteArray(), Duration.ZERO, null, false, null);

  /** The same, for however long the server works on it. */
  static final Delivery UNLIMITED = PLAIN.within(System::nanoTime);

  Delivery within(LongSupplier newProgress) {
    return new Delivery(handler, patience, newProgress, isOnce, flight);
  }

  Delivery to(BodyHandler<byte[]> newHandler) {
    return new Delivery(newHandler, patience, progress, isOnce, flight);
  }

  /** A request that the server may hold for a while, and that {@code by} ends. */
  static Delivery waiting(Duration patience, Flight by) {
    return new Delivery(BodyHandlers.ofByteArray(), patience, null, true, by);
  }
}

package io.kvapp.client.http.connection;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How a request is sent and its response received.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param file takes the body of a success; null to have it in memory
 * @param patience how long the server may wait beyond the time-out before it answers; above zero,
 *     the request does not count as one of the connections
 * @param pace what the time-out counts for
 * @param isOnce whether a request that may be repeated is left to the caller to repeat
 * @param flight ends it early; null where nothing does
 */
public record Delivery(Path file, Duration patience, Pace pace, boolean isOnce, Flight flight) {
  /** What a time-out counts for. */
  public enum Pace {
    /** All of an exchange. */
    WHOLE,
    /** Each part that is sent or received, so that what makes progress goes on. */
    EACH_PART,
    /** Nothing. */
    NEVER
  }

  /** A body in memory, within the time-out. */
  public static final Delivery PLAIN = new Delivery(null, Duration.ZERO, Pace.WHOLE, false, null);

  /** The same, for however long the server works on it. */
  public static final Delivery UNLIMITED =
      new Delivery(null, Duration.ZERO, Pace.NEVER, false, null);

  /** The same, for as long as it makes progress. */
  public static final Delivery PROGRESSING =
      new Delivery(null, Duration.ZERO, Pace.EACH_PART, false, null);

  /** A body that goes into a file, for as long as it makes progress. */
  public static Delivery into(Path file) {
    return new Delivery(file, Duration.ZERO, Pace.EACH_PART, false, null);
  }

  /** A request that the server may hold for a while, and that {@code by} ends. */
  public static Delivery waiting(Duration patience, Flight by) {
    return new Delivery(null, patience, Pace.WHOLE, true, by);
  }
}

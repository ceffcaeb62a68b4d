package io.kvapp.client.json;

import io.kvapp.Entry;
import java.time.Duration;
import java.time.Instant;

/**
 * Durations and moments as the server reads and writes them.
 *
 * <p>All methods may be called from any thread.
 */
public final class Times {
  /** What lives longer lives for ever, as the server knows years of four digits only. */
  private static final Duration FOR_EVER = Duration.ofDays(365_000);

  private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

  /** What an entry that does not expire has as its time to live. */
  public static final String NEVER = "none";

  private Times() {}

  /** A time to live in whole milliseconds, rounded up. */
  public static String ttl(Duration ttl) {
    if (ttl.compareTo(FOR_EVER) > 0) {
      return NEVER;
    }
    long whole = ttl.toMillis();
    return (ttl.getNano() % 1_000_000 == 0 ? whole : whole + 1) + "ms";
  }

  /** A moment of RFC 3339; {@link #NEVER} beyond the years that it knows. */
  public static String moment(Instant moment) {
    if (moment.isAfter(LAST)) {
      return NEVER;
    }
    return (moment.isBefore(FIRST) ? FIRST : moment).toString();
  }

  /** A moment of RFC 3339 as entries have it. */
  public static long millis(String text) {
    long millis = Instant.parse(text).toEpochMilli();
    return millis == 0 ? Entry.AT_EPOCH : millis;
  }
}

package io.kvapp.server.json;

import io.kvapp.server.http.message.Octets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/**
 * Durations and moments as callers write them, in JSON, queries and options.
 *
 * <p>All methods may be called from any thread.
 */
public final class TimeText {
  /** What a moment in JSON is, for people. */
  public static final String MOMENT = "\"expires_at\" is a time such as 2026-11-27T13:40:00.000Z";

  /** What a duration is, for people. */
  public static final String DURATION =
      "a duration above zero, such as 30s, 15m or 500ms, and up to 365000d";

  /** The longest duration, about a thousand years, so that every expiry has a year of 4 digits. */
  private static final Duration MAX_DURATION = Duration.ofDays(365_000);

  private TimeText() {}

  /** The moment that this text stands for, as RFC 3339 has it; empty if it is none. */
  public static Optional<Instant> moment(String text) {
    try {
      return Optional.of(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException malformed) {
      return Optional.empty();
    }
  }

  /**
   * The duration that this text stands for, above zero and at most 365,000 days: an integer and
   * {@code ms}, {@code s}, {@code m}, {@code h} or {@code d}, or a bare integer of seconds; empty
   * if it is none.
   */
  public static Optional<Duration> duration(String text) {
    int digits = 0;
    while (digits < text.length() && Octets.isDigit(text.charAt(digits))) {
      digits++;
    }
    if (digits == 0 || digits > 18) {
      return Optional.empty();
    }
    long number = Long.parseLong(text.substring(0, digits));
    Duration unit =
        switch (text.substring(digits)) {
          case "ms" -> Duration.ofMillis(1);
          case "", "s" -> Duration.ofSeconds(1);
          case "m" -> Duration.ofMinutes(1);
          case "h" -> Duration.ofHours(1);
          case "d" -> Duration.ofDays(1);
          default -> null;
        };
    if (unit == null || number == 0 || number > MAX_DURATION.toMillis() / unit.toMillis()) {
      return Optional.empty();
    }
    return Optional.of(unit.multipliedBy(number));
  }
}

package io.kvapp.server.http.connection;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The {@code Date} header, formatted once a second.
 *
 * <p>Safe for any thread.
 */
final class HttpDate {
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("'Date: 'EEE, dd MMM yyyy HH:mm:ss 'GMT'\r\n", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private record Line(long second, byte[] bytes) {}

  private volatile Line line = new Line(Long.MIN_VALUE, null);

  /** The whole header line for this moment; not to be changed. */
  byte[] line(long epochMillis) {
    long second = Math.floorDiv(epochMillis, 1_000);
    Line current = line;
    if (current.second != second) {
      String text = FORMAT.format(Instant.ofEpochSecond(second));
      current = new Line(second, text.getBytes(StandardCharsets.US_ASCII));
      line = current;
    }
    return current.bytes;
  }
}

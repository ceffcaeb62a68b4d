package io.kvapp.server.http.connection;

import io.kvapp.server.http.message.FinishedRequest;
import io.kvapp.server.http.message.RequestObserver;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One line for each request that was answered, or for those that took long, on a logger of its own:
 * method, pattern of the route, status, bytes of the body, microseconds from the first byte of the
 * request on, user, request id. What is not known is a hyphen. The path is not logged, since it may
 * hold a key.
 *
 * <p>All methods may be called from any thread.
 */
final class AccessLog implements RequestObserver {
  private final Logger log;
  private final Level level;
  private final long minNanos;

  private AccessLog(Logger log, Level level, long minNanos) {
    this.log = log;
    this.level = level;
    this.minNanos = minNanos;
  }

  /** Of every request. */
  static AccessLog ofAll() {
    return new AccessLog(LoggerFactory.getLogger("io.kvapp.access"), Level.INFO, 0);
  }

  /**
   * Of those that take so long; a stream, or a request that waits for a change, is none of them.
   */
  static AccessLog ofSlow(long nanos) {
    return new AccessLog(LoggerFactory.getLogger("io.kvapp.slow"), Level.WARN, nanos);
  }

  @Override
  public void finished(FinishedRequest request) {
    boolean isSlow = request.nanos() >= minNanos && !request.isLongLived();
    if ((minNanos == 0 || isSlow) && log.isEnabledForLevel(level)) {
      log.atLevel(level)
          .log(
              "{} {} {} {} {} {} {}",
              request.method().isEmpty() ? "-" : request.method(),
              request.route() == null ? "-" : request.route(),
              request.status(),
              request.bytesOut(),
              TimeUnit.NANOSECONDS.toMicros(request.nanos()),
              request.user() == null ? "-" : oneWord(request.user()),
              request.id());
    }
  }

  /** A name that cannot be taken for another column or line. */
  private static String oneWord(String name) {
    return name.codePoints()
        .map(point -> isShown(point) ? point : '_')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static boolean isShown(int point) {
    return Character.isLetterOrDigit(point) || point > ' ' && point < 0x7f;
  }
}

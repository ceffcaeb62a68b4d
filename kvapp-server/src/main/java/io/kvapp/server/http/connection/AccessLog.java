package io.kvapp.server.http.connection;

import io.kvapp.server.http.message.FinishedRequest;
import io.kvapp.server.http.message.RequestObserver;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each request that was answered, on a logger of its own: method, pattern of the
 * route, status, bytes of the body, microseconds from the first byte of the request on, user,
 * request id. What is not known is a hyphen. The path is not logged, since it may hold a key.
 *
 * <p>All methods may be called from any thread.
 */
final class AccessLog implements RequestObserver {
  private static final Logger LOG = LoggerFactory.getLogger("io.kvapp.access");

  @Override
  public void finished(FinishedRequest request) {
    if (LOG.isInfoEnabled()) {
      LOG.info(
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

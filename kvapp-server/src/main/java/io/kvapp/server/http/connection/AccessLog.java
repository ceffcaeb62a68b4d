package io.kvapp.server.http.connection;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each request that was answered, on a logger of its own: method, pattern of the
 * route, status, bytes of the body, microseconds from the first byte of the request on, user,
 * request id. What is not known is a hyphen. The path is not logged, since it may hold a key.
 *
 * <p>Not thread-safe; each connection has one.
 */
final class AccessLog {
  private static final Logger LOG = LoggerFactory.getLogger("io.kvapp.access");

  private final boolean wanted;
  private long begunAt;
  private String route;
  private String user;

  AccessLog(boolean wanted) {
    this.wanted = wanted;
  }

  /** A request begins to arrive. */
  void begin() {
    route = null;
    user = null;
    if (wanted) {
      begunAt = System.nanoTime();
    }
  }

  /** The request is answered by the route of this pattern. */
  void route(String pattern) {
    route = pattern;
  }

  /** The request is this user's. */
  void user(String name) {
    user = name;
  }

  /** The request was answered. */
  void end(RequestHead head, RequestId id, int status, long bodyBytes) {
    if (wanted && LOG.isInfoEnabled()) {
      long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begunAt);
      LOG.info(
          "{} {} {} {} {} {} {}",
          orHyphen(head.method),
          route == null ? "-" : route,
          status,
          bodyBytes,
          micros,
          user == null ? "-" : oneWord(user),
          id);
    }
  }

  private static String orHyphen(String text) {
    return text.isEmpty() ? "-" : text;
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

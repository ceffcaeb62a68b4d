package io.kvapp.server.http.connection;

import io.kvapp.server.http.message.Authority;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Octets;
import java.io.IOException;
import java.util.List;

/**
 * Reads request lines: method, target and version.
 *
 * <p>Not thread-safe.
 */
final class RequestLineReader {
  private static final List<String> METHODS =
      List.of("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH");
  private static final int MAX_METHOD_BYTES = 32;
  private static final int MAX_NOTED_BYTES = 64;

  private final int maxBytes;
  private final ConnectionInput input;
  private final LineReader lines;
  private final RequestHead head;
  private int authorityFrom;
  private int authorityTo;
  private int defaultPort;

  RequestLineReader(int maxBytes, ConnectionInput input, LineReader lines, RequestHead head) {
    this.maxBytes = maxBytes;
    this.input = input;
    this.lines = lines;
    this.head = head;
  }

  /** Forgets the last request. */
  void clear() {
    authorityFrom = 0;
    authorityTo = 0;
  }

  /**
   * Reads the first line of a head.
   *
   * @throws HttpException if it is malformed, too long or too slow
   */
  void read() throws IOException {
    try {
      readRequestLine();
    } catch (HttpException refused) {
      noteHead();
      notePath();
      throw refused;
    }
  }

  /** Whether the target names a host, as it does in its absolute form. */
  boolean hasAuthority() {
    return authorityTo > authorityFrom;
  }

  /** Whether the target names the host and port that stand from {@code from} to {@code to}. */
  boolean isAuthority(int from, int to) {
    return Authority.areSame(input.bytes(), from, to, authorityFrom, authorityTo, defaultPort);
  }

  /** Notes the method of a broken request if it is HEAD: no response to that has a body. */
  private void noteHead() {
    int to = lines.from() + "HEAD ".length();
    if (to <= input.end() && matches("HEAD ", lines.from())) {
      head.method = "HEAD";
    }
  }

  /**
   * Notes where the path of a broken request begins, by which the form of the response is chosen;
   * without what is malformed.
   */
  private void notePath() {
    byte[] bytes = input.bytes();
    int from = lines.from();
    int end = Math.min(input.end(), from + MAX_METHOD_BYTES + MAX_NOTED_BYTES);
    while (from < end && Octets.isToken(bytes[from] & 0xff)) {
      from++;
    }
    if (from + 1 >= end || bytes[from] != ' ' || bytes[from + 1] != '/') {
      return;
    }
    int to = ++from;
    while (to < end
        && Octets.isTarget(bytes[to] & 0xff)
        && "?#".indexOf(bytes[to]) < 0
        && (bytes[to] != '%' || isPercentEncoding(to, end))) {
      to++;
    }
    head.path = head.text(from, to);
  }

  private void readRequestLine() throws IOException {
    int from = input.position();
    int to = lines.read(maxBytes, 414);
    byte[] bytes = input.bytes();
    int methodTo = from;
    while (methodTo < to && Octets.isToken(bytes[methodTo] & 0xff)) {
      methodTo++;
    }
    int targetFrom = methodTo + 1;
    int targetTo = targetFrom;
    while (targetTo < to && Octets.isTarget(bytes[targetTo] & 0xff)) {
      targetTo++;
    }
    if (methodTo == from
        || methodTo - from > MAX_METHOD_BYTES
        || targetTo >= to
        || targetTo == targetFrom
        || bytes[methodTo] != ' '
        || bytes[targetTo] != ' ') {
      throw HttpException.badRequest("the request line is malformed");
    }
    readVersion(targetTo + 1, to);
    head.method = method(from, methodTo);
    readTarget(targetFrom, targetTo);
  }

  private void readVersion(int from, int to) {
    byte[] bytes = input.bytes();
    boolean wellFormed =
        to - from == 8
            && head.is(from, from + 5, "http/")
            && bytes[from] == 'H'
            && bytes[from + 1] == 'T'
            && bytes[from + 2] == 'T'
            && bytes[from + 3] == 'P'
            && Octets.isDigit(bytes[from + 5])
            && bytes[from + 6] == '.'
            && Octets.isDigit(bytes[from + 7]);
    if (!wellFormed) {
      throw HttpException.badRequest("the request line is malformed");
    }
    if (bytes[from + 5] != '1') {
      throw new HttpException(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
    }
    head.minorVersion = bytes[from + 7] - '0';
  }

  private String method(int from, int to) {
    for (String method : METHODS) {
      if (method.length() == to - from && matches(method, from)) {
        return method;
      }
    }
    return head.text(from, to);
  }

  private boolean matches(String text, int from) {
    byte[] bytes = input.bytes();
    for (int index = 0; index < text.length(); index++) {
      if (bytes[from + index] != text.charAt(index)) {
        return false;
      }
    }
    return true;
  }

  private void readTarget(int from, int to) {
    byte[] bytes = input.bytes();
    for (int at = from; at < to; at++) {
      if (bytes[at] == '#' || bytes[at] == '%' && !isPercentEncoding(at, to)) {
        throw HttpException.badRequest("the request target is malformed");
      }
    }
    if (bytes[from] == '/') {
      head.target(from, to, from);
    } else if (bytes[from] == '*' && to == from + 1 && head.method.equals("OPTIONS")) {
      head.target(from, to, from);
    } else {
      head.target(from, to, endOfAuthority(from, to));
    }
  }

  private boolean isPercentEncoding(int at, int to) {
    byte[] bytes = input.bytes();
    return at + 2 < to
        && Octets.hex(bytes[at + 1] & 0xff) >= 0
        && Octets.hex(bytes[at + 2] & 0xff) >= 0;
  }

  private boolean beginsWith(String scheme, int from, int to) {
    return to - from > scheme.length() && head.is(from, from + scheme.length(), scheme);
  }

  /** Where the path of a target in absolute form begins. */
  private int endOfAuthority(int from, int to) {
    authorityFrom = from;
    if (beginsWith("http://", from, to)) {
      authorityFrom = from + "http://".length();
      defaultPort = 80;
    } else if (beginsWith("https://", from, to)) {
      authorityFrom = from + "https://".length();
      defaultPort = 443;
    }
    int at = authorityFrom;
    while (at < to && input.bytes()[at] != '/' && input.bytes()[at] != '?') {
      at++;
    }
    if (authorityFrom == from
        || !Authority.isValid(input.bytes(), authorityFrom, at)
        || Authority.hostEnd(input.bytes(), authorityFrom, at) == authorityFrom) {
      throw HttpException.badRequest("the request target is malformed");
    }
    authorityTo = at;
    return at;
  }
}

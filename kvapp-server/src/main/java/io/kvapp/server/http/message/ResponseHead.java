package io.kvapp.server.http.message;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * Status and headers of a response, ready to be sent. What depends on the connection and the body
 * ({@code Date}, {@code Connection}, {@code Content-Length}, {@code Transfer-Encoding}) is added
 * when it is sent.
 *
 * <p>Immutable, safe for any thread.
 */
public final class ResponseHead {
  private static final Map<Integer, String> REASONS =
      Map.ofEntries(
          Map.entry(200, "OK"),
          Map.entry(201, "Created"),
          Map.entry(204, "No Content"),
          Map.entry(303, "See Other"),
          Map.entry(304, "Not Modified"),
          Map.entry(400, "Bad Request"),
          Map.entry(401, "Unauthorized"),
          Map.entry(403, "Forbidden"),
          Map.entry(404, "Not Found"),
          Map.entry(405, "Method Not Allowed"),
          Map.entry(408, "Request Timeout"),
          Map.entry(409, "Conflict"),
          Map.entry(410, "Gone"),
          Map.entry(412, "Precondition Failed"),
          Map.entry(413, "Content Too Large"),
          Map.entry(414, "URI Too Long"),
          Map.entry(415, "Unsupported Media Type"),
          Map.entry(417, "Expectation Failed"),
          Map.entry(422, "Unprocessable Content"),
          Map.entry(429, "Too Many Requests"),
          Map.entry(431, "Request Header Fields Too Large"),
          Map.entry(500, "Internal Server Error"),
          Map.entry(501, "Not Implemented"),
          Map.entry(503, "Service Unavailable"),
          Map.entry(504, "Gateway Timeout"),
          Map.entry(505, "HTTP Version Not Supported"),
          Map.entry(507, "Insufficient Storage"));

  /** A header, and those before it; null for none. */
  private record Header(String name, String value, Header before) {}

  private final int status;
  private final Header last;
  private final byte[] bytes;

  private ResponseHead(int status, Header last, byte[] bytes) {
    this.status = status;
    this.last = last;
    this.bytes = bytes;
  }

  /**
   * A head without headers.
   *
   * @throws IllegalArgumentException if {@code status} is not from 200 to 599
   */
  public static ResponseHead of(int status) {
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException("status: 200 to 599, not " + status);
    }
    String line = "HTTP/1.1 " + status + ' ' + reason(status) + "\r\n";
    return new ResponseHead(status, null, line.getBytes(StandardCharsets.ISO_8859_1));
  }

  /**
   * A head with the headers of every response that is made for one request: caches do not keep it,
   * and browsers do not guess its type.
   */
  public static ResponseHead secured(int status) {
    return of(status).with("Cache-Control", "no-store").with("X-Content-Type-Options", "nosniff");
  }

  /** The words that go with a status; empty where they are not known. */
  public static String reason(int status) {
    return REASONS.getOrDefault(status, "");
  }

  /** This head; with {@code Retry-After} where the status asks for it and there is none. */
  public ResponseHead withRetryAfter() {
    boolean isMissing = (status == 503 || status == 429) && header("Retry-After").isEmpty();
    return isMissing ? with("Retry-After", "1") : this;
  }

  /**
   * This head and one header more.
   *
   * @throws IllegalArgumentException if the name is no token, or the value holds a control
   *     character or one beyond Latin-1
   */
  public ResponseHead with(String name, String value) {
    if (name.isEmpty()) {
      throw badName(name);
    }
    int at = bytes.length;
    byte[] longer = Arrays.copyOf(bytes, at + name.length() + value.length() + 4);
    for (int index = 0; index < name.length(); index++) {
      if (!Octets.isToken(name.charAt(index))) {
        throw badName(name);
      }
      longer[at++] = (byte) name.charAt(index);
    }
    longer[at++] = ':';
    longer[at++] = ' ';
    for (int index = 0; index < value.length(); index++) {
      if (!Octets.isFieldValue(value.charAt(index))) {
        throw new IllegalArgumentException("header " + name + ": no control characters");
      }
      longer[at++] = (byte) value.charAt(index);
    }
    longer[at++] = '\r';
    longer[at] = '\n';
    return new ResponseHead(status, new Header(name, value, last), longer);
  }

  private static IllegalArgumentException badName(String name) {
    return new IllegalArgumentException("header name: a token, not \"" + name + "\"");
  }

  /** The status. */
  public int status() {
    return status;
  }

  /** The value of the first header of this name, in any case; empty where there is none. */
  public Optional<String> header(String name) {
    String value = null;
    for (Header header = last; header != null; header = header.before) {
      value = header.name.equalsIgnoreCase(name) ? header.value : value;
    }
    return Optional.ofNullable(value);
  }

  /** Whether a response of this status never has a body, nor a length. */
  public boolean forbidsBody() {
    return status == 204 || status == 304;
  }

  /** Status line and headers, without the empty line at their end; not to be changed. */
  public byte[] bytes() {
    return bytes;
  }
}

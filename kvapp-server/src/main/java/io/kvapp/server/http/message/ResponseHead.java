package io.kvapp.server.http.message;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

  private record Header(String name, String value) {}

  private final int status;
  private final List<Header> headers;
  private final byte[] bytes;

  private ResponseHead(int status, List<Header> headers) {
    this.status = status;
    this.headers = headers;
    StringBuilder text = new StringBuilder("HTTP/1.1 ").append(status).append(' ');
    text.append(reason(status)).append("\r\n");
    for (Header header : headers) {
      text.append(header.name).append(": ").append(header.value).append("\r\n");
    }
    bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
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
    return new ResponseHead(status, List.of());
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
    if (name.isEmpty() || !name.chars().allMatch(Octets::isToken)) {
      throw new IllegalArgumentException("header name: a token, not \"" + name + "\"");
    }
    if (!value.chars().allMatch(Octets::isFieldValue)) {
      throw new IllegalArgumentException("header " + name + ": no control characters");
    }
    List<Header> more = new ArrayList<>(headers);
    more.add(new Header(name, Objects.requireNonNull(value)));
    return new ResponseHead(status, more);
  }

  /** The status. */
  public int status() {
    return status;
  }

  /** The value of the first header of this name, in any case; empty where there is none. */
  public Optional<String> header(String name) {
    return headers.stream()
        .filter(header -> header.name.equalsIgnoreCase(name))
        .map(Header::value)
        .findFirst();
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

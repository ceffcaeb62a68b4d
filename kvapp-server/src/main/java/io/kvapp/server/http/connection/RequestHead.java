package io.kvapp.server.http.connection;

import io.kvapp.server.http.message.Octets;
import io.kvapp.server.http.message.Request;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The head of the request at hand: where its parts are in the input's buffer. One object serves all
 * requests of a connection.
 *
 * <p>Not thread-safe.
 */
final class RequestHead {
  static final long NO_LENGTH = -1;

  private static final int FIRST_HEADERS = 16;
  private static final int MIN_KEPT_CHARS = 64;
  private static final int MAX_KEPT_CHARS = 1 << 10;

  private final ConnectionInput input;
  private int[] offsets = new int[4 * FIRST_HEADERS];
  private int headers;

  String method = "";
  String path = "";
  String query = "";
  private String target = "";
  private String keptValue = "";
  int minorVersion;
  long contentLength;
  boolean chunked;
  boolean expectsContinue;
  boolean closes;
  boolean keepsAlive;
  private int requestIdFrom;
  private int requestIdTo;

  RequestHead(ConnectionInput input) {
    this.input = input;
  }

  /** Forgets the last request. */
  void clear() {
    headers = 0;
    method = "";
    path = "";
    query = "";
    minorVersion = 1;
    contentLength = NO_LENGTH;
    chunked = false;
    expectsContinue = false;
    closes = false;
    keepsAlive = false;
    requestIdFrom = 0;
    requestIdTo = 0;
  }

  /** Takes the place of the header {@code X-Request-Id}; the last one where it is repeated. */
  void noteRequestId(int from, int to) {
    requestIdFrom = from;
    requestIdTo = to;
  }

  /** Has the request named as its client wishes. */
  void name(RequestId id) {
    id.take(input.bytes(), requestIdFrom, requestIdTo);
  }

  /** Takes the target of the request line; the path behind the authority where there is one. */
  void target(int from, int to, int pathFrom) {
    // On a connection that asks for the same thing again and again no string is made anew.
    if (!isSame(target, from, to)) {
      target = text(from, to);
    }
    if (pathFrom == to) {
      path = "/";
      return;
    }
    int question = target.indexOf('?', pathFrom - from);
    if (question < 0) {
      path = pathFrom == from ? target : target.substring(pathFrom - from);
    } else {
      path = target.substring(pathFrom - from, question);
      query = target.substring(question + 1);
      path = path.isEmpty() ? "/" : path;
    }
  }

  void addHeader(int nameFrom, int nameTo, int valueFrom, int valueTo) {
    int at = 4 * headers;
    if (at == offsets.length) {
      offsets = Arrays.copyOf(offsets, 2 * at);
    }
    offsets[at] = nameFrom;
    offsets[at + 1] = nameTo;
    offsets[at + 2] = valueFrom;
    offsets[at + 3] = valueTo;
    headers++;
  }

  int headers() {
    return headers;
  }

  /** The value of a header, as {@link Request#header} says. */
  String header(String name) {
    String value = null;
    for (int at = 0; at < 4 * headers; at += 4) {
      if (is(offsets[at], offsets[at + 1], name)) {
        String next = value(offsets[at + 2], offsets[at + 3]);
        value = value == null ? next : value + ", " + next;
      }
    }
    return value;
  }

  /** Whether a header has a name that begins like this, as {@link Request} says. */
  boolean hasHeaderBeginning(String prefix) {
    for (int at = 0; at < 4 * headers; at += 4) {
      int end = offsets[at] + prefix.length();
      if (end <= offsets[at + 1] && is(offsets[at], end, prefix)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the bytes are this text, which is in lower case, in any case. */
  boolean is(int from, int to, String text) {
    if (to - from != text.length()) {
      return false;
    }
    byte[] bytes = input.bytes();
    for (int index = 0; index < text.length(); index++) {
      if (Octets.lower(bytes[from + index]) != text.charAt(index)) {
        return false;
      }
    }
    return true;
  }

  String text(int from, int to) {
    return new String(input.bytes(), from, to - from, StandardCharsets.ISO_8859_1);
  }

  /** The text of a header; for a token, which comes with each request, mostly the same object. */
  private String value(int from, int to) {
    if (to - from < MIN_KEPT_CHARS || to - from > MAX_KEPT_CHARS) {
      return text(from, to);
    }
    if (!isSame(keptValue, from, to)) {
      keptValue = text(from, to);
    }
    return keptValue;
  }

  private boolean isSame(String text, int from, int to) {
    if (text.length() != to - from) {
      return false;
    }
    byte[] bytes = input.bytes();
    for (int index = 0; index < text.length(); index++) {
      if (text.charAt(index) != (bytes[from + index] & 0xff)) {
        return false;
      }
    }
    return true;
  }
}

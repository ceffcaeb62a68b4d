package io.kvapp.server.http.routing;

import io.kvapp.server.http.message.Octets;
import java.util.Arrays;

/**
 * Percent-encodings in the paths of requests, which are well-formed ASCII.
 *
 * <p>All methods may be called from any thread.
 */
final class PercentEncoding {
  private PercentEncoding() {}

  /** The bytes that the path from {@code from} on stands for, decoded once, byte by byte. */
  static byte[] decoded(String path, int from) {
    byte[] bytes = new byte[path.length() - from];
    int size = 0;
    int at = from;
    while (at < path.length()) {
      boolean isEncoded = path.charAt(at) == '%';
      bytes[size++] = (byte) (isEncoded ? octet(path, at) : path.charAt(at));
      at += isEncoded ? 3 : 1;
    }
    return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
  }

  /**
   * A path without the percent-encodings that change nothing (RFC 3986, section 6.2.2.2): letters,
   * digits and {@code -._~}. An encoded slash stays one, and is not a slash.
   */
  static String normalized(String path) {
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (at < path.length()) {
      boolean isEncoded = path.charAt(at) == '%';
      if (isEncoded && Octets.isUnreserved(octet(path, at))) {
        text.append((char) octet(path, at));
      } else {
        text.append(path, at, isEncoded ? at + 3 : at + 1);
      }
      at += isEncoded ? 3 : 1;
    }
    return text.toString();
  }

  private static int octet(String path, int percent) {
    return Octets.hex(path.charAt(percent + 1)) << 4 | Octets.hex(path.charAt(percent + 2));
  }
}

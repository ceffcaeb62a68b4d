package io.kvapp.client.http.message;

import java.nio.charset.StandardCharsets;

/**
 * The path and query of a request, with bytes percent-encoded.
 *
 * <p>Not thread-safe.
 */
public final class Target {
  private static final char[] HEX = "0123456789ABCDEF".toCharArray();
  private static final String UNRESERVED = "-._~";
  private static final String ALSO_IN_PATHS = "/:@!$*(),";

  private final StringBuilder text;
  private boolean hasQuery;

  private Target(String path) {
    text = new StringBuilder(path);
  }

  /** The target with this path, which is encoded already. */
  public static Target of(String path) {
    return new Target(path);
  }

  /** The target of a key: in the path, or in the query where something on the way may change it. */
  public static Target ofKey(byte[] key) {
    if (isFragile(key)) {
      return of("/v1/kv").with("key", key);
    }
    Target target = of("/v1/kv/");
    target.encode(key, ALSO_IN_PATHS);
    return target;
  }

  public Target with(String name, byte[] value) {
    text.append(hasQuery ? '&' : '?').append(name).append('=');
    hasQuery = true;
    encode(value, "");
    return this;
  }

  public Target with(String name, String value) {
    return with(name, value.getBytes(StandardCharsets.UTF_8));
  }

  public Target with(String name, long value) {
    return with(name, Long.toString(value));
  }

  public Target copy() {
    Target copy = new Target(text.toString());
    copy.hasQuery = hasQuery;
    return copy;
  }

  public int length() {
    return text.length();
  }

  @Override
  public String toString() {
    return text.toString();
  }

  /** Whether a segment of the key is empty, a dot or two, which proxies and browsers remove. */
  private static boolean isFragile(byte[] key) {
    int from = 0;
    for (int at = 0; at <= key.length; at++) {
      if (at == key.length || key[at] == '/') {
        int length = at - from;
        boolean dots = length <= 2;
        for (int index = from; index < at && dots; index++) {
          dots = key[index] == '.';
        }
        if (dots) {
          return true;
        }
        from = at + 1;
      }
    }
    return false;
  }

  private void encode(byte[] bytes, String alsoAllowed) {
    for (byte each : bytes) {
      char octet = (char) (each & 0xff);
      boolean plain =
          octet >= 'a' && octet <= 'z'
              || octet >= 'A' && octet <= 'Z'
              || octet >= '0' && octet <= '9'
              || UNRESERVED.indexOf(octet) >= 0
              || alsoAllowed.indexOf(octet) >= 0;
      if (plain) {
        text.append(octet);
      } else {
        text.append('%').append(HEX[octet >> 4]).append(HEX[octet & 15]);
      }
    }
  }
}

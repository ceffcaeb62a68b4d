package io.kvapp.bench.engine;

import java.util.Arrays;

/** Prefixes, for engines without a prefix scan of their own. */
final class Prefixes {
  private Prefixes() {}

  /** The first key beyond all keys with this prefix, whose last byte is below 0xff. */
  static byte[] end(byte[] prefix) {
    byte[] end = prefix.clone();
    end[end.length - 1]++;
    return end;
  }

  static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }
}

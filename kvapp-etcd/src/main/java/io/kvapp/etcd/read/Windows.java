package io.kvapp.etcd.read;

import java.util.Arrays;

/**
 * How far ahead a page is read. The cluster walks through the whole range it is asked for, however
 * few of its keys are wanted, so that each request is about the keys that share a beginning with
 * the place where it begins. How long that beginning is, is learnt from the pages before.
 *
 * <p>Safe for any thread.
 */
final class Windows {
  private volatile int depth;

  /** How many bytes a window of a scan should share; 0 for all of it. */
  int depth() {
    return depth;
  }

  /**
   * Learns from a full page.
   *
   * @param first its first key
   * @param last its last key
   */
  void learn(byte[] first, byte[] last) {
    int common = Arrays.mismatch(first, last);
    depth = common < 0 ? first.length : common;
  }

  /** Where a window ends that begins at {@code from}: at {@code to}, null for no end, or before. */
  static byte[] end(byte[] from, byte[] to, int depth) {
    byte[] end = successor(from, Math.min(depth, from.length));
    return end == null || to != null && Arrays.compareUnsigned(end, to) >= 0 ? to : end;
  }

  /** Where a window begins that ends at {@code to}, null for no end: at {@code from} or behind. */
  static byte[] start(byte[] from, byte[] to, int depth) {
    if (to == null || depth <= 0 || to.length == 0) {
      return from;
    }
    byte[] start = Arrays.copyOf(to, Math.min(depth, to.length - 1));
    return Arrays.compareUnsigned(start, from) < 0 ? from : start;
  }

  /** The smallest key above all that begin with so many bytes of a key; null where none is. */
  private static byte[] successor(byte[] key, int length) {
    int last = length - 1;
    while (last >= 0 && key[last] == (byte) 0xff) {
      last--;
    }
    if (last < 0) {
      return null;
    }
    byte[] end = Arrays.copyOf(key, last + 1);
    end[last]++;
    return end;
  }
}

package io.kvapp.server.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds where runs of ASCII and lines end, eight bytes at a time.
 *
 * <p>All methods may be called from any thread.
 */
public final class AsciiRuns {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x80 * ONES;
  private static final long SPACES = ' ' * ONES;
  private static final long QUOTES = '"' * ONES;
  private static final long BACKSLASHES = '\\' * ONES;
  private static final long LINE_FEEDS = '\n' * ONES;

  private AsciiRuns() {}

  /** The index of the first byte that is not ASCII; {@code to} where all are. */
  static int end(byte[] bytes, int from, int to) {
    int at = from;
    while (to - at >= Long.BYTES && ((long) LONGS.get(bytes, at) & HIGH_BITS) == 0) {
      at += Long.BYTES;
    }
    while (at < to && bytes[at] >= 0) {
      at++;
    }
    return at;
  }

  /**
   * The index of the first byte that is not ASCII, or does not stand for itself in a JSON string: a
   * control character, a quote or a backslash; {@code to} where there is none.
   */
  static int plainEnd(byte[] bytes, int from, int to) {
    int at = from;
    while (to - at >= Long.BYTES && isPlain((long) LONGS.get(bytes, at))) {
      at += Long.BYTES;
    }
    while (at < to && isPlain(bytes[at])) {
      at++;
    }
    return at;
  }

  /** The index of the first line feed; {@code to} where there is none. */
  public static int lineEnd(byte[] bytes, int from, int to) {
    int at = from;
    while (to - at >= Long.BYTES) {
      long differing = (long) LONGS.get(bytes, at) ^ LINE_FEEDS;
      // The lowest of these bits belongs to the first byte that does not differ.
      long found = differing - ONES & ~differing & HIGH_BITS;
      if (found != 0) {
        return at + Long.numberOfTrailingZeros(found) / Byte.SIZE;
      }
      at += Long.BYTES;
    }
    while (at < to && bytes[at] != '\n') {
      at++;
    }
    return at;
  }

  private static boolean isPlain(byte octet) {
    return octet >= ' ' && octet != '"' && octet != '\\';
  }

  /** Without a high bit in it, subtracting sets one where a byte is below what is subtracted. */
  private static boolean isPlain(long eight) {
    long notPlain = eight | eight - SPACES | (eight ^ QUOTES) - ONES | (eight ^ BACKSLASHES) - ONES;
    return (notPlain & HIGH_BITS) == 0;
  }
}

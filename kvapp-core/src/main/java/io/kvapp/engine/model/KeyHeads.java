package io.kvapp.engine.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Heads of keys: eight bytes as one number, which compares faster than a key; and the search in
 * arrays of them.
 *
 * <p>Safe for any thread.
 */
public final class KeyHeads {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private KeyHeads() {}

  /**
   * Eight bytes of a key from {@code from} on, with zeros behind its end. Of two keys with the same
   * bytes before {@code from} the one with the lower head, unsigned, is the lower one; equal heads
   * tell nothing.
   */
  public static long of(byte[] key, int from) {
    int bytes = key.length - from;
    if (bytes >= Long.BYTES) {
      return (long) LONG.get(key, from);
    }
    long head = 0;
    for (int i = 0; i < bytes; i++) {
      head |= (key[from + i] & 0xffL) << (Long.SIZE - Byte.SIZE * (i + 1));
    }
    return head;
  }

  /**
   * Compares a key with a prefix: 0 if it begins with the prefix, below 0 if it is less than every
   * key that does, above 0 if it is greater.
   */
  public static int comparePrefix(byte[] key, byte[] prefix) {
    int length = Math.min(prefix.length, key.length);
    return Arrays.compareUnsigned(key, 0, length, prefix, 0, prefix.length);
  }

  /**
   * The first index in a range of ascending heads whose head is not below another; {@code to} where
   * there is none.
   */
  public static int firstNotBelow(long[] heads, int from, int to, long head) {
    int low = from;
    int high = to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(heads[middle], head) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * The first index in a range of ascending heads whose head is above another; {@code to} where
   * there is none.
   *
   * @param from the {@linkplain #firstNotBelow first} that is not below it
   */
  public static int firstAbove(long[] heads, int from, int to, long head) {
    // Nearly always there is no equal head, or one.
    if (from == to || heads[from] != head) {
      return from;
    }
    if (from + 1 == to || heads[from + 1] != head) {
      return from + 1;
    }
    return head == -1 ? to : firstNotBelow(heads, from + 2, to, head + 1);
  }
}

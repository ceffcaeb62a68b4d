package io.kvapp.engine.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The first bytes of keys as numbers, which compare faster than keys. */
public final class KeyHeads {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private KeyHeads() {}

  /**
   * Eight bytes of a key from {@code from} on, with zeros behind its end. Of two keys with the same
   * bytes before {@code from} the one with the lower head, unsigned, is the lower one; equal heads
   * say nothing.
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
}

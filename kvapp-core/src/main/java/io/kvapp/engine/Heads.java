package io.kvapp.engine;

/** The first bytes of keys as numbers, which compare faster than keys. */
final class Heads {
  private Heads() {}

  /**
   * Eight bytes of a key from {@code from} on, with zeros behind its end. Of two keys with the same
   * bytes before {@code from} the one with the lower head, unsigned, is the lower one; equal heads
   * say nothing.
   */
  static long of(byte[] key, int from) {
    long head = 0;
    int end = Math.min(key.length, from + Long.BYTES);
    for (int i = from; i < end; i++) {
      head |= (key[i] & 0xffL) << (Long.SIZE - Byte.SIZE * (i - from + 1));
    }
    return head;
  }
}

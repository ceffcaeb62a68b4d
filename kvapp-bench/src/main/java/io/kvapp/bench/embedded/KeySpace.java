package io.kvapp.bench.embedded;

import java.nio.charset.StandardCharsets;

/**
 * The keys of a run: 23 bytes each, like {@code user6c9a2f3be01d7745042}, in groups of 1,000 that
 * share all but the last three digits.
 *
 * <p>Groups lie scattered, so that neighbours in number are no neighbours in order; within a group
 * a prefix that leaves one, two or three digits open is shared by exactly 10, 100 or 1,000 keys.
 *
 * <p>Immutable, safe for any thread.
 */
final class KeySpace {
  static final int KEY_BYTES = 23;
  static final int GROUP = 1_000;
  private static final int LEAST_STEP = 100;

  private static final byte[] START = "user".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final int HEX_DIGITS = 16;
  private static final int GROUP_END = START.length + HEX_DIGITS;

  private final long entries;
  private final long step;

  /**
   * The keys of a store.
   *
   * @param entries how many; a multiple of 100, and of 1,000 where pages of 1,000 are read
   */
  KeySpace(long entries) {
    if (entries < LEAST_STEP || entries % LEAST_STEP != 0) {
      throw new IllegalArgumentException(
          "entries: a multiple of " + LEAST_STEP + ", not " + entries);
    }
    this.entries = entries;
    step = stepOver(entries);
  }

  long entries() {
    return entries;
  }

  /** The key of a number; numbers from {@link #entries()} on are keys that are not loaded. */
  byte[] key(long number) {
    byte[] key = new byte[KEY_BYTES];
    int member = writeGroup(key, number);
    writeMember(key, member);
    return key;
  }

  /** A key that is never in a store, near {@link #key(long)} in order. */
  byte[] missing(long number) {
    byte[] key = key(number);
    key[KEY_BYTES - 1] += 16;
    return key;
  }

  /**
   * The prefix of {@code key(number)} that {@code size} keys share.
   *
   * @param size 10, 100 or 1,000
   */
  byte[] prefix(long number, int size) {
    int open = size == 10 ? 1 : size == 100 ? 2 : 3;
    byte[] key = key(number);
    byte[] prefix = new byte[KEY_BYTES - open];
    System.arraycopy(key, 0, prefix, 0, prefix.length);
    return prefix;
  }

  /** The number to load at a position, so that all are loaded once, neighbours far apart. */
  long scattered(long position) {
    return Math.floorMod(position * step, entries);
  }

  private static int writeGroup(byte[] key, long number) {
    System.arraycopy(START, 0, key, 0, START.length);
    long bits = mixed(number / GROUP);
    for (int at = GROUP_END - 1; at >= START.length; at--) {
      key[at] = HEX[(int) bits & 15];
      bits >>>= 4;
    }
    return (int) (number % GROUP);
  }

  private static void writeMember(byte[] key, int member) {
    key[GROUP_END] = (byte) ('0' + member / 100);
    key[GROUP_END + 1] = (byte) ('0' + member / 10 % 10);
    key[GROUP_END + 2] = (byte) ('0' + member % 10);
  }

  /** A one-to-one scattering of 64-bit numbers, after David Stafford's thirteenth variant. */
  static long mixed(long number) {
    long bits = (number ^ number >>> 30) * 0xbf58476d1ce4e5b9L;
    bits = (bits ^ bits >>> 27) * 0x94d049bb133111ebL;
    return bits ^ bits >>> 31;
  }

  /** A step near the golden section that shares no factor with {@code entries}. */
  private static long stepOver(long entries) {
    long step = (long) (entries * 0.6180339887) | 1;
    while (greatestCommonDivisor(step, entries) != 1) {
      step += 2;
    }
    return step;
  }

  private static long greatestCommonDivisor(long a, long b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }
}

package io.kvapp.bench.embedded;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.LongStream;

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
  private static final int GROUP = 1_000;
  private static final int MIN_ENTRIES = 100;

  private static final byte[] START = "user".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final int GROUP_END = START.length + 16;

  private final long entries;
  private final long step;

  /**
   * The keys of a store.
   *
   * @param entries how many; a multiple of 100, and of 1,000 where pages of 1,000 are read
   */
  KeySpace(long entries) {
    if (entries < MIN_ENTRIES || entries % MIN_ENTRIES != 0) {
      throw new IllegalArgumentException(
          "entries: a multiple of " + MIN_ENTRIES + ", not " + entries);
    }
    this.entries = entries;
    step = stepOver(entries);
  }

  long entries() {
    return entries;
  }

  /** The numbers of the loaded keys, in the order of the keys. */
  LongStream inOrder() {
    return LongStream.range(0, (entries + GROUP - 1) / GROUP)
        .boxed()
        .sorted((one, other) -> Long.compareUnsigned(mixed(one), mixed(other)))
        .flatMapToLong(
            group -> LongStream.range(group * GROUP, Math.min(entries, (group + 1) * GROUP)));
  }

  /** The key of a number; numbers from {@link #entries()} on are keys that are not loaded. */
  byte[] key(long number) {
    byte[] key = Arrays.copyOf(START, KEY_BYTES);
    long bits = mixed(number / GROUP);
    for (int at = GROUP_END - 1; at >= START.length; at--) {
      key[at] = HEX[(int) bits & 15];
      bits >>>= 4;
    }
    int member = (int) (number % GROUP);
    key[GROUP_END] = HEX[member / 100];
    key[GROUP_END + 1] = HEX[member / 10 % 10];
    key[GROUP_END + 2] = HEX[member % 10];
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
    return Arrays.copyOf(key(number), KEY_BYTES - open);
  }

  /** The number to load at a position, so that all are loaded once, neighbours far apart. */
  long scattered(long position) {
    return Math.floorMod(position * step, entries);
  }

  /** A one-to-one scattering of 64-bit numbers, after David Stafford's thirteenth variant. */
  static long mixed(long number) {
    long bits = (number ^ number >>> 30) * 0xbf58476d1ce4e5b9L;
    bits = (bits ^ bits >>> 27) * 0x94d049bb133111ebL;
    return bits ^ bits >>> 31;
  }

  /** A step near the golden section that shares no factor with {@code entries}. */
  private static long stepOver(long entries) {
    BigInteger count = BigInteger.valueOf(entries);
    long step = (long) (entries * 0.6180339887) | 1;
    while (!BigInteger.valueOf(step).gcd(count).equals(BigInteger.ONE)) {
      step += 2;
    }
    return step;
  }
}

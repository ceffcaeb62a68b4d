package io.kvapp.bench.embedded;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Values of random bytes, which do not compress, of one size. Making one costs a copy.
 *
 * <p>Not thread-safe.
 */
final class RandomValues {
  private static final int VARIETY = 1 << 16;

  private final SplittableRandom random;
  private final byte[] pool;
  private final int bytes;

  RandomValues(long seed, int bytes) {
    random = new SplittableRandom(seed);
    pool = new byte[VARIETY + bytes];
    random.nextBytes(pool);
    this.bytes = bytes;
  }

  byte[] next() {
    int from = random.nextInt(VARIETY);
    return Arrays.copyOfRange(pool, from, from + bytes);
  }
}

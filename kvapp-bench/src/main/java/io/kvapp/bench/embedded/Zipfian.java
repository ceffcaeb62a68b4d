package io.kvapp.bench.embedded;

import java.util.random.RandomGenerator;

/**
 * Numbers as YCSB draws them: the n-th most popular is drawn in proportion to 1/n^0.99, and the
 * popular ones lie scattered.
 *
 * <p>After Gray et al., "Quickly generating billion-record synthetic databases", 1994. Immutable,
 * safe for any thread.
 */
final class Zipfian {
  private static final double SKEW = 0.99;

  private final long items;
  private final double alpha;
  private final double zeta;
  private final double eta;

  Zipfian(long items) {
    this.items = items;
    alpha = 1 / (1 - SKEW);
    zeta = zeta(items);
    eta = (1 - Math.pow(2.0 / items, 1 - SKEW)) / (1 - zeta(2) / zeta);
  }

  /** The next number, from 0 to one below the count of items. */
  long next(RandomGenerator random) {
    return Math.floorMod(KeySpace.mixed(rank(random.nextDouble())), items);
  }

  long rank(double uniform) {
    double scaled = uniform * zeta;
    if (scaled < 1) {
      return 0;
    }
    if (scaled < 1 + Math.pow(0.5, SKEW)) {
      return 1;
    }
    return Math.min(items - 1, (long) (items * Math.pow(eta * uniform - eta + 1, alpha)));
  }

  private static double zeta(long count) {
    double sum = 0;
    for (long n = 1; n <= count; n++) {
      sum += 1 / Math.pow(n, SKEW);
    }
    return sum;
  }
}

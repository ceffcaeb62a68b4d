package io.kvapp.bench.embedded;

import io.kvapp.bench.engine.Engine;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.commons.rng.sampling.distribution.RejectionInversionZipfSampler;

/**
 * The opened and loaded engine that the benchmarks of this JVM use.
 *
 * <p>JMH makes its states itself, so they find the stage through a static field; it is set before
 * JMH runs, in the same JVM.
 */
final class Stage {
  private static final int POPULAR_NUMBERS = 1 << 20;
  private static final double YCSB_SKEW = 0.99;
  private static volatile Stage current;

  final Engine engine;
  final KeySpace keys;
  final int valueBytes;
  private final AtomicLong inserted = new AtomicLong();
  private int[] popular;

  Stage(Engine engine, KeySpace keys, int valueBytes) {
    this.engine = engine;
    this.keys = keys;
    this.valueBytes = valueBytes;
  }

  static void set(Stage stage) {
    current = stage;
  }

  static Stage current() {
    if (current == null) {
      throw new IllegalStateException("no engine is open in this JVM; run io.kvapp.bench.Bench");
    }
    return current;
  }

  /** A key that no benchmark has added yet. */
  byte[] nextNewKey() {
    return keys.key(keys.entries() + inserted.getAndIncrement());
  }

  /**
   * Numbers of entries as YCSB draws them: the n-th most popular is drawn in proportion to
   * 1/n^0.99, and the popular ones lie scattered. They are drawn in advance, since that takes
   * longer than a read from some engine.
   */
  synchronized int[] popularNumbers() {
    if (popular == null) {
      SplittableRandom random = new SplittableRandom(keys.entries());
      int entries = (int) keys.entries();
      var ranks = RejectionInversionZipfSampler.of(random::nextLong, entries, YCSB_SKEW);
      popular = ranks.samples(POPULAR_NUMBERS).map(rank -> scattered(rank - 1)).toArray();
    }
    return popular;
  }

  /** The number of the entry that has a rank of popularity, counted from 0. */
  int scattered(int rank) {
    return (int) Math.floorMod(KeySpace.mixed(rank), keys.entries());
  }
}

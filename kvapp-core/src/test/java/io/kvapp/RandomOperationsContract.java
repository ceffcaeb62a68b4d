package io.kvapp;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Thousands of random operations, each held against a {@link java.util.TreeMap}. */
interface RandomOperationsContract extends StoreFixture {
  @Test
  default void randomOperations_agreeWithASortedMap() {
    Long chosen = Long.getLong("kvapp.seed");
    long seed = chosen == null ? new Random().nextLong() : chosen;
    int steps = Integer.getInteger("kvapp.steps", times(6_000));
    System.out.println("random operations: -Dkvapp.seed=" + seed + " -Dkvapp.steps=" + steps);
    new RandomOperations(this, seed).run(steps);
  }
}

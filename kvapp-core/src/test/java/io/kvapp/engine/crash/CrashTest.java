package io.kvapp.engine.crash;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * What a store promises a process that is killed. {@code -Dkvapp.cycles} says how often; {@link
 * Campaign} runs hundreds.
 */
class CrashTest {
  private static final int CYCLES = Integer.getInteger("kvapp.cycles", 12);

  @Test
  void kill_atAnyMoment_losesNothingAcknowledged() throws Exception {
    long seed = Long.getLong("kvapp.seed", System.nanoTime());
    System.out.println("crash cycles: -Dkvapp.seed=" + seed);
    try (ScratchFolder scratch = ScratchFolder.inMemory()) {
      CrashCycles cycles = new CrashCycles(scratch.path(), seed);

      cycles.run(CYCLES);

      assertThat(cycles.acknowledged()).isPositive();
      assertThat(cycles.tally()).containsKeys("killed while writing", "single writes under way");
    }
  }
}

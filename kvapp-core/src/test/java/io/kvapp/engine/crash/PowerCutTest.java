package io.kvapp.engine.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kvapp.Durability;
import io.kvapp.engine.file.LoopDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a store promises when the power is cut; {@link Campaign} runs many more cycles. */
@Tag("once")
class PowerCutTest {
  private static final int CYCLES = 3;

  @BeforeEach
  void requireALoopDisk() throws Exception {
    String missing = LoopDisk.missing();
    assumeTrue(missing == null, () -> "skipped: " + missing);
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void cut_atAnyMoment_takesNoMoreThanTheDurabilityAllows(Durability durability) throws Exception {
    long seed = Long.getLong("kvapp.seed", System.nanoTime());
    System.out.println("power cuts: -Dkvapp.seed=" + seed);
    try (ScratchFolder scratch = ScratchFolder.inMemory()) {
      PowerCutCycles cycles = new PowerCutCycles(scratch.path(), seed, durability);

      cycles.run(CYCLES);

      assertThat(cycles.acknowledged()).isPositive();
    }
  }
}

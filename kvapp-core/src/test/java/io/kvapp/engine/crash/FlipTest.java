package io.kvapp.engine.crash;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Bits that flip while a store is open; {@link Campaign} has many more flip. */
@Tag("once")
class FlipTest {
  private static final int ROUNDS = 40;

  @Test
  void bitThatFlips_inAnyFileOfAnOpenStore_isNeverServedAndTakesNoOtherWrite() throws Exception {
    FlipCampaign.Flips flips = FlipCampaign.run(ROUNDS, 1);

    assertThat(flips.result().losses()).isEmpty();
    assertThat(flips.result().faults()).isPositive();
    assertThat(flips.outcomes().keySet())
        .anyMatch(outcome -> outcome.startsWith("journal"))
        .anyMatch(outcome -> outcome.startsWith("snapshot"))
        .anyMatch(outcome -> outcome.startsWith("live"));
  }
}

package io.kvapp.engine.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Damaged files are right or refused by name, and can be opened anyway. */
@Tag("once")
class DamageTest {
  private static final int CYCLES = 120;
  private static final long SEED = 1;
  private static final int BYTES_BETWEEN_CUTS = 23;

  @Test
  void open_withAnyFileDamaged_isRightOrRefusedByName() throws IOException {
    FaultCampaign.Result result = DamageCampaign.random(CYCLES, SEED);

    assertThat(result.losses()).isEmpty();
    // Damage to history alone goes unnoticed until somebody asks for it.
    assertThat(result.faults()).isBetween(CYCLES / 8, CYCLES * 9 / 10);
  }

  @Test
  void open_withTheJournalCut_keepsWhatIsBeforeTheCut() throws IOException {
    FaultCampaign.Result result = DamageCampaign.journalCuts(BYTES_BETWEEN_CUTS, SEED);

    assertThat(result.losses()).isEmpty();
    assertThat(result.cycles()).isGreaterThan(40);
  }
}

package io.kvapp.engine.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.Durability;
import io.kvapp.engine.file.FaultDisk;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each operation of a small workload fails, or is the first that a power cut takes. */
class DiskFaultTest {
  private static final long SEED = 1;

  @ParameterizedTest
  @CsvSource({"FAIL_ONCE, OS", "FAIL_ONCE, SYNC", "CUT, OS", "CUT, SYNC"})
  void fault_atEveryOperation_losesNothingPromised(FaultDisk.Kind kind, Durability durability)
      throws IOException {
    FaultCampaign.Result result = FaultCampaign.everyOperation(kind, durability, 1, true, SEED);

    assertThat(result.losses()).isEmpty();
    assertThat(result.faults()).isGreaterThan(80);
  }

  @ParameterizedTest
  @CsvSource({"FAIL_FROM, SYNC", "FULL, OS"})
  void fault_thatLasts_losesNothingPromised(FaultDisk.Kind kind, Durability durability)
      throws IOException {
    FaultCampaign.Result result = FaultCampaign.everyOperation(kind, durability, 9, false, SEED);

    assertThat(result.losses()).isEmpty();
    assertThat(result.faults()).isGreaterThan(5);
  }
}

package io.kvapp.engine.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.Durability;
import io.kvapp.engine.file.FaultDisk;
import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each operation of a small workload fails, or is the first that a power cut takes. {@code
 * -Dkvapp.stride=1} does so for each, otherwise every third does, from a random one on.
 */
@Tag("once")
class DiskFaultTest {
  private static final long SEED = 1;

  /** Odd, so that the runs keep taking turns in what their store does on its own. */
  private static final int STRIDE = Integer.getInteger("kvapp.stride", 3);

  @ParameterizedTest
  @CsvSource({"FAIL_ONCE, OS", "FAIL_ONCE, SYNC", "CUT, OS", "CUT, SYNC"})
  void fault_atEveryOperation_losesNothingPromised(FaultDisk.Kind kind, Durability durability)
      throws IOException {
    FaultCampaign.Result result =
        FaultCampaign.everyOperation(kind, durability, first(STRIDE), STRIDE, true, SEED);

    assertThat(result.losses()).isEmpty();
    assertThat(result.faults()).isGreaterThan(80 / STRIDE);
  }

  @ParameterizedTest
  @CsvSource({"FAIL_FROM, SYNC", "FULL, OS"})
  void fault_thatLasts_losesNothingPromised(FaultDisk.Kind kind, Durability durability)
      throws IOException {
    int stride = 9;
    FaultCampaign.Result result =
        FaultCampaign.everyOperation(kind, durability, first(stride), stride, false, SEED);

    assertThat(result.losses()).isEmpty();
    assertThat(result.faults()).isGreaterThan(5);
  }

  private static int first(int stride) {
    return 1 + ThreadLocalRandom.current().nextInt(stride);
  }
}

package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class DiskFullTest {
  private static final long SEED = 4;

  @Test
  void fullDisk_refusesWritesAndLosesNothing() throws Exception {
    Optional<FaultCampaign.Result> result = DiskFullCampaign.run(1, SEED);
    assumeTrue(result.isPresent(), "skipped: mounting a small file system takes root on Linux");

    assertThat(result.get().losses()).isEmpty();
    assertThat(result.get().faults()).isGreaterThan(10);
  }
}

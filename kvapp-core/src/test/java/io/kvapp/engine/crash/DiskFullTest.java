package io.kvapp.engine.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("once")
class DiskFullTest {
  private static final long SEED = 4;
  private static final long SEED_OF_AN_OPEN_WITH_LITTLE_SPACE = 46559026040577L;

  @ParameterizedTest
  @ValueSource(longs = {SEED, SEED_OF_AN_OPEN_WITH_LITTLE_SPACE})
  void fullDisk_refusesWritesAndLosesNothing(long seed) throws Exception {
    Optional<FaultCampaign.Result> result = DiskFullCampaign.run(1, seed);
    assumeTrue(result.isPresent(), "skipped: mounting a small file system takes root on Linux");

    assertThat(result.get().losses()).isEmpty();
    assertThat(result.get().faults()).isGreaterThan(10);
  }
}

package io.kvapp.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.SyncTimes;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SyncClockTest {
  private final SyncClock clock = new SyncClock();

  @Test
  void add_ofTimesAtTheBounds_countsThemUpToTheBound() {
    List<Duration> bounds = SyncTimes.BOUNDS;
    for (int i = 0; i < bounds.size(); i++) {
      clock.add(bounds.get(i).toNanos());
      SyncTimes times = clock.times();
      assertThat(times.counts().get(i)).isOne();
      assertThat(times.count()).isEqualTo(i + 1);
    }
    clock.add(bounds.get(0).toNanos() + 1);
    clock.add(Duration.ofMinutes(1).toNanos());
    SyncTimes times = clock.times();
    assertThat(times.counts().get(1)).isEqualTo(2);
    assertThat(times.counts().get(bounds.size())).isOne();
    assertThat(times.longest()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void times_ofNone_areZero() {
    assertThat(clock.times()).isEqualTo(SyncTimes.NONE);
    assertThat(SyncTimes.NONE.mean()).isZero();
  }

  @Test
  void times_ofTwo_haveTheirMean() {
    clock.add(1_000);
    clock.add(3_000);
    assertThat(clock.times().mean()).isEqualTo(Duration.ofNanos(2_000));
    assertThat(clock.times().total()).isEqualTo(Duration.ofNanos(4_000));
  }

  @Test
  void construction_withAnotherNumberOfCounts_isRefused() {
    assertThatThrownBy(() -> new SyncTimes(List.of(1L), Duration.ZERO, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("17");
  }
}

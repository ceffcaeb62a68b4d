package io.kvapp.server.auth.password;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.SteppedClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeakyBucketsTest {
  private final SteppedClock clock = new SteppedClock();
  private final LeakyBuckets buckets = new LeakyBuckets(3, Duration.ofSeconds(10), clock);

  @Test
  void take_fullBucket_saysWhenThereIsRoom() {
    fill(7);

    assertThat(buckets.take(7)).isEqualTo(Duration.ofSeconds(10));
    clock.advance(Duration.ofSeconds(4));
    assertThat(buckets.take(7)).isEqualTo(Duration.ofSeconds(6));
    clock.advance(Duration.ofSeconds(6));
    assertThat(buckets.take(7)).isZero();
    assertThat(buckets.take(7)).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void take_otherHash_isCountedByItself() {
    fill(7);

    assertThat(buckets.take(8)).isZero();
  }

  @Test
  void take_longPause_emptiesTheBucketAndNoMore() {
    fill(7);
    clock.advance(Duration.ofDays(1));

    fill(7);
    assertThat(buckets.take(7)).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void take_clockSetBack_waitsNoLongerThanAFullBucketDoes() {
    fill(7);
    clock.advance(Duration.ofDays(-1));

    assertThat(buckets.take(7)).isEqualTo(Duration.ofSeconds(10));
    clock.advance(Duration.ofSeconds(10));
    assertThat(buckets.take(7)).isZero();
  }

  @Test
  void giveBack_attempt_isNotCounted() {
    fill(7);
    buckets.giveBack(7);

    assertThat(buckets.take(7)).isZero();
    assertThat(buckets.take(7)).isPositive();
  }

  private void fill(long hash) {
    for (int attempt = 0; attempt < 3; attempt++) {
      assertThat(buckets.take(hash)).isZero();
    }
  }
}

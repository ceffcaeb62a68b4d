package io.kvapp.engine.changes;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.engine.model.StripedLocks;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WatermarkTest {
  private final AtomicLong appended = new AtomicLong(10);
  private final StripedLocks stripes = new StripedLocks();
  private final StripedLocks.Stripe first = stripes.of(new byte[] {1});
  private final StripedLocks.Stripe second = stripes.of(new byte[] {2});
  private final Watermark watermark = new Watermark(appended::get);

  @Test
  void withoutWrites_itIsTheNewestRevision() {
    assertThat(watermark.revision()).isEqualTo(10);
    appended.set(1 << 20);
    assertThat(watermark.revision()).isEqualTo(1 << 20);
  }

  @Test
  void writesThatBecomeVisibleInAnyOrder_areWaitedFor() {
    watermark.hold(first);
    appended.incrementAndGet();
    watermark.hold(second);
    appended.incrementAndGet();
    assertThat(watermark.revision()).isEqualTo(10);
    watermark.release(second);
    assertThat(watermark.revision()).isEqualTo(10);
    watermark.release(first);
    assertThat(watermark.revision()).isEqualTo(12);
  }

  @Test
  void writeThatIsHeldBeforeLaterOnes_neverTakesItBack() {
    watermark.hold(second);
    appended.incrementAndGet();
    watermark.hold(first);
    watermark.release(second);
    assertThat(watermark.revision()).isEqualTo(11);
    // As if the bound were noted after others have gone on.
    watermark.release(first);
    appended.set(20);
    assertThat(watermark.revision()).isEqualTo(20);
    watermark.hold(first);
    assertThat(watermark.revision()).isEqualTo(20);
    appended.set(21);
    assertThat(watermark.revision()).isEqualTo(20);
  }

  @Test
  void writeThatNeverBecomesVisible_holdsItForGood() {
    assertThat(watermark.hold(first)).isTrue();
    appended.incrementAndGet();
    appended.incrementAndGet();
    assertThat(watermark.hold(first)).isFalse();

    assertThat(watermark.revision()).isEqualTo(10);
  }
}

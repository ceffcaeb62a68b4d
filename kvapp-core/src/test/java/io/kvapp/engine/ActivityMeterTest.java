package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ActivityMeterTest {
  private static final long CALM_BELOW = 1_000;

  private long revision = 7;
  private long bytes;
  private long entries;
  private final ActivityMeter meter =
      new ActivityMeter(
          () -> revision, () -> bytes, written -> written < CALM_BELOW, () -> entries);

  @Test
  void meter_beforeTheFirstTick_takesTheStoreForBusy() {
    assertThat(meter.isBusy()).isTrue();
    assertThat(meter.isBusyNow()).isTrue();
    assertThat(meter.isQuiet()).isFalse();
    assertThat(meter.isIdle()).isFalse();
    assertThat(meter.isSteadilyBusy()).isFalse();
    assertThat(meter.isSteadilyCalm()).isFalse();
  }

  @Test
  void ticksWithoutAWrite_makeTheStoreQuietThenIdle() {
    tick(1);
    for (int ticks = 1; ticks <= 10; ticks++) {
      meter.tick();
      assertThat(meter.isQuiet()).isEqualTo(ticks >= ActivityMeter.QUIET_TICKS);
      assertThat(meter.isIdle()).isEqualTo(ticks >= ActivityMeter.IDLE_TICKS);
    }
    tick(1);
    assertThat(meter.isQuiet()).isFalse();
    assertThat(meter.isIdle()).isFalse();
  }

  @Test
  void bytesOfATick_makeTheStoreBusyOrCalm() {
    tick(CALM_BELOW - 1);
    assertThat(meter.isBusy()).isFalse();
    tick(CALM_BELOW);
    assertThat(meter.isBusy()).isTrue();
  }

  @Test
  void entriesOfATick_areCounted_andOverwritesAreNot() {
    assertThat(meter.addedEntries()).isEqualTo(Long.MAX_VALUE);
    entries = 100_000;
    tick(CALM_BELOW);
    assertThat(meter.addedEntries()).isEqualTo(100_000);
    tick(CALM_BELOW);
    assertThat(meter.addedEntries()).isZero();
    entries += 1_000;
    tick(CALM_BELOW);
    assertThat(meter.addedEntries()).isEqualTo(1_000);
    entries -= 1_000;
    for (int ticks = 1; ticks <= ActivityMeter.STEADY_TICKS; ticks++) {
      assertThat(meter.isSteadyInSize()).isFalse();
      entries += ticks == 2 ? 20 : 0;
      tick(CALM_BELOW);
      assertThat(meter.addedEntries()).isEqualTo(ticks == 2 ? 20 : 0);
    }
    assertThat(meter.isSteadyInSize()).isTrue();
    entries += 1_000;
    tick(0);
    assertThat(meter.isSteadyInSize()).isFalse();
  }

  @Test
  void bytesSinceTheTick_makeACalmStoreBusyNow() {
    tick(1);
    assertThat(meter.isBusyNow()).isFalse();
    bytes += CALM_BELOW;
    assertThat(meter.isBusyNow()).isTrue();
    assertThat(meter.isBusy()).isFalse();
  }

  @Test
  void calmTicks_makeTheStoreSteadilyCalmUntilABusyOne() {
    for (int ticks = 1; ticks <= ActivityMeter.STEADY_TICKS; ticks++) {
      assertThat(meter.isSteadilyCalm()).isFalse();
      tick(10);
    }
    assertThat(meter.isSteadilyCalm()).isTrue();
    assertThat(meter.bytesSinceTurn()).isEqualTo(10L * ActivityMeter.STEADY_TICKS);
    tick(CALM_BELOW);
    assertThat(meter.isSteadilyCalm()).isFalse();
    assertThat(meter.bytesSinceTurn()).isEqualTo(CALM_BELOW);
  }

  @Test
  void busyTicks_makeTheStoreSteadilyBusyUntilACalmOne() {
    for (int ticks = 1; ticks <= ActivityMeter.STEADY_TICKS; ticks++) {
      assertThat(meter.isSteadilyBusy()).isFalse();
      tick(CALM_BELOW);
    }
    assertThat(meter.isSteadilyBusy()).isTrue();
    assertThat(meter.bytesSinceTurn()).isEqualTo(CALM_BELOW * ActivityMeter.STEADY_TICKS);
    tick(1);
    assertThat(meter.isSteadilyBusy()).isFalse();
    assertThat(meter.bytesSinceTurn()).isEqualTo(1);
  }

  /** A tick after a write of so many bytes. */
  private void tick(long written) {
    revision++;
    bytes += written;
    meter.tick();
  }
}

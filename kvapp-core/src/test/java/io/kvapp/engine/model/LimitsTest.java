package io.kvapp.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kvapp.Batch;
import io.kvapp.Entry;
import io.kvapp.Expiry;
import io.kvapp.StoreLimits;
import io.kvapp.StoreOptions;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LimitsTest {
  private final Limits limits = new Limits(100, 100, 1_000);

  @Test
  void batch_upToItsLimit_isAllowed() {
    assertThatCode(() -> limits.batch(batchOf(10))).doesNotThrowAnyException();
  }

  @Test
  void batch_overItsLimit_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> limits.batch(batchOf(10).delete("x")))
        .withMessageContaining("batch")
        .withMessageContaining("1000")
        .withMessageContaining("1001");
  }

  @Test
  void batchOfTinyOperations_overItsLimit_isRefused() {
    Batch batch = new Batch();
    for (int i = 0; i < 100; i++) {
      batch.delete(new byte[] {(byte) i});
    }
    assertThatCode(() -> limits.batch(batch)).doesNotThrowAnyException();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> limits.batch(batch.delete("x")))
        .withMessageContaining("batch: at most 100 operations, not 101");
  }

  @Test
  void refusals_whereTheStoreStandsOnMore_nameItsRemedies() {
    StoreLimits narrow = new StoreLimits(100, 100, 1, 1, 1_000, "buy a disk", "hire a clerk");
    Limits told = new Limits(narrow);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> told.value(new byte[101]))
        .withMessage("value: at most 100 bytes, not 101; buy a disk");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> told.batch(new Batch().delete("a").delete("b")))
        .withMessage("batch: at most 1 operations, not 2; commit it in parts, or hire a clerk");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> told.batchBytes(1_001))
        .withMessageEndingWith("; commit it in parts, or buy a disk");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> limits.batchBytes(1_001))
        .withMessageEndingWith("; commit it in parts");
  }

  @Test
  void batchLimits_followTheHeap() {
    StoreLimits small = new Limits(StoreOptions.defaults(), 256 << 20).told();
    assertThat(small.maxBatchOperations()).isEqualTo(512 << 10);
    assertThat(small.maxBatchConditions()).isEqualTo(512 << 10);
    assertThat(small.maxBatchBytes()).isEqualTo(64 << 20);
  }

  @Test
  void largestBatch_fitsIntoARecord() {
    StoreLimits large = new Limits(StoreOptions.defaults(), 1L << 40).told();
    assertThat(large.maxBatchBytes()).isEqualTo(1L << 30);
    assertThat(large.maxBatchBytes() + 20L * large.maxBatchOperations())
        .isLessThan(Integer.MAX_VALUE - 1_000);
  }

  @Test
  void expiresAtMillis_roundsUpAndStopsAtTheEndOfTime() {
    assertThat(Limits.expiresAtMillis(5, null)).isZero();
    assertThat(Limits.expiresAtMillis(5, Duration.ofMillis(7))).isEqualTo(12);
    assertThat(Limits.expiresAtMillis(5, Duration.ofNanos(7_000_001))).isEqualTo(13);
    assertThat(Limits.expiresAtMillis(5, Duration.ofMillis(Long.MAX_VALUE - 5)))
        .isEqualTo(Long.MAX_VALUE);
    assertThat(Limits.expiresAtMillis(5, Duration.ofMillis(Long.MAX_VALUE)))
        .isEqualTo(Long.MAX_VALUE);
    assertThat(Limits.expiresAtMillis(5, Duration.ofSeconds(Long.MAX_VALUE, 999_999_999)))
        .isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void isExpired_fromItsMillisecondOn() {
    assertThat(Limits.isExpired(0, Long.MAX_VALUE)).isFalse();
    assertThat(Limits.isExpired(10, 9)).isFalse();
    assertThat(Limits.isExpired(10, 10)).isTrue();
  }

  private static Batch batchOf(int entriesOf100Bytes) {
    Batch batch = new Batch();
    for (int i = 0; i < entriesOf100Bytes; i++) {
      batch.put(new byte[] {(byte) i}, new byte[99]);
    }
    return batch;
  }

  @Test
  void expiresAtMillis_ofAnyMoment_isRoundedUpAndStopsAtTheEndsOfTime() {
    assertThat(at(Instant.ofEpochMilli(7))).isEqualTo(7);
    assertThat(at(Instant.ofEpochSecond(0, 7_000_001))).isEqualTo(8);
    assertThat(at(Instant.ofEpochMilli(-7))).isEqualTo(-7);
    assertThat(at(Instant.ofEpochSecond(-1, 992_999_999))).isEqualTo(-7);
    assertThat(at(Instant.EPOCH)).isEqualTo(Entry.AT_EPOCH);
    assertThat(at(Instant.ofEpochSecond(-1, 999_999_999))).isEqualTo(Entry.AT_EPOCH);
    assertThat(at(Instant.MAX)).isEqualTo(Long.MAX_VALUE);
    assertThat(at(Instant.MIN)).isEqualTo(-Long.MAX_VALUE);
    assertThat(Limits.isExpired(at(Instant.MIN), 0)).isTrue();
    assertThat(Limits.expiresAtMillis(5, Expiry.never(), 9)).isZero();
    assertThat(Limits.expiresAtMillis(5, Expiry.keep(), 9)).isEqualTo(9);
    assertThat(Limits.expiresAtMillis(5, Expiry.in(Duration.ofMillis(7)), 9)).isEqualTo(12);
  }

  private static long at(Instant moment) {
    return Limits.expiresAtMillis(5, Expiry.at(moment), 9);
  }
}

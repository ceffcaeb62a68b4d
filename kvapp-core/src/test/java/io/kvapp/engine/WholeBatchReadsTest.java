package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.Scan;
import io.kvapp.StoreFixture;
import io.kvapp.engine.model.PageReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.StampedLock;
import org.junit.jupiter.api.Test;

class WholeBatchReadsTest {
  private static final long ENTRIES = 100_000;

  private final StampedLock batches = new StampedLock();
  private final WholeBatchReads reads = new WholeBatchReads(batches);

  @Test
  void count_besideBatches_holdsThemUpForAFewKeysAtATime() {
    List<Long> steps = new ArrayList<>();
    long counted =
        reads.count(
            Scan.all(),
            (from, maxSteps) -> {
              applyBatchUnlessHeldUp();
              long begin = begin(from);
              long end = Math.min(ENTRIES, begin + Math.min(ENTRIES, maxSteps));
              if (batches.isReadLocked()) {
                steps.add(end - begin);
              }
              return new PageReader.Count(end - begin, end == ENTRIES ? null : key(end - 1));
            });

    assertThat(counted).isEqualTo(ENTRIES);
    assertThat(steps).isNotEmpty().allMatch(held -> held <= PageReader.COUNTED_AT_ONCE);
    assertThat(steps.stream().mapToLong(Long::longValue).sum()).isEqualTo(ENTRIES);
    assertThat(batches.isReadLocked()).isFalse();
  }

  @Test
  void count_withoutABatch_isOfOneMoment() {
    List<Long> asked = new ArrayList<>();
    long counted =
        reads.count(
            Scan.all(),
            (from, maxSteps) -> {
              asked.add(maxSteps);
              return new PageReader.Count(ENTRIES, null);
            });

    assertThat(counted).isEqualTo(ENTRIES);
    assertThat(asked).containsExactly(Long.MAX_VALUE);
  }

  @Test
  void readBesideBatches_neverHoldsThemUp_andComesToAnEnd() {
    int[] reading = {0};
    long read =
        reads.readBesideBatches(
            () -> {
              assertThat(batches.isReadLocked()).isFalse();
              applyBatchUnlessHeldUp();
              return ++reading[0];
            });

    assertThat(read).isEqualTo(reading[0]).isLessThan(10);
  }

  /** A batch of another thread, which a reader without the lock has to notice. */
  private void applyBatchUnlessHeldUp() {
    long stamp = batches.tryWriteLock();
    if (stamp != 0) {
      batches.unlockWrite(stamp);
    }
  }

  private static byte[] key(long number) {
    return StoreFixture.utf8(String.format("%09d", number));
  }

  private static long begin(Scan from) {
    return from.after() == null
        ? 0
        : 1 + Long.parseLong(new String(from.after(), StandardCharsets.UTF_8));
  }
}

package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.Entry;
import io.kvapp.Scan;
import io.kvapp.StoreOptions;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Reads behind many deletes, measured in the marks that they step over. {@code
 * -Dkvapp.deletes=10000000} has as many, with the flushes and compactions that they bring.
 */
@Timeout(600)
class ManyDeletesTest {
  private static final int FEW = 50_000;
  private static final int DELETES = Integer.getInteger("kvapp.deletes", FEW);
  private static final int KEPT = 100;
  private static final int MAX_STEPS_OF_A_PAGE = 10_000;
  private static final int POPS = 1_000;

  /** Few deletes stay in memory, so that no compaction takes their marks away. */
  private static final EngineOptions NEVER_IDLE =
      new EngineOptions(4 << 20, 16 << 20, 4L << 30, 96 << 20, 600_000);

  @TempDir Path scratch;

  @Test
  void reads_behindManyDeletes_costWhatTheyReturn() {
    EngineOptions options = DELETES <= FEW ? NEVER_IDLE : EngineOptions.standard();
    try (DiskStore store = open(options)) {
      store
          .admin()
          .load(
              IntStream.range(0, DELETES + KEPT)
                  .mapToObj(i -> new Entry(key(i), new byte[10], 0, 0))
                  .iterator());
      for (int i = 0; i < DELETES; i++) {
        assertThat(store.delete(key(i))).isTrue();
      }
      if (DELETES <= FEW) {
        awaitWalksInTheBackground(store);
      } else {
        // A compaction may have taken marks away that a walk would wait for.
        store.scan(Scan.all().limit(1));
        store.scan(Scan.all().reversed());
      }

      assertThat(stepsOf(store, () -> assertThat(page(store, Scan.all())).hasSize(KEPT)))
          .isLessThan(MAX_STEPS_OF_A_PAGE);
      assertThat(stepsOf(store, () -> assertThat(page(store, upTo(DELETES + 10))).hasSize(10)))
          .isLessThan(MAX_STEPS_OF_A_PAGE);
      assertThat(stepsOf(store, () -> assertThat(store.count(Scan.all())).isEqualTo(KEPT)))
          .isLessThan(MAX_STEPS_OF_A_PAGE);
      assertThat(stepsOf(store, () -> popsAmidTheDeletes(store)))
          .isLessThan(MAX_STEPS_OF_A_PAGE + 40L * POPS);
      assertThat(page(store, Scan.all())).hasSize(KEPT);
    }
  }

  /** Every 4,096th delete has the marks around it walked over. */
  private static void awaitWalksInTheBackground(DiskStore store) {
    TestThreads.spinUntil(() -> store.versions.markSteps() >= DELETES - 4_096 - KEPT);
  }

  private static void popsAmidTheDeletes(DiskStore store) {
    int first = DELETES / 2;
    for (int i = 0; i < POPS; i++) {
      store.put(key(first + i), new byte[10]);
    }
    for (int i = 0; i < POPS; i++) {
      byte[] popped = page(store, Scan.all().limit(1)).get(0).key();
      assertThat(popped).isEqualTo(key(first + i));
      assertThat(store.delete(popped)).isTrue();
    }
  }

  private static long stepsOf(DiskStore store, Runnable reads) {
    long before = store.versions.markSteps();
    reads.run();
    return store.versions.markSteps() - before;
  }

  private static List<Entry> page(DiskStore store, Scan scan) {
    return store.scan(scan).entries();
  }

  private static Scan upTo(int end) {
    return Scan.range(null, key(end)).reversed().limit(10);
  }

  private static byte[] key(int number) {
    return ByteBuffer.allocate(8).putLong(number).array();
  }

  private DiskStore open(EngineOptions options) {
    return DiskStore.open(scratch.resolve("store"), StoreOptions.defaults(), new Disk(), options);
  }
}

package io.kvapp.engine;

import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.TestClock;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * State plus changes is the store at every revision, under writers, flushes, compactions and
 * restarts. {@code -Dkvapp.cuts} says how often that is looked at, {@code -Dkvapp.seed} repeats a
 * run.
 */
class ChangesPropertyTest {
  private static final int CUTS = Integer.getInteger("kvapp.cuts", 30);

  /** Thresholds at which everything happens all the time. */
  private static final EngineOptions OPTIONS =
      new EngineOptions(64 << 10, 256 << 10, 1 << 20, 200 << 10, 25);

  @TempDir Path scratch;

  private final TestClock clock = new TestClock();
  private final StoreOptions options = StoreOptions.defaults().withClock(clock);

  @Test
  @Timeout(1_200)
  void statePlusChanges_isTheStoreAtEachRevision() throws InterruptedException {
    Path folder = scratch.resolve("store");
    run(() -> DiskStore.open(folder, options, new Disk(), OPTIONS), true);
  }

  @Test
  @Timeout(1_200)
  void statePlusChanges_isTheStoreAtEachRevision_inMemory() throws InterruptedException {
    run(() -> KVStore.inMemory(options), false);
  }

  private void run(Supplier<KVStore> opening, boolean restarts) throws InterruptedException {
    long seed = Long.getLong("kvapp.seed", System.nanoTime());
    try {
      new ChangesRun(opening, clock, restarts, seed).run(CUTS);
    } catch (AssertionError | RuntimeException failure) {
      throw new AssertionError("seed " + seed + ": " + failure.getMessage(), failure);
    }
  }
}

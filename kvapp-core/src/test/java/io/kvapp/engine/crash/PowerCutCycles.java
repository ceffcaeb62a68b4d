package io.kvapp.engine.crash;

import io.kvapp.Durability;
import io.kvapp.FolderCopy;
import io.kvapp.KVStore;
import io.kvapp.engine.DiskStore;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.LoopDisk;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * Cuts the power of a disk on which a process writes to a store, again and again, and compares what
 * is there afterwards with what the process had acknowledged: all of it in {@link Durability#SYNC}
 * mode, and in {@link Durability#OS} mode everything up to one revision. No revision may be
 * acknowledged twice, those of acknowledgements that a cut took included.
 *
 * <p>For one thread.
 */
final class PowerCutCycles {
  private static final int CYCLES_OF_A_STORE = 10;
  private static final int MIN_MILLIS_OF_THE_FIRST = 300;
  private static final EngineOptions QUIET =
      new EngineOptions(64 << 10, 256 << 10, 1 << 20, 200 << 10, 3_600_000);

  private final Path scratch;
  private final long seed;
  private final Durability durability;
  private final SplittableRandom random;
  private CrashModel model;
  private CrashProcess next;
  private int store;
  private long acknowledged;
  private long lost;
  private long revisions;

  PowerCutCycles(Path scratch, long seed, Durability durability) {
    this.scratch = scratch;
    this.seed = seed;
    this.durability = durability;
    this.random = new SplittableRandom(seed);
  }

  long acknowledged() {
    return acknowledged;
  }

  /** How many acknowledged revisions were compared with all those before. */
  long revisions() {
    return revisions;
  }

  /** How many acknowledged steps the cuts took. */
  long lost() {
    return lost;
  }

  /**
   * Runs cycles.
   *
   * @throws AssertionError at the first that leaves a store in which anything is wrong
   */
  void run(int cycles) throws IOException, InterruptedException {
    next = new CrashProcess(scratch.resolve("errors-0"));
    try (LoopDisk disk = new LoopDisk(scratch)) {
      for (int cycle = 0; cycle < cycles; cycle++) {
        run(disk, cycle, cycle + 1 < cycles);
      }
    } finally {
      next.close();
    }
  }

  private void run(LoopDisk disk, int cycle, boolean more)
      throws IOException, InterruptedException {
    if (cycle % CYCLES_OF_A_STORE == 0) {
      CrashCycles.deleteAll(disk.folder().resolve("store-" + store));
      store++;
      model = new CrashModel(Workload.MIXED, seed);
    }
    Path folder = disk.folder().resolve("store-" + store);
    // The first cycle writes for a while, so that even few cycles see something acknowledged.
    boolean first = cycle == 0;
    boolean closing = !first && random.nextInt(5) == 0;
    CrashChild.Orders orders =
        new CrashChild.Orders(
            folder,
            scratch.resolve("acks-" + cycle),
            seed,
            cycle,
            durability,
            CrashCycles.clock(cycle),
            closing ? random.nextInt(300) : -1,
            -1,
            true,
            Workload.MIXED,
            CrashAim.ANYTHING,
            scratch);
    try (AckLog log = new AckLog(orders.log());
        CrashProcess child = next) {
      child.send(orders);
      if (more) {
        next = new CrashProcess(scratch.resolve("errors-" + (cycle + 1)));
      }
      boolean early = !first && random.nextInt(6) == 0;
      child.waitForState(log, early ? AckLog.OPENING : closing ? AckLog.CLOSING : AckLog.WRITING);
      int least = first ? MIN_MILLIS_OF_THE_FIRST : 0;
      child.waitFor(least + random.nextInt(early || closing ? 100 : 600));
      disk.cut(folder, random.nextLong(1L << 31));
      child.kill();
      disk.unmount();
      disk.mount();
      check(folder, log, orders);
    } catch (AssertionError | RuntimeException failure) {
      throw new AssertionError(
          "seed %d, cycle %d, %s: %s".formatted(seed, cycle, durability, failure), failure);
    } finally {
      Files.delete(orders.log());
    }
  }

  private void check(Path folder, AckLog log, CrashChild.Orders orders) throws IOException {
    Path copy = scratch.resolve("copy");
    FolderCopy.copy(folder, copy);
    try (KVStore opened =
        DiskStore.open(
            copy,
            CrashChild.Orders.options(Durability.OS, orders.clockMillis()),
            new Disk(),
            QUIET)) {
      CrashModel.Outcome outcome =
          model.check(
              opened, log, orders.cycle(), orders.clockMillis(), durability == Durability.OS);
      acknowledged += outcome.acknowledged();
      lost += outcome.lost();
      revisions += outcome.revisions();
    }
    CrashCycles.deleteAll(copy);
  }
}

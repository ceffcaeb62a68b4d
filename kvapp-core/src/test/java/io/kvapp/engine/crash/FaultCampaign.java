package io.kvapp.engine.crash;

import io.kvapp.Durability;
import io.kvapp.engine.file.FaultDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Runs of a small workload with a fault at each of its disk operations in turn. */
final class FaultCampaign {
  private static final int RUNS_WITHOUT_FAULT = 5;

  private FaultCampaign() {}

  /**
   * What came of it.
   *
   * @param cycles how many runs there were
   * @param faults in how many of them a fault struck
   * @param losses one line for each run in which something promised did not hold
   */
  record Result(int cycles, int faults, List<String> losses) {}

  /**
   * Runs for every so many operations of the workload, until there are no more.
   *
   * @param first the first of them, from 1 on
   * @param stride 1 for every operation
   * @param brief whether the workload is the smaller one
   */
  static Result everyOperation(
      FaultDisk.Kind kind,
      Durability durability,
      int first,
      int stride,
      boolean brief,
      long firstSeed)
      throws IOException {
    int cycles = 0;
    int faults = 0;
    int without = 0;
    List<String> losses = new ArrayList<>();
    for (int operation = first; without < RUNS_WITHOUT_FAULT; operation += stride) {
      long seed = firstSeed + operation;
      cycles++;
      try (ScratchFolder scratch = ScratchFolder.inMemory()) {
        String struck =
            new FaultRun(scratch.path(), kind, operation, durability, seed, brief).run();
        without = struck == null ? without + 1 : 0;
        faults += struck == null ? 0 : 1;
      } catch (AssertionError | RuntimeException failure) {
        losses.add(
            kind
                + " "
                + durability
                + ", operation "
                + operation
                + ", seed "
                + seed
                + ": "
                + failure);
      }
    }
    return new Result(cycles, faults, losses);
  }
}

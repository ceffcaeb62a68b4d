package io.kvapp.bench.embedded;

import io.kvapp.bench.embedded.Workload.Phase;
import io.kvapp.bench.engine.EngineKind;
import io.kvapp.bench.process.Folders;
import io.kvapp.bench.process.Subprocess.WorkerException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Loads all engines, each in a JVM of its own, and measures them in turns: each workload on each
 * engine for a moment, then all of that again, with another engine first, round by round. So a slow
 * minute of the machine hits all of them.
 */
final class EmbeddedRun {
  private static final int NEXT_WARM_MILLIS = 300;

  private final Dataset data;
  private final List<Workload> workloads;
  private final List<EngineProcess> processes = new ArrayList<>();

  EmbeddedRun(Dataset data, List<Workload> workloads) {
    this.data = data;
    this.workloads = workloads;
  }

  void run() throws IOException, InterruptedException {
    Folders.empty(data.work());
    try {
      for (EngineKind kind : data.options().engines()) {
        EngineProcess process = start(kind, kind.name(), false);
        attempt(process, () -> load(process));
      }
      measure(Phase.READ);
      measure(Phase.WRITE);
      measure(Phase.LONG);
    } finally {
      closeAll();
    }
    try {
      if (workloads.stream().anyMatch(each -> each.phase() == Phase.SYNC)) {
        openSynced();
        measure(Phase.SYNC);
      }
    } finally {
      closeAll();
    }
  }

  private void load(EngineProcess process) throws IOException, InterruptedException {
    EngineKind kind = process.kind();
    long entries = data.entries();
    process.run("open");
    double before = process.run("heap")[0];
    double[] seconds = process.run("load");
    process.settle();
    double heap = process.run("heap")[0] - before;
    process.record("load", 1, 0, entries / seconds[0], "ops/s");
    process.record("load", 1, 0, entries / seconds[1], "ops/cpu-s");
    process.record("heap per entry", 1, 0, heap / entries, "B");
    if (kind.persists()) {
      process.record("disk per entry", 1, 0, process.diskBytes() / entries, "B");
    }
    process.record("garbage per get", 1, 0, process.run("garbage")[0], "B");
  }

  /** Opens the loaded stores with sync; MapDB keeps such a store in files of another kind. */
  private void openSynced() throws IOException, InterruptedException {
    for (EngineKind kind : data.options().engines()) {
      if (kind == EngineKind.MAPDB) {
        EngineProcess process = start(kind, kind.name() + "-sync", true);
        attempt(
            process,
            () -> {
              process.run("open");
              process.run("load");
              process.settle();
            });
      } else if (kind.syncs()) {
        EngineProcess process = start(kind, kind.name(), true);
        attempt(process, () -> process.run("open"));
      }
    }
  }

  private EngineProcess start(EngineKind kind, String folder, boolean sync) throws IOException {
    EngineProcess process = new EngineProcess(kind, data, folder, sync);
    processes.add(process);
    return process;
  }

  private interface Step {
    void run() throws IOException, InterruptedException;
  }

  /** Does something with an engine; one that fails is out, and has no further figures. */
  private void attempt(EngineProcess process, Step step) throws IOException, InterruptedException {
    try {
      step.run();
    } catch (WorkerException failure) {
      System.err.println(failure.getMessage());
      processes.remove(process);
      process.close();
    }
  }

  private void closeAll() {
    processes.forEach(EngineProcess::close);
    processes.clear();
  }

  private void measure(Phase phase) throws IOException, InterruptedException {
    for (int i = 0; i < data.options().rounds(); i++) {
      int round = i;
      List<EngineProcess> order = new ArrayList<>(processes);
      Collections.rotate(order, -round);
      for (Workload workload : workloads) {
        for (EngineProcess process : order) {
          if (workload.phase() == phase
              && workload.runsOn(process.kind())
              && processes.contains(process)) {
            attempt(process, () -> measure(process, workload, round));
          }
        }
      }
    }
  }

  private void measure(EngineProcess process, Workload workload, int round)
      throws IOException, InterruptedException {
    double[] rates =
        process.run(
            "measure",
            workload.benchmark(),
            workload.threads(),
            round == 0 ? data.options().warmMillis() : NEXT_WARM_MILLIS,
            workload.measureMillis(data.options().millis()));
    process.record(workload.title(), workload.threads(), round, rates[0], "ops/s");
    process.record(workload.title(), workload.threads(), round, rates[1], "ops/cpu-s");
    if (workload.phase() != Phase.READ) {
      process.awaitQuiet();
    }
  }
}

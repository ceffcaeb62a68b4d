package io.kvapp.bench.embedded;

import io.kvapp.bench.embedded.Workload.Phase;
import io.kvapp.bench.engine.EngineKind;
import io.kvapp.bench.engine.EngineSettings;
import io.kvapp.bench.process.Folders;
import io.kvapp.bench.report.Figures;
import io.kvapp.bench.report.Sample;
import io.kvapp.bench.report.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  private final EmbeddedSettings settings;
  private final Samples samples;
  private final List<EngineProcess> processes = new ArrayList<>();

  EmbeddedRun(EmbeddedSettings settings, Samples samples) {
    this.settings = settings;
    this.samples = samples;
  }

  void run() throws IOException, InterruptedException {
    Folders.empty(settings.work());
    try {
      for (EngineKind kind : settings.kinds()) {
        EngineProcess process = start(kind, Files.createDirectories(folder(kind)), false);
        attempt(process, () -> load(process));
      }
      measure(Phase.READ);
      measure(Phase.WRITE);
      measure(Phase.LONG);
    } finally {
      closeAll();
    }
    if (settings.workloads().stream().anyMatch(workload -> workload.phase() == Phase.SYNC)) {
      runSynced();
    }
  }

  private void runSynced() throws IOException, InterruptedException {
    try {
      for (EngineKind kind : settings.kinds()) {
        if (kind.syncs()) {
          openSynced(kind);
        }
      }
      measure(Phase.SYNC);
    } finally {
      closeAll();
    }
  }

  /** Opens what was loaded before with sync; MapDB keeps such a store in files of another kind. */
  private void openSynced(EngineKind kind) throws IOException, InterruptedException {
    if (kind != EngineKind.MAPDB) {
      EngineProcess process = start(kind, folder(kind), true);
      attempt(process, () -> process.run("open"));
      return;
    }
    Path folder = Files.createDirectories(settings.work().resolve(kind.name() + "-sync"));
    EngineProcess process = start(kind, folder, true);
    attempt(
        process,
        () -> {
          process.run("open");
          process.run("load");
          process.run("settle");
          awaitQuiet(process);
        });
  }

  private void load(EngineProcess process) throws IOException, InterruptedException {
    EngineKind kind = process.kind();
    process.run("open");
    double before = process.run("heap");
    double[] seconds = process.runForAll("load");
    process.run("settle");
    awaitQuiet(process);
    double heap = process.run("heap") - before;
    record(kind, "load", 1, 0, settings.entries() / seconds[0], "ops/s");
    record(kind, "load", 1, 0, settings.entries() / seconds[1], "ops/cpu-s");
    record(kind, "heap per entry", 1, 0, heap / settings.entries(), "B");
    if (kind.persists()) {
      double disk = Folders.allocatedBytes(folder(kind));
      record(kind, "disk per entry", 1, 0, disk / settings.entries(), "B");
    }
    record(kind, "garbage per get", 1, 0, process.run("garbage"), "B");
  }

  private interface Step {
    void run() throws IOException, InterruptedException;
  }

  /** Does something with an engine; one that fails is out, and has no further figures. */
  private void attempt(EngineProcess process, Step step) throws IOException, InterruptedException {
    try {
      step.run();
    } catch (EngineFailure failure) {
      System.err.println(failure.getMessage());
      processes.remove(process);
      process.close();
    }
  }

  private void closeAll() {
    processes.forEach(EngineProcess::close);
    processes.clear();
  }

  private EngineProcess start(EngineKind kind, Path folder, boolean sync) {
    EngineSettings opening =
        new EngineSettings(folder, sync, settings.entries(), settings.valueBytes());
    List<String> flags = new ArrayList<>();
    if (settings.profile() && kind == EngineKind.KVAPP) {
      Path recording = settings.work().resolve(sync ? "kvapp-sync.jfr" : "kvapp.jfr");
      flags.add("-XX:StartFlightRecording=settings=profile,filename=" + recording);
    }
    Path log = settings.work().resolve(kind.name() + ".log");
    EngineProcess process =
        EngineProcess.start(kind, opening, log, settings.heapMegabytes(), flags);
    processes.add(process);
    return process;
  }

  private Path folder(EngineKind kind) {
    return settings.work().resolve(kind.name());
  }

  private void measure(Phase phase) throws IOException, InterruptedException {
    for (int round = 0; round < settings.rounds(); round++) {
      List<EngineProcess> order = new ArrayList<>(processes);
      Collections.rotate(order, -round);
      for (Workload workload : settings.workloads()) {
        if (workload.phase() != phase) {
          continue;
        }
        for (EngineProcess process : order) {
          if (processes.contains(process) && workload.runsOn(process.kind())) {
            int currentRound = round;
            attempt(process, () -> measure(process, workload, currentRound));
          }
        }
      }
    }
  }

  private void measure(EngineProcess process, Workload workload, int round)
      throws IOException, InterruptedException {
    int warm = round == 0 ? settings.warmMillis() : NEXT_WARM_MILLIS;
    double[] rates =
        process.runForAll(
            String.format(
                "measure %s %d %d %d",
                workload.benchmark(),
                workload.threads(),
                warm,
                workload.measureMillis(settings.measureMillis())));
    String title = workload.title();
    record(process.kind(), title, workload.threads(), round, rates[0], "ops/s");
    record(process.kind(), title, workload.threads(), round, rates[1], "ops/cpu-s");
    if (workload.writes()) {
      awaitQuiet(process);
    }
  }

  /** Waits until neither an engine's threads nor its unwritten pages slow the next one. */
  private void awaitQuiet(EngineProcess process) throws IOException, InterruptedException {
    process.awaitQuiet();
    Folders.sync(settings.work());
  }

  private void record(
      EngineKind kind, String measure, int threads, int round, double value, String unit) {
    samples.add(new Sample(settings.run(), measure, threads, kind.title(), round, value, unit));
    System.err.printf(
        "%s  %-24s %2d  %-22s %12s %s%n",
        settings.run(), measure, threads, kind.title(), Figures.of(value), unit);
  }
}

package io.kvapp.bench.embedded;

import io.kvapp.bench.engine.EngineKind;
import io.kvapp.bench.engine.EngineSettings;
import io.kvapp.bench.process.Folders;
import io.kvapp.bench.report.Figures;
import io.kvapp.bench.report.Sample;
import io.kvapp.bench.report.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Takes each engine through a life: it grows from empty with two writers while the longest write is
 * noted, is closed and opened, is killed in the middle of its writes and opened again, and loses
 * all but a few of its entries. One that is not done with its growth in time is out.
 *
 * <p>Each engine's JVM is started anew for each opening, as a user's would be.
 */
final class LifeCycleRun {
  private static final int WRITERS = 2;
  private static final int MARKED_SHARE = 10;
  private static final int KEPT = 1_000;

  private final EmbeddedSettings settings;
  private final Samples samples;

  LifeCycleRun(EmbeddedSettings settings, Samples samples) {
    this.settings = settings;
    this.samples = samples;
  }

  void run() throws IOException, InterruptedException {
    for (EngineKind kind : settings.kinds()) {
      if (!kind.persists()) {
        continue;
      }
      Path folder = settings.work().resolve(kind.name() + "-life");
      Folders.empty(folder);
      try {
        grow(kind, folder);
        reopen(kind, folder);
        recover(kind, folder);
      } catch (EngineFailure failure) {
        // What an engine cannot do is missing from its column; the log says why.
        System.err.println(failure.getMessage());
      }
      Folders.empty(folder);
      Files.delete(folder);
    }
  }

  private void grow(EngineKind kind, Path folder) throws IOException, InterruptedException {
    try (EngineProcess process = start(kind, folder)) {
      process.run("open");
      double[] grown = process.runForAll("grow " + WRITERS + " " + settings.mostSeconds());
      record(kind, "growing: writes", WRITERS, 0, grown[0] / grown[1], "ops/s");
      record(kind, "growing: median write", WRITERS, 0, grown[2], "ms");
      record(kind, "growing: p99.99 write", WRITERS, 0, grown[3], "ms");
      record(kind, "growing: longest write", WRITERS, 0, grown[4], "ms");
      requireDone(kind, "wrote", grown[0], settings.entries());
      process.run("settle");
      process.awaitQuiet();
      record(kind, "disk when grown", 1, 0, Folders.allocatedBytes(folder) / (1 << 20), "MiB");
      record(kind, "close", 1, 0, process.run("close"), "s");
    }
  }

  private void reopen(EngineKind kind, Path folder) {
    for (int round = 0; round < settings.rounds(); round++) {
      try (EngineProcess process = start(kind, folder)) {
        double before = process.run("heap");
        recordOpen(kind, "open after close", round, process.runForAll("open"));
        double heap = process.run("heap") - before;
        record(kind, "heap after open", 1, round, heap / (1 << 20), "MiB");
      }
    }
  }

  private void requireDone(EngineKind kind, String what, double done, double wanted) {
    if (done < wanted) {
      throw new EngineFailure(
          String.format(
              "%s is out: it %s %,.0f of %,.0f entries in %d s",
              kind.title(), what, done, wanted, settings.mostSeconds()));
    }
  }

  private void recover(EngineKind kind, Path folder) throws IOException, InterruptedException {
    long marked = settings.entries() / MARKED_SHARE;
    EngineProcess killed = start(kind, folder);
    try {
      killed.run("open");
      killed.run("mark " + marked);
    } finally {
      killed.kill();
    }
    try (EngineProcess process = start(kind, folder)) {
      recordOpen(kind, "open after kill", 0, process.runForAll("open"));
      double lost = process.run("lost " + marked);
      record(kind, "acknowledged writes lost by a kill", 1, 0, lost, "entries");
      shrink(kind, folder, process);
    }
  }

  private void shrink(EngineKind kind, Path folder, EngineProcess process)
      throws IOException, InterruptedException {
    double[] shrunk =
        process.runForAll("shrink " + WRITERS + " " + KEPT + " " + settings.mostSeconds());
    record(kind, "shrinking: deletes", WRITERS, 0, shrunk[0] / shrunk[1], "ops/s");
    record(kind, "shrinking: p99.99 delete", WRITERS, 0, shrunk[3], "ms");
    requireDone(kind, "deleted", shrunk[0], settings.entries() - KEPT);
    process.run("settle");
    process.awaitQuiet();
    record(kind, "disk when shrunk", 1, 0, Folders.allocatedBytes(folder) / (1 << 20), "MiB");
  }

  private void recordOpen(EngineKind kind, String measure, int round, double[] seconds) {
    record(kind, measure, 1, round, seconds[0], "s");
    record(kind, measure + ", processor time", 1, round, seconds[1], "s");
  }

  private EngineProcess start(EngineKind kind, Path folder) {
    EngineSettings opening =
        new EngineSettings(folder, false, settings.entries(), settings.valueBytes());
    Path log = settings.work().resolve(kind.name() + "-life.log");
    return EngineProcess.start(kind, opening, log, settings.heapMegabytes(), List.of());
  }

  private void record(
      EngineKind kind, String measure, int threads, int round, double value, String unit) {
    samples.add(new Sample(settings.run(), measure, threads, kind.title(), round, value, unit));
    System.err.printf(
        "%s  %-34s %-22s %12s %s%n",
        settings.run(), measure, kind.title(), Figures.of(value), unit);
  }
}

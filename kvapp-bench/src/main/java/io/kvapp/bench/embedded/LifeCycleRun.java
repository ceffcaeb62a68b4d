package io.kvapp.bench.embedded;

import io.kvapp.bench.engine.EngineKind;
import io.kvapp.bench.process.Folders;
import io.kvapp.bench.process.Subprocess.WorkerException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Takes each engine through a life: it grows from empty with two writers while the longest write is
 * noted, is closed and opened, is killed in the middle of its writes and opened again, and loses
 * all but a few of its entries. One that is not done with its growth in time is out.
 *
 * <p>Each engine's JVM is started anew for each opening, as a user's would be.
 */
record LifeCycleRun(Dataset data) {
  private static final int WRITERS = 2;
  private static final int MARKED_SHARE = 10;
  private static final int KEPT = 1_000;
  private static final double MEBIBYTE = 1 << 20;

  void run() throws IOException, InterruptedException {
    for (EngineKind kind : data.options().engines()) {
      if (!kind.persists()) {
        continue;
      }
      Path folder = data.work().resolve(folder(kind));
      Folders.delete(folder);
      try {
        grow(kind);
        reopen(kind);
        recover(kind);
      } catch (WorkerException failure) {
        // The figures of a failed engine are missing from its column; the log says why.
        System.err.println(failure.getMessage());
      }
      Folders.delete(folder);
    }
  }

  private EngineProcess start(EngineKind kind) throws IOException {
    return new EngineProcess(kind, data, folder(kind), false);
  }

  private static String folder(EngineKind kind) {
    return kind.name() + "-life";
  }

  private void grow(EngineKind kind) throws IOException, InterruptedException {
    try (EngineProcess process = start(kind)) {
      process.run("open");
      double[] grown = process.run("grow", WRITERS, data.options().maxSeconds());
      process.record("growing: writes", WRITERS, 0, grown[0] / grown[1], "ops/s");
      process.record("growing: median write", WRITERS, 0, grown[2], "ms");
      process.record("growing: p99.99 write", WRITERS, 0, grown[3], "ms");
      process.record("growing: longest write", WRITERS, 0, grown[4], "ms");
      requireDone(kind, "wrote", grown[0], data.entries());
      process.settle();
      process.record("disk when grown", 1, 0, process.diskBytes() / MEBIBYTE, "MiB");
      process.record("close", 1, 0, process.run("close")[0], "s");
    }
  }

  private void reopen(EngineKind kind) throws IOException {
    for (int round = 0; round < data.options().rounds(); round++) {
      try (EngineProcess process = start(kind)) {
        double before = process.run("heap")[0];
        open(process, "open after close", round);
        double heap = process.run("heap")[0] - before;
        process.record("heap after open", 1, round, heap / MEBIBYTE, "MiB");
      }
    }
  }

  private void recover(EngineKind kind) throws IOException, InterruptedException {
    long marked = data.entries() / MARKED_SHARE;
    EngineProcess killed = start(kind);
    try {
      killed.run("open");
      killed.run("mark", marked);
    } finally {
      killed.kill();
    }
    try (EngineProcess process = start(kind)) {
      open(process, "open after kill", 0);
      double lost = process.run("lost", marked)[0];
      process.record("acknowledged writes lost by a kill", 1, 0, lost, "entries");
      shrink(process);
    }
  }

  private static void open(EngineProcess process, String measure, int round) throws IOException {
    double[] seconds = process.run("open");
    process.record(measure, 1, round, seconds[0], "s");
    process.record(measure + ", processor time", 1, round, seconds[1], "s");
  }

  private void shrink(EngineProcess process) throws IOException, InterruptedException {
    double[] shrunk = process.run("shrink", WRITERS, data.options().maxSeconds(), KEPT);
    process.record("shrinking: deletes", WRITERS, 0, shrunk[0] / shrunk[1], "ops/s");
    process.record("shrinking: p99.99 delete", WRITERS, 0, shrunk[3], "ms");
    requireDone(process.kind(), "deleted", shrunk[0], data.entries() - KEPT);
    process.settle();
    process.record("disk when shrunk", 1, 0, process.diskBytes() / MEBIBYTE, "MiB");
  }

  private void requireDone(EngineKind kind, String verb, double done, double wanted) {
    if (done < wanted) {
      throw new WorkerException(
          String.format(
              "%s is out: it %s %,.0f of %,.0f entries in %d s",
              kind.title(), verb, done, wanted, data.options().maxSeconds()));
    }
  }
}

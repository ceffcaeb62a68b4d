package io.kvapp.bench.embedded;

import io.kvapp.bench.engine.EngineKind;
import io.kvapp.bench.process.Folders;
import io.kvapp.bench.process.Subprocess.WorkerException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Loads each ordered engine, empty and in a JVM of its own, in the order of the keys, by the way
 * that its makers have for that: KVApp by {@code admin().load}, RocksDB by an SstFileWriter whose
 * file it ingests.
 */
record OrderedLoadRun(Dataset data) {
  static final String MEASURE = "load in key order";

  void run() throws IOException, InterruptedException {
    for (int round = 0; round < data.options().rounds(); round++) {
      for (EngineKind kind : data.options().engines()) {
        if (kind.persists() && kind.isOrdered()) {
          load(kind, round);
        }
      }
    }
  }

  private void load(EngineKind kind, int round) throws IOException, InterruptedException {
    String name = kind.name() + "-ordered";
    Path folder = data.work().resolve(name);
    Folders.delete(folder);
    try (EngineProcess process = new EngineProcess(kind, data, name, false)) {
      process.run("open");
      double[] seconds = process.run("load-in-order");
      process.record(MEASURE, 1, round, data.entries() / seconds[0], "ops/s");
      process.record(MEASURE, 1, round, data.entries() / seconds[1], "ops/cpu-s");
      process.awaitQuiet();
    } catch (WorkerException failure) {
      // The figures of a failed engine are missing from its column; the log says why.
      System.err.println(failure.getMessage());
    }
    Folders.delete(folder);
  }
}

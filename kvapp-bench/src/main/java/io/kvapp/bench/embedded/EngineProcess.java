package io.kvapp.bench.embedded;

import io.kvapp.bench.engine.EngineKind;
import io.kvapp.bench.process.Folders;
import io.kvapp.bench.process.Subprocess;
import io.kvapp.bench.report.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The JVM of one engine, seen from the JVM that measures: see {@link EngineWorker}.
 *
 * <p>Not thread-safe.
 */
final class EngineProcess implements AutoCloseable {
  private final EngineKind kind;
  private final Dataset data;
  private final Path folder;
  private final Subprocess process;

  /**
   * Starts the JVM; the engine is not open yet.
   *
   * @param data what the store will hold
   * @param name of the folder where the store lies; the log lies beside it
   * @param sync whether each write is on the disk before it is acknowledged
   */
  EngineProcess(EngineKind kind, Dataset data, String name, boolean sync) throws IOException {
    this.kind = kind;
    this.data = data;
    folder = Files.createDirectories(data.work().resolve(name));
    List<String> flags = new ArrayList<>(kind.jvmFlags());
    flags.add("-Xmx" + data.options().heapMegabytes() + "m");
    flags.add("-Djmh.ignoreLock=true");
    if (data.options().profile() && kind == EngineKind.KVAPP) {
      String recording = name.toLowerCase(Locale.ROOT) + (sync ? "-sync.jfr" : ".jfr");
      flags.add(
          "-XX:StartFlightRecording=settings=profile,filename=" + data.work().resolve(recording));
    }
    process =
        Subprocess.startWorker(
            kind.title(),
            data.work().resolve(name + ".log"),
            flags,
            kind == EngineKind.LMDB,
            EngineWorker.class,
            List.of(
                kind.name(),
                folder.toString(),
                Boolean.toString(sync),
                Long.toString(data.entries()),
                Integer.toString(data.valueBytes())));
  }

  EngineKind kind() {
    return kind;
  }

  /** Has a command run and returns its numbers. */
  double[] run(Object... command) throws IOException {
    return process.run(
        Arrays.stream(command).map(Object::toString).collect(Collectors.joining(" ")));
  }

  /** Keeps a figure. */
  void record(String measure, int threads, int round, double value, String unit) {
    data.samples()
        .record(new Sample(data.name(), measure, threads, kind.title(), round, value, unit));
  }

  /** Has the store put into the shape that its makers recommend, and waits for that. */
  void settle() throws IOException, InterruptedException {
    run("settle");
    awaitQuiet();
  }

  /** Waits until neither the engine's threads nor its unwritten pages slow the next one. */
  void awaitQuiet() throws IOException, InterruptedException {
    process.awaitQuiet(kind.quietFor());
    Folders.sync(data.work());
  }

  double diskBytes() throws IOException, InterruptedException {
    return Folders.allocatedBytes(folder);
  }

  /** Ends the JVM at once, as a crash would. */
  void kill() throws InterruptedException {
    process.kill();
  }

  /** Has the engine closed and the JVM end. */
  @Override
  public void close() {
    process.close();
  }
}

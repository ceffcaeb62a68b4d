package io.kvapp.bench.embedded;

import io.kvapp.bench.engine.EngineKind;
import io.kvapp.bench.report.Machine;
import io.kvapp.bench.report.Plots;
import io.kvapp.bench.report.ResultFiles;
import io.kvapp.bench.report.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures KVApp in process beside other embedded stores. */
@Command(
    name = "embedded",
    description = "Measures KVApp in process beside other embedded stores.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class EmbeddedCommand implements Callable<Integer> {
  private static final int[] VALUE_SIZES = {16, 1 << 10, 64 << 10, 1 << 20};
  private static final long SHORT_SIZES_BYTES = 256L << 20;
  private static final long FULL_SIZES_BYTES = 1L << 30;

  /** How much is measured. */
  enum Mode {
    SHORT,
    FULL
  }

  /** What is measured. */
  enum Part {
    /** Reads and writes of one loaded store. */
    WORKLOADS,
    /** Growth, opening, recovery. */
    LIFE,
    /** Values of other sizes. */
    SIZES
  }

  @Parameters(index = "0", description = "How much is measured: ${COMPLETION-CANDIDATES}.")
  private Mode mode;

  @Option(names = "--parts", split = ",", description = "Only these: ${COMPLETION-CANDIDATES}.")
  private List<Part> parts = Arrays.asList(Part.values());

  @Option(names = "--engines", split = ",", description = "Only these: ${COMPLETION-CANDIDATES}.")
  private List<EngineKind> engines = Arrays.asList(EngineKind.values());

  @Option(names = "--only", split = ",", description = "Only these workloads, such as get/2.")
  private List<String> only = List.of();

  @Option(
      names = "--entries",
      description = "Entries to load; 1 million, or 1 and then 10 million, by mode.")
  private Long entries;

  @Option(names = "--value-bytes", description = "The size of a value.")
  private int valueBytes = 100;

  @Option(names = "--rounds", description = "Measurements of each; 3 or 5 by mode.")
  private Integer rounds;

  @Option(names = "--millis", description = "Length of one; 1000 or 2000 by mode.")
  private Integer millis;

  @Option(
      names = "--warm-millis",
      description = "How long each runs before its first measurement; 2000 or 4000 by mode.")
  private Integer warmMillis;

  @Option(names = "--heap", description = "Megabytes of heap of each engine; 2048 or 6144 by mode.")
  private Long heapMegabytes;

  @Option(
      names = "--most-seconds",
      description = "How long one engine may take to grow, and to shrink; 120 or 900 by mode.")
  private Long mostSeconds;

  @Option(names = "--profile", description = "Record KVApp's JVM to kvapp.jfr in the work folder.")
  private boolean profile;

  @Option(names = "--work", description = "Where the stores lie; it is emptied.")
  private Path work = Path.of("kvapp-bench", "target", "bench-work");

  @Option(names = "--results", description = "Where the results are written.")
  private Path results = Path.of("kvapp-bench", "target", "bench-results");

  @Option(
      names = "--add",
      description = "Keep the results that are there of what is not measured this time.")
  private boolean add;

  private EmbeddedCommand() {}

  @Override
  public Integer call() throws Exception {
    Files.createDirectories(work);
    Map<String, String> circumstances = Machine.circumstances(work);
    Samples samples = new Samples();
    try {
      long[] counts = {1_000_000, 10_000_000};
      long[] chosen =
          entries != null ? new long[] {entries} : Arrays.copyOf(counts, mode == Mode.FULL ? 2 : 1);
      for (long count : chosen) {
        measure(count, samples);
      }
      if (parts.contains(Part.SIZES)) {
        measureSizes(samples);
      }
    } finally {
      if (add) {
        samples = samples.joinedWith(ResultFiles.read(results, "embedded"));
      }
      ResultFiles.write(results, "embedded", circumstances, samples);
    }
    String report = new EmbeddedReport(samples).toString();
    Files.writeString(results.resolve("embedded.md"), report);
    Plots.write(
        results,
        "embedded",
        samples,
        EngineKind.KVAPP.title(),
        Arrays.stream(EngineKind.values())
            .filter(kind -> kind.role() == EngineKind.Role.PEER || kind == EngineKind.MAPDB)
            .map(EngineKind::title)
            .toList());
    System.out.println(report);
    return 0;
  }

  private void measure(long count, Samples samples) throws IOException, InterruptedException {
    List<Workload> workloads =
        (mode == Mode.FULL ? Workloads.fullMode() : Workloads.shortMode())
            .stream().filter(each -> only.isEmpty() || only.contains(each.name())).toList();
    EmbeddedSettings settings = settings(workloads, count, valueBytes);
    if (parts.contains(Part.WORKLOADS)) {
      new EmbeddedRun(settings, samples).run();
    }
    if (parts.contains(Part.LIFE)) {
      new LifeCycleRun(settings, samples).run();
    }
  }

  private void measureSizes(Samples samples) throws IOException, InterruptedException {
    long bytes = mode == Mode.FULL ? FULL_SIZES_BYTES : SHORT_SIZES_BYTES;
    for (int size : VALUE_SIZES) {
      long count = Math.min(1_000_000, Math.max(100, bytes / size / 100 * 100));
      new EmbeddedRun(settings(Workloads.valueSizes(), count, size), samples).run();
    }
  }

  private EmbeddedSettings settings(List<Workload> workloads, long count, int size) {
    boolean full = mode == Mode.FULL;
    return new EmbeddedSettings(
        work.toAbsolutePath(),
        engines,
        workloads,
        count,
        size,
        rounds != null ? rounds : full ? 5 : 3,
        warmMillis != null ? warmMillis : full ? 4_000 : 2_000,
        millis != null ? millis : full ? 2_000 : 1_000,
        heapMegabytes != null ? heapMegabytes : full ? 6_144 : 2_048,
        mostSeconds != null ? mostSeconds : full ? 900 : 120,
        profile);
  }
}

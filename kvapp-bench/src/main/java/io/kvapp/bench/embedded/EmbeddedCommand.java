package io.kvapp.bench.embedded;

import io.kvapp.bench.engine.EngineKind;
import io.kvapp.bench.engine.EngineKind.Role;
import io.kvapp.bench.report.MeasuringCommand;
import io.kvapp.bench.report.Samples;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures KVApp in process beside other embedded stores. */
@Command(
    name = "embedded",
    description = "Measures KVApp in process beside other embedded stores.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class EmbeddedCommand extends MeasuringCommand {
  private static final int[] VALUE_SIZES = {16, 1 << 10, 64 << 10, 1 << 20};
  private static final long SHORT_SIZES_BYTES = 256L << 20;
  private static final long FULL_SIZES_BYTES = 1L << 30;

  /** A part of the measurements. */
  enum Part {
    /** Reads and writes of one loaded store. */
    WORKLOADS,
    /** A bulk load in the order of the keys. */
    ORDERED_LOAD,
    /** Growth, opening, recovery. */
    LIFE,
    /** Values of other sizes. */
    SIZES
  }

  @Option(names = "--parts", split = ",", description = "Only these: ${COMPLETION-CANDIDATES}.")
  private List<Part> parts = Arrays.asList(Part.values());

  @Option(names = "--engines", split = ",", description = "Only these: ${COMPLETION-CANDIDATES}.")
  private List<EngineKind> engines = Arrays.asList(EngineKind.values());

  @Option(names = "--only", split = ",", description = "Only these workloads, such as get/2.")
  private List<String> only = List.of();

  @Option(
      names = "--entries",
      description = "Entries to load; 1 million, in full mode then 10 million.")
  private Long entries;

  @Option(names = "--value-bytes", description = "The size of a value.")
  private int valueBytes = 100;

  @Option(
      names = "--millis",
      description = "Length of a measurement; 1000 in short mode, 2000 in full mode.")
  private Integer millis;

  @Option(
      names = "--warm-millis",
      description = "How long a workload runs before it is first measured; 2000 or 4000.")
  private Integer warmMillis;

  @Option(names = "--heap", description = "Megabytes of heap of each engine; 2048 or 6144.")
  private Long heapMegabytes;

  @Option(
      names = {"--max-seconds", "--most-seconds"},
      description = "How long one engine may take to grow, and to shrink; 120 or 900.")
  private Long maxSeconds;

  @Option(names = "--profile", description = "Record KVApp's JVM to kvapp.jfr in the work folder.")
  private boolean profile;

  private EmbeddedCommand() {
    super("embedded", EngineKind.KVAPP.title());
  }

  @Override
  protected void measure(Path work, Samples samples) throws Exception {
    List<Workload> workloads = new ArrayList<>(Workload.all(isFull()));
    workloads.removeIf(each -> !only.isEmpty() && !only.contains(each.name()));
    long[] counts = isFull() ? new long[] {1_000_000, 10_000_000} : new long[] {1_000_000};
    for (long count : entries != null ? new long[] {entries} : counts) {
      Dataset data = new Dataset(this, work, samples, count, valueBytes);
      if (parts.contains(Part.WORKLOADS)) {
        new EmbeddedRun(data, workloads).run();
      }
      if (parts.contains(Part.ORDERED_LOAD)) {
        new OrderedLoadRun(data).run();
      }
      if (parts.contains(Part.LIFE)) {
        new LifeCycleRun(data).run();
      }
    }
    if (parts.contains(Part.SIZES)) {
      long bytes = isFull() ? FULL_SIZES_BYTES : SHORT_SIZES_BYTES;
      for (int size : VALUE_SIZES) {
        long count = Math.min(1_000_000, Math.max(100, bytes / size / 100 * 100));
        Dataset data = new Dataset(this, work, samples, count, size);
        new EmbeddedRun(data, Workload.ofValueSizes()).run();
      }
    }
  }

  List<EngineKind> engines() {
    return engines;
  }

  int millis() {
    return byMode(millis, 1_000, 2_000);
  }

  int warmMillis() {
    return byMode(warmMillis, 2_000, 4_000);
  }

  long heapMegabytes() {
    return byMode(heapMegabytes, 2_048L, 6_144L);
  }

  long maxSeconds() {
    return byMode(maxSeconds, 120L, 900L);
  }

  boolean profile() {
    return profile;
  }

  @Override
  protected String tables(Samples samples) {
    return EmbeddedReport.of(samples);
  }

  @Override
  protected List<String> plotted(Samples samples) {
    return EngineKind.titles(kind -> kind.role() == Role.PEER || kind == EngineKind.MAPDB);
  }
}

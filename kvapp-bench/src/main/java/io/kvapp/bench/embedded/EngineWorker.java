package io.kvapp.bench.embedded;

import com.sun.management.OperatingSystemMXBean;
import io.kvapp.bench.engine.Engine;
import io.kvapp.bench.engine.EngineKind;
import io.kvapp.bench.engine.EngineSettings;
import io.kvapp.bench.engine.Session;
import io.kvapp.bench.process.Worker;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.PrimitiveIterator;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * A JVM that holds one engine; it answers commands with numbers.
 *
 * <p>Engines live in a JVM each, so that none is compiled for the calls of another, and all stay
 * alive, so that they can be measured in turns. JMH runs in this JVM, beside the engine.
 */
final class EngineWorker implements Worker {
  private static final int LOAD_BATCH = 1_000;
  private static final int LOAD_BATCH_BYTES = 16 << 20;

  private final EngineKind kind;
  private final EngineSettings settings;
  private final KeySpace keys;
  private final int valueBytes;
  private Engine engine;

  private EngineWorker(EngineKind kind, EngineSettings settings) {
    this.kind = kind;
    this.settings = settings;
    keys = new KeySpace(settings.entries());
    valueBytes = settings.valueBytes();
  }

  /** Takes kind, folder, whether to sync, entries and bytes of a value. */
  public static void main(String[] args) throws IOException {
    EngineSettings settings =
        new EngineSettings(
            Path.of(args[1]),
            Boolean.parseBoolean(args[2]),
            Long.parseLong(args[3]),
            Integer.parseInt(args[4]));
    EngineWorker worker = new EngineWorker(EngineKind.valueOf(args[0]), settings);
    Worker.serve(worker);
    worker.close();
  }

  @Override
  public String run(String[] command) throws Exception {
    return Arrays.stream(numbers(command))
        .mapToObj(Double::toString)
        .collect(Collectors.joining(" "));
  }

  private double[] numbers(String[] command) throws Exception {
    if (command[0].equals("measure")) {
      return measure(
          command[1],
          Integer.parseInt(command[2]),
          Integer.parseInt(command[3]),
          Integer.parseInt(command[4]));
    }
    long[] given = Arrays.stream(command).skip(1).mapToLong(Long::parseLong).toArray();
    LifeCycle life = new LifeCycle(engine, keys, valueBytes);
    return switch (command[0]) {
      case "open" -> timed(this::open);
      case "load" ->
          timed(() -> load(LongStream.range(0, keys.entries()).map(keys::scattered), engine::load));
      case "load-in-order" -> timed(() -> load(keys.inOrder(), engine::loadInOrder));
      case "settle" -> timed(engine::settle);
      case "close" -> timed(this::close);
      case "grow" -> life.grow((int) given[0], given[1]);
      case "shrink" -> life.shrink((int) given[0], given[1], given[2]);
      case "mark" -> timed(() -> life.mark(given[0]));
      case "lost" -> new double[] {life.lost(given[0])};
      case "heap" -> new double[] {Footprint.heapBytes()};
      case "garbage" -> new double[] {Footprint.garbagePerGet(engine, keys, valueBytes)};
      default -> throw new IllegalArgumentException("no such command: " + command[0]);
    };
  }

  private interface Action {
    void run() throws Exception;
  }

  /** The seconds that an action took, and those of processor time that this JVM used meanwhile. */
  private static double[] timed(Action action) throws Exception {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long begin = System.nanoTime();
    long processorBegin = system.getProcessCpuTime();
    action.run();
    long end = System.nanoTime();
    return new double[] {(end - begin) / 1e9, (system.getProcessCpuTime() - processorBegin) / 1e9};
  }

  /** Opens the engine and reads one entry. */
  private void open() throws Exception {
    engine = kind.open(settings);
    try (Session session = engine.session()) {
      session.get(keys.key(0));
    }
    Stage.set(new Stage(engine, keys, valueBytes));
  }

  private interface Loading {
    void load(Session session, byte[][] keys, byte[][] values) throws Exception;
  }

  /** Writes all entries in an order of their numbers. */
  private void load(LongStream numbers, Loading loading) throws Exception {
    RandomValues values = new RandomValues(1, valueBytes);
    int batch = Math.max(1, Math.min(LOAD_BATCH, LOAD_BATCH_BYTES / valueBytes));
    byte[][] batchKeys = new byte[batch][];
    byte[][] batchValues = new byte[batch][];
    try (Session session = engine.session()) {
      int filled = 0;
      for (PrimitiveIterator.OfLong number = numbers.iterator(); number.hasNext(); ) {
        batchKeys[filled] = keys.key(number.nextLong());
        batchValues[filled] = values.next();
        if (++filled == batch) {
          loading.load(session, batchKeys, batchValues);
          filled = 0;
        }
      }
      loading.load(session, Arrays.copyOf(batchKeys, filled), Arrays.copyOf(batchValues, filled));
    }
    engine.endLoad();
  }

  /**
   * Runs one JMH benchmark; operations a second over all threads, and a processor second. The
   * latter is no number for one that prepares something each time, since that is in its processor
   * time.
   */
  private static double[] measure(String benchmark, int threads, int warmMillis, int millis)
      throws RunnerException {
    OptionsBuilder options = new OptionsBuilder();
    options
        .include("^" + Benchmarks.class.getName() + "\\." + benchmark + "$")
        .forks(0)
        .threads(threads)
        .warmupIterations(warmMillis > 0 ? 1 : 0)
        .warmupTime(TimeValue.milliseconds(Math.max(1, warmMillis)))
        .measurementIterations(1)
        .measurementTime(TimeValue.milliseconds(millis))
        .addProfiler(ProcessorTimeProfiler.class)
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT);
    RunResult result = new Runner(options.build()).runSingle();
    Result<?> primary = result.getPrimaryResult();
    if (primary.getScoreUnit().equals("s/op")) {
      return new double[] {threads / primary.getScore(), Double.NaN};
    }
    double processorRate = result.getSecondaryResults().get(ProcessorTimeProfiler.LABEL).getScore();
    return new double[] {primary.getScore(), processorRate};
  }

  private void close() throws IOException {
    if (engine != null) {
      engine.close();
      engine = null;
    }
  }
}

package io.kvapp.bench.embedded;

import com.sun.management.OperatingSystemMXBean;
import io.kvapp.bench.engine.Engine;
import io.kvapp.bench.engine.EngineKind;
import io.kvapp.bench.engine.EngineSettings;
import io.kvapp.bench.engine.Session;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * The main class of a JVM that holds one engine and does what its standard input says, a line for
 * each command; each is answered by one line on standard output: {@code =} and numbers, or {@code
 * !} and what went wrong.
 *
 * <p>Engines live in a JVM each, so that none is compiled for the calls of another, and all stay
 * alive, so that they can be measured in turns. JMH runs in this JVM, since what it measures is
 * there.
 */
final class EngineWorker {
  private static final int LOAD_BATCH = 1_000;

  private final EngineKind kind;
  private final EngineSettings settings;
  private final KeySpace keys;
  private Engine engine;

  private EngineWorker(EngineKind kind, EngineSettings settings) {
    this.kind = kind;
    this.settings = settings;
    keys = new KeySpace(settings.entries());
  }

  /** Takes kind, folder, whether to sync, entries and bytes of a value. */
  public static void main(String[] args) throws IOException {
    PrintStream answers = System.out;
    // What libraries print must not come between the answers.
    System.setOut(System.err);
    EngineSettings settings =
        new EngineSettings(
            Path.of(args[1]),
            Boolean.parseBoolean(args[2]),
            Long.parseLong(args[3]),
            Integer.parseInt(args[4]));
    EngineWorker worker = new EngineWorker(EngineKind.valueOf(args[0]), settings);
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      answers.println(worker.answer(line.split(" ")));
      answers.flush();
    }
    worker.close();
  }

  private String answer(String[] command) {
    try {
      return "= "
          + Arrays.stream(run(command)).mapToObj(Double::toString).collect(Collectors.joining(" "));
    } catch (Exception | Error failure) {
      failure.printStackTrace();
      return "! " + String.valueOf(failure).replace('\n', ' ');
    }
  }

  private double[] run(String[] command) throws Exception {
    switch (command[0]) {
      case "open":
        return timed(this::open);
      case "load":
        return timed(this::load);
      case "settle":
        engine.settle();
        return one(0);
      case "measure":
        return measure(command);
      case "grow":
        return lifeCycle().grow(Integer.parseInt(command[1]), Long.parseLong(command[2]));
      case "shrink":
        return lifeCycle()
            .shrink(
                Integer.parseInt(command[1]),
                Long.parseLong(command[2]),
                Long.parseLong(command[3]));
      case "mark":
        lifeCycle().mark(Long.parseLong(command[1]));
        return one(0);
      case "lost":
        return one(lifeCycle().lost(Long.parseLong(command[1])));
      case "heap":
        return one(Footprint.heapBytes());
      case "garbage":
        return one(Footprint.garbagePerGet(engine, keys, settings.valueBytes()));
      case "close":
        return one(close());
      default:
        throw new IllegalArgumentException("no such command: " + String.join(" ", command));
    }
  }

  private LifeCycle lifeCycle() {
    return new LifeCycle(engine, keys, settings.valueBytes());
  }

  /** What an action returns, and the seconds of processor time that this JVM used meanwhile. */
  private static double[] timed(Action action) throws Exception {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long before = system.getProcessCpuTime();
    double result = action.run();
    return new double[] {result, (system.getProcessCpuTime() - before) / 1e9};
  }

  private interface Action {
    double run() throws Exception;
  }

  private static double[] one(double number) {
    return new double[] {number};
  }

  /** Opens the engine and reads one entry; the time that took in seconds. */
  private double open() throws IOException {
    long begin = System.nanoTime();
    engine = kind.open(settings);
    try (Session session = engine.session()) {
      session.get(keys.key(0));
    }
    double seconds = secondsSince(begin);
    Stage.set(new Stage(engine, keys, settings.valueBytes()));
    return seconds;
  }

  /** Writes all entries in scattered order; the time that took in seconds. */
  private double load() {
    RandomValues values = new RandomValues(1, settings.valueBytes());
    int batch = (int) Math.max(1, Math.min(LOAD_BATCH, (16L << 20) / settings.valueBytes()));
    byte[][] batchKeys = new byte[batch][];
    byte[][] batchValues = new byte[batch][];
    long begin = System.nanoTime();
    try (Session session = engine.session()) {
      int filled = 0;
      for (long position = 0; position < keys.entries(); position++) {
        batchKeys[filled] = keys.key(keys.scattered(position));
        batchValues[filled] = values.next();
        if (++filled == batch) {
          engine.load(session, batchKeys, batchValues);
          filled = 0;
        }
      }
      engine.load(session, Arrays.copyOf(batchKeys, filled), Arrays.copyOf(batchValues, filled));
    }
    return secondsSince(begin);
  }

  /**
   * Runs one JMH benchmark; operations a second over all threads, and a processor second. The
   * latter is no number for one that prepares something each time, since that is in its processor
   * time.
   */
  private static double[] measure(String[] command) throws RunnerException {
    int threads = Integer.parseInt(command[2]);
    int warmMillis = Integer.parseInt(command[3]);
    OptionsBuilder options = new OptionsBuilder();
    options
        .include("^" + EngineWorker.class.getPackageName() + ".*\\." + command[1] + "$")
        .forks(0)
        .threads(threads)
        .warmupIterations(warmMillis > 0 ? 1 : 0)
        .warmupTime(TimeValue.milliseconds(Math.max(1, warmMillis)))
        .measurementIterations(1)
        .measurementTime(TimeValue.milliseconds(Integer.parseInt(command[4])))
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

  private double close() throws IOException {
    if (engine == null) {
      return 0;
    }
    long begin = System.nanoTime();
    engine.close();
    engine = null;
    return secondsSince(begin);
  }

  private static double secondsSince(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }
}

package io.kvapp.bench.embedded;

import io.kvapp.bench.ClassPath;
import io.kvapp.bench.engine.EngineKind;
import io.kvapp.bench.engine.EngineSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The JVM of one engine, seen from the JVM that measures: see {@link EngineWorker}.
 *
 * <p>Not thread-safe.
 */
final class EngineProcess implements AutoCloseable {
  private static final Duration QUIET_LOOK = Duration.ofMillis(200);
  private static final double QUIET_SHARE = 0.03;
  private static final int MOST_LOOKS = 150;
  private static final int END_SECONDS = 120;

  private final EngineKind kind;
  private final Process process;
  private final PrintWriter commands;
  private final BufferedReader answers;
  private final Thread endWithThisJvm;

  private EngineProcess(EngineKind kind, Process process) {
    this.kind = kind;
    this.process = process;
    commands =
        new PrintWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8), true);
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    endWithThisJvm = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(endWithThisJvm);
  }

  /**
   * Starts the JVM; the engine is not open yet.
   *
   * @param log what the JVM writes to standard error is appended to it
   * @param heapMegabytes the size of its heap
   * @param flags further flags of the JVM
   */
  static EngineProcess start(
      EngineKind kind, EngineSettings settings, Path log, long heapMegabytes, List<String> flags) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + heapMegabytes + "m");
    command.add("-XX:+UseG1GC");
    command.add("-Djmh.ignoreLock=true");
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    command.addAll(kind.jvmFlags());
    command.addAll(flags);
    command.add("-cp");
    command.add(kind == EngineKind.LMDB ? ClassPath.whole() : ClassPath.withoutNativeHelpers());
    command.add(EngineWorker.class.getName());
    command.add(kind.name());
    command.add(settings.folder().toString());
    command.add(Boolean.toString(settings.sync()));
    command.add(Long.toString(settings.entries()));
    command.add(Integer.toString(settings.valueBytes()));
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      return new EngineProcess(kind, process);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  EngineKind kind() {
    return kind;
  }

  /** Has a command run and returns its first number. */
  double run(String command) {
    return runForAll(command)[0];
  }

  /** Has a command run and returns its numbers. */
  double[] runForAll(String command) {
    commands.println(command);
    try {
      String answer = answers.readLine();
      // The JVM itself may print to standard output, as it does when a recording starts.
      while (answer != null && !answer.startsWith("= ") && !answer.startsWith("! ")) {
        answer = answers.readLine();
      }
      if (answer == null || answer.startsWith("! ")) {
        throw new EngineFailure(
            kind.title()
                + " failed at \""
                + command
                + "\": "
                + (answer == null ? "its JVM ended" : answer.substring(2)));
      }
      return Arrays.stream(answer.substring(2).split(" "))
          .mapToDouble(Double::parseDouble)
          .toArray();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /**
   * Waits until the JVM uses next to no processor time, so that work an engine left for its
   * background threads does not slow the next one; half a minute at most.
   */
  void awaitQuiet() throws InterruptedException {
    long wanted = kind.quietFor().dividedBy(QUIET_LOOK);
    int quiet = 0;
    Duration before = processorTime();
    for (int look = 0; look < MOST_LOOKS && quiet < wanted; look++) {
      Thread.sleep(QUIET_LOOK.toMillis());
      Duration now = processorTime();
      boolean idle = now.minus(before).toNanos() < QUIET_SHARE * QUIET_LOOK.toNanos() + 1e7;
      quiet = idle ? quiet + 1 : 0;
      before = now;
    }
  }

  /** Ends the JVM without a word, as a crash would. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
    Runtime.getRuntime().removeShutdownHook(endWithThisJvm);
  }

  /** Has the engine closed and the JVM end. */
  @Override
  public void close() {
    commands.close();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().removeShutdownHook(endWithThisJvm);
  }

  private Duration processorTime() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }
}

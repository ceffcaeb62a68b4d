package io.kvapp.bench.http;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process started here, which ends with this JVM at the latest. Not thread-safe. */
final class ChildProcess implements AutoCloseable {
  private static final int END_SECONDS = 15;

  private final Process process;
  private final Thread endWithThisJvm;

  private ChildProcess(Process process) {
    this.process = process;
    endWithThisJvm = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(endWithThisJvm);
  }

  /**
   * Starts a program.
   *
   * @param log takes its standard error
   * @param logOutput whether the log takes its standard output as well
   */
  static ChildProcess start(List<String> command, Path log, boolean logOutput) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    if (logOutput) {
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    }
    return new ChildProcess(builder.start());
  }

  /** Whether a program of this name is on the path. */
  static boolean isInstalled(String program) {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      if (new File(folder, program).canExecute()) {
        return true;
      }
    }
    return false;
  }

  OutputStream input() {
    return process.getOutputStream();
  }

  InputStream output() {
    return process.getInputStream();
  }

  /** Processor time it has used so far, in seconds. */
  double processorSeconds() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Asks the process to end, and ends it when it does not. */
  @Override
  public void close() {
    try {
      if (!process.waitFor(1, TimeUnit.SECONDS)) {
        process.destroy();
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().removeShutdownHook(endWithThisJvm);
  }
}

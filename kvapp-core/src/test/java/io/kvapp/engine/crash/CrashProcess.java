package io.kvapp.engine.crash;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A {@link CrashChild} seen from its parent. For one thread. */
final class CrashProcess implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 900;

  private final Process process;
  private final Path errors;
  private boolean endedItself;

  /** Starts a process that waits for its orders. */
  CrashProcess(Path errors) throws IOException {
    this(errors, "192m");
  }

  /** Starts one with so much heap. */
  CrashProcess(Path errors, String heap) throws IOException {
    this.errors = errors;
    this.process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                System.getProperty("java.class.path"),
                CrashChild.class.getName())
            .redirectError(errors.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
  }

  void send(CrashChild.Orders orders) throws IOException {
    process.getOutputStream().write((orders.line() + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** Waits so long, or until the process has ended; says whether it has. */
  boolean waitFor(long millis) throws InterruptedException {
    return process.waitFor(millis, TimeUnit.MILLISECONDS);
  }

  /** Waits until the process has come so far; false if it ended before. */
  boolean waitForState(AckLog log, int state) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (log.state() < state) {
      if (waitFor(1)) {
        return log.state() >= state;
      }
      if (System.nanoTime() > end) {
        throw new AssertionError("the child came no further than state " + log.state());
      }
    }
    return true;
  }

  /** Waits until the process is inside of what it is to be killed in; false if it never came. */
  boolean waitUntilInside(AckLog log, long patienceMillis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMillis);
    while (log.inside() == AckLog.NOT_YET && process.isAlive() && System.nanoTime() < end) {
      LockSupport.parkNanos(100_000);
    }
    return log.inside() != AckLog.NOT_YET;
  }

  /** Kills the process, unless it has ended itself, and waits for its end. */
  void kill() throws InterruptedException {
    endedItself |= !process.isAlive();
    process.destroyForcibly();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the child does not die");
    }
  }

  /** Whether the process had ended itself before it was killed. */
  boolean endedItself() {
    return endedItself;
  }

  boolean foundSomethingWrong() {
    return process.exitValue() != CrashChild.DIED && process.exitValue() != 0;
  }

  /** What the process had to say. */
  String errors() throws IOException {
    try (InputStream in = Files.newInputStream(errors)) {
      return "status "
          + process.exitValue()
          + "\n"
          + new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}

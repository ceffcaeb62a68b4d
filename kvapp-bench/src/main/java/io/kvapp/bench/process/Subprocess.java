package io.kvapp.bench.process;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A process started by this JVM, which ends with this JVM at the latest. Not thread-safe. */
public final class Subprocess implements AutoCloseable {
  private static final int END_SECONDS = 120;
  private static final int MAX_CONNECTS = 200;
  private static final int CONNECT_PAUSE_MILLIS = 50;
  private static final Duration QUIET_LOOK = Duration.ofMillis(200);
  private static final int MAX_LOOKS = 150;
  private static final double QUIET_SECONDS = 0.016;
  private static final List<String> NATIVE_HELPERS = List.of("jnr-", "jffi-", "asm-");

  private final String title;
  private final Process process;
  private final Thread endWithThisJvm;
  private final PrintWriter commands;
  private final BufferedReader answers;

  private Subprocess(String title, Process process, boolean worker) {
    this.title = title;
    this.process = process;
    endWithThisJvm = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(endWithThisJvm);
    commands = worker ? new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true) : null;
    answers = worker ? process.inputReader(StandardCharsets.UTF_8) : null;
  }

  /** A worker JVM failed at a command, or has ended. */
  public static final class WorkerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the reason. */
    public WorkerException(String message) {
      super(message);
    }
  }

  /** Starts a server; its output is appended to {@code log}. */
  public static Subprocess start(List<String> command, Path log) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    return new Subprocess(command.get(0), builder.start(), false);
  }

  /**
   * Starts a JVM that serves a {@link Worker}.
   *
   * @param title its name in messages
   * @param log its standard error is appended to it
   * @param flags flags of the JVM
   * @param nativeHelpers whether its class path has the libraries that only LMDB needs; Chronicle
   *     Map would use them, which KVApp's users do not have, and would take longer to start
   * @param main its main class, and {@code arguments} for that
   */
  public static Subprocess startWorker(
      String title,
      Path log,
      List<String> flags,
      boolean nativeHelpers,
      Class<?> main,
      List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseG1GC");
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    command.addAll(flags);
    String classPath = System.getProperty("java.class.path");
    command.addAll(List.of("-cp", nativeHelpers ? classPath : withoutNativeHelpers(classPath)));
    command.add(main.getName());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    return new Subprocess(title, builder.start(), true);
  }

  private static String withoutNativeHelpers(String classPath) {
    return Arrays.stream(classPath.split(File.pathSeparator))
        .filter(entry -> NATIVE_HELPERS.stream().noneMatch(new File(entry).getName()::startsWith))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Runs a program to its end and returns its output, errors included. */
  public static String output(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (Subprocess running = new Subprocess(command.get(0), process, false)) {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      running.process.waitFor();
      return output;
    }
  }

  /** Whether programs of these names are on the path. */
  public static boolean areInstalled(String... programs) {
    String[] folders = System.getenv().getOrDefault("PATH", "").split(File.pathSeparator);
    return Arrays.stream(programs)
        .allMatch(
            program ->
                Arrays.stream(folders).anyMatch(each -> new File(each, program).canExecute()));
  }

  /** A port of 127.0.0.1 that was free a moment ago. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Waits until the process listens at a port; ten seconds at most, then it is ended. */
  public void awaitPort(int port) throws IOException, InterruptedException {
    for (int i = 0; i < MAX_CONNECTS && process.isAlive(); i++) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return;
      } catch (IOException notYet) {
        Thread.sleep(CONNECT_PAUSE_MILLIS);
      }
    }
    close();
    throw new IOException(title + " does not listen at port " + port + "; see its log");
  }

  /** Whether it serves a {@link Worker}. */
  public boolean isWorker() {
    return commands != null;
  }

  /**
   * Has a worker run a command.
   *
   * @return its answer
   * @throws WorkerException if it failed
   */
  public String ask(String command) throws IOException {
    commands.println(command);
    String answer = answers.readLine();
    // The JVM itself may print to standard output, as it does when a recording starts.
    while (answer != null && !answer.startsWith("= ") && !answer.startsWith("! ")) {
      answer = answers.readLine();
    }
    if (answer == null || answer.startsWith("! ")) {
      String reason = answer == null ? "its JVM ended" : answer.substring(2);
      throw new WorkerException(title + " failed at \"" + command + "\": " + reason);
    }
    return answer.substring(2);
  }

  /** Has a worker run a command whose answer is numbers. */
  public double[] run(String command) throws IOException {
    return Arrays.stream(ask(command).split(" ")).mapToDouble(Double::parseDouble).toArray();
  }

  /** Processor time that it has used so far, in seconds. */
  public double processorSeconds() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
  }

  /**
   * Waits until the process has used next to no processor time for a while, so that its background
   * work does not slow the next one; half a minute at most.
   */
  public void awaitQuiet(Duration quietFor) throws InterruptedException {
    long wanted = quietFor.dividedBy(QUIET_LOOK);
    int quiet = 0;
    double before = processorSeconds();
    for (int look = 0; look < MAX_LOOKS && quiet < wanted; look++) {
      Thread.sleep(QUIET_LOOK.toMillis());
      double now = processorSeconds();
      quiet = now - before < QUIET_SECONDS ? quiet + 1 : 0;
      before = now;
    }
  }

  /** Ends the process at once, as a crash would. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
    Runtime.getRuntime().removeShutdownHook(endWithThisJvm);
  }

  /** Has the process end, and kills it if it does not. */
  @Override
  public void close() {
    try {
      if (commands != null) {
        commands.close();
      } else {
        process.destroy();
      }
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().removeShutdownHook(endWithThisJvm);
  }
}

package io.kvapp.server.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The command line in a JVM of its own, with no flag that it needs, and in a folder of its own. */
final class CommandProcess implements AutoCloseable {
  private static final Pattern LISTENS = Pattern.compile("KVApp listens on (\\w+://.*:(\\d+))");
  private static final long TIMEOUT_SECONDS = 60;

  private final Process process;
  private final Path errors;
  private String address;

  private CommandProcess(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
  }

  /** What a command did. */
  record Outcome(int exitCode, String out, String err) {}

  /** Starts the command line with the class path of the tests, and flags that only shorten it. */
  static CommandProcess start(Path folder, Map<String, String> environment, List<String> arguments)
      throws IOException {
    List<String> java =
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            "io.kvapp.server.command.Main");
    return start(folder, environment, java, arguments);
  }

  /** Starts the command line, which {@code java} names to the java command. */
  static CommandProcess start(
      Path folder, Map<String, String> environment, List<String> java, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(java);
    command.addAll(arguments);
    Path errors = Files.createTempFile(folder, "stderr", ".txt");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(folder.toFile()).redirectError(errors.toFile());
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().putAll(environment);
    return new CommandProcess(builder.start(), errors);
  }

  /** Runs a command to its end. */
  static Outcome run(Path folder, String input, String... arguments) throws Exception {
    return run(folder, Map.of(), input, arguments);
  }

  static Outcome run(
      Path folder, Map<String, String> environment, String input, String... arguments)
      throws Exception {
    try (CommandProcess child = start(folder, environment, List.of(arguments))) {
      return child.outcome(input);
    }
  }

  /** Gives the process its input, and waits for its end. */
  Outcome outcome(String input) throws Exception {
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    }
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(awaitEnd(), out, errors());
  }

  /** Waits until the server listens, and returns its port. */
  int awaitPort() throws IOException {
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String line = out.readLine();
    while (line != null) {
      Matcher listens = LISTENS.matcher(line);
      if (listens.matches()) {
        address = listens.group(1);
        return Integer.parseInt(listens.group(2));
      }
      line = out.readLine();
    }
    throw new IllegalStateException("the server did not start: " + errors());
  }

  /** The address that the server says it listens on, after {@link #awaitPort}. */
  String address() {
    return address;
  }

  /** Ends the process as the system does when it shuts down, and waits for its end. */
  int terminate() throws InterruptedException {
    signalEnd();
    return awaitEnd();
  }

  /** Sends the signal that asks the process to end. */
  void signalEnd() {
    process.destroy();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String errors() throws IOException {
    return Files.readString(errors);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** Waits so long, or until the process has ended. */
  void awaitEnd(long millis) throws InterruptedException {
    process.waitFor(millis, TimeUnit.MILLISECONDS);
  }

  /** Waits for the end; returns the exit code. */
  int awaitEnd() throws InterruptedException {
    if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("the process has not ended");
    }
    return process.exitValue();
  }
}

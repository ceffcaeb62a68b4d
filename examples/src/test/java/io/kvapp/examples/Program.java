package io.kvapp.examples;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program in a process of its own, ended with the test or after a minute at the latest.
 *
 * <p>Used by one thread.
 */
final class Program implements AutoCloseable {
  private static final long TIME_LIMIT_SECONDS = 60;

  private final Process process;
  private final BufferedReader output;

  private Program(Process process) {
    this.process = process;
    output = process.inputReader(StandardCharsets.UTF_8);
    // Whoever waits for output of a program that hangs gets its end instead.
    CompletableFuture.delayedExecutor(TIME_LIMIT_SECONDS, TimeUnit.SECONDS)
        .execute(process::destroyForcibly);
  }

  /** Starts a main class of this class path, with no flag for the JVM. */
  static Program java(Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return start(command);
  }

  /** Starts a command. */
  static Program start(List<String> command) throws IOException {
    return new Program(new ProcessBuilder(command).start());
  }

  /** Starts a command whose current folder is {@code folder}. */
  static Program startIn(Path folder, List<String> command) throws IOException {
    return new Program(new ProcessBuilder(command).directory(folder.toFile()).start());
  }

  /** Whether commands of these names can be started. */
  static boolean areInstalled(String... names) {
    List<String> folders = List.of(System.getenv("PATH").split(File.pathSeparator));
    return Stream.of(names)
        .allMatch(
            name -> folders.stream().anyMatch(folder -> Files.isExecutable(Path.of(folder, name))));
  }

  /** The lines of the output up to one that contains {@code text}, that line included. */
  List<String> linesUntil(String text) throws IOException {
    List<String> lines = new ArrayList<>();
    String line = output.readLine();
    while (line != null) {
      lines.add(line);
      if (line.contains(text)) {
        return lines;
      }
      line = output.readLine();
    }
    throw new AssertionError("the output ended with " + lines + ", the errors with " + errors());
  }

  /** Asks the process to end, as Ctrl-C does, and waits until it has. */
  int stop() throws InterruptedException {
    process.toHandle().destroy();
    return exitCode();
  }

  /** What the process ended with. */
  int exitCode() throws InterruptedException {
    if (!process.waitFor(TIME_LIMIT_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the process does not end");
    }
    return process.exitValue();
  }

  /** The rest of the output, once the process ends. */
  List<String> output() {
    return output.lines().toList();
  }

  /** Everything on standard error, once the process ends. */
  List<String> errors() throws IOException {
    try (InputStream errors = process.getErrorStream()) {
      return new String(errors.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}

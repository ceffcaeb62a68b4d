package io.kvapp.server.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The server's command line as a process of its own, on a free port. */
public final class ChildServer implements AutoCloseable {
  private static final Pattern ADDRESS = Pattern.compile("KVApp listens on \\w+://.*:(\\d+)");
  private static final int PATIENCE_SECONDS = 60;

  private final Process process;
  private final Path log;
  private final int port;

  private ChildServer(Process process, Path log, int port) {
    this.process = process;
    this.log = log;
    this.port = port;
  }

  /** Starts it with its data and log in {@code folder}, and waits until it listens. */
  public static ChildServer start(Path folder, List<String> jvmOptions, String... options)
      throws IOException {
    Path log = folder.resolve("log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("--port", "0", "--data", folder.resolve("data").toString()));
    command.addAll(List.of(options));
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      Matcher address = ADDRESS.matcher(line);
      if (address.matches()) {
        return new ChildServer(process, log, Integer.parseInt(address.group(1)));
      }
    }
    throw new AssertionError("the server did not start: " + Files.readString(log));
  }

  public int port() {
    return port;
  }

  /** What it has logged so far. */
  public String log() throws IOException {
    return Files.readString(log);
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Sends the signal that asks a process to end. */
  public void terminate() {
    process.destroy();
  }

  /** Waits for the end; returns the exit code. */
  public int awaitEnd() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the server has not ended after " + PATIENCE_SECONDS + " s");
    }
    return process.exitValue();
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }
}

package io.kvapp.server.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The server's command line as a process of its own, on a free port. */
public final class ChildServer implements AutoCloseable {
  private final CommandProcess process;
  private final int port;

  private ChildServer(CommandProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Starts it with its data and log in {@code folder}, and waits until it listens. */
  public static ChildServer start(Path folder, List<String> jvmOptions, String... options)
      throws IOException {
    return start(
        List.of("--data", folder.resolve("data").toString()), folder, 0, jvmOptions, options);
  }

  /** The same on this port, such as that of one that was killed. */
  public static ChildServer start(Path folder, int port, List<String> jvmOptions, String... options)
      throws IOException {
    return start(
        List.of("--data", folder.resolve("data").toString()), folder, port, jvmOptions, options);
  }

  /** The same with its data in one folder, and its log in another. */
  public static ChildServer startOn(
      Path data, Path folder, List<String> jvmOptions, String... options) throws IOException {
    return start(List.of("--data", data.toString()), folder, 0, jvmOptions, options);
  }

  /** The same over the store at a URI, on this port, or on a free one if it is 0. */
  public static ChildServer startOver(
      String store, Path folder, int port, List<String> jvmOptions, String... options)
      throws IOException {
    return start(List.of("--store", store), folder, port, jvmOptions, options);
  }

  private static ChildServer start(
      List<String> data, Path folder, int port, List<String> jvmOptions, String... options)
      throws IOException {
    List<String> java = new ArrayList<>(jvmOptions);
    java.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    List<String> arguments = new ArrayList<>(List.of("--port", Integer.toString(port)));
    arguments.addAll(data);
    arguments.addAll(List.of(options));
    CommandProcess process = CommandProcess.start(folder, Map.of(), java, arguments);
    return new ChildServer(process, process.awaitPort());
  }

  public int port() {
    return port;
  }

  /** What it has logged so far. */
  public String log() throws IOException {
    return process.errors();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Sends the signal that asks a process to end. */
  public void terminate() {
    process.signalEnd();
  }

  /** Waits for the end; returns the exit code. */
  public int awaitEnd() throws InterruptedException {
    return process.awaitEnd();
  }

  @Override
  public void close() throws InterruptedException {
    process.close();
    process.awaitEnd();
  }
}

package io.kvapp.bench.http;

import io.kvapp.bench.ClassPath;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A server in a JVM of its own, spoken to as KVApp's clients do. */
final class JvmTarget implements HttpTarget {
  private static final String HEAP = "-Xmx512m";

  private final JvmServer server;
  private final ChildProcess process;
  private final PrintWriter commands;
  private final BufferedReader answers;
  private final int port;
  private final String headers;

  private JvmTarget(JvmServer server, ChildProcess process) throws IOException {
    this.server = server;
    this.process = process;
    commands =
        new PrintWriter(new OutputStreamWriter(process.input(), StandardCharsets.UTF_8), true);
    answers = new BufferedReader(new InputStreamReader(process.output(), StandardCharsets.UTF_8));
    String[] started = answer().split(" ", 2);
    port = Integer.parseInt(started[0]);
    headers = started[1].isEmpty() ? "" : "x-access-tokens: " + started[1] + "\r\n";
  }

  static JvmTarget start(JvmServer server, Path work) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            HEAP,
            "-XX:+UseG1GC",
            // Without it the JDK's server takes 40 ms for each answer with a body.
            "-Dsun.net.httpserver.nodelay=true",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-cp",
            ClassPath.withoutNativeHelpers(),
            HttpWorker.class.getName(),
            server.name(),
            work.resolve(server.name()).toString());
    ChildProcess process = ChildProcess.start(command, work.resolve(server.name() + ".log"), false);
    try {
      return new JvmTarget(server, process);
    } catch (IOException | RuntimeException failure) {
      process.close();
      throw failure;
    }
  }

  @Override
  public String title() {
    return server.title();
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String get(String key) {
    return HttpTarget.withBody("POST", "/api/search", headers, "{\"key\":\"" + key + "\"}");
  }

  @Override
  public String put(String key, String value) {
    return HttpTarget.withBody(
        "POST", "/api/insert", headers, "{\"key\":\"" + key + "\",\"value\":\"" + value + "\"}");
  }

  @Override
  public Optional<String> page(String prefix) {
    return server.isStore()
        ? Optional.of(
            HttpTarget.withBody("POST", "/api/search", headers, "{\"prefix\":\"" + prefix + "\"}"))
        : Optional.empty();
  }

  @Override
  public double processorSeconds() {
    return process.processorSeconds();
  }

  @Override
  public void load(Entries entries) throws IOException {
    if (server.isStore()) {
      commands.println("load " + entries.count());
      answer();
    }
  }

  @Override
  public Optional<Double> allocatedBytes() {
    commands.println("allocated");
    try {
      return Optional.of(Double.valueOf(answer()));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private String answer() throws IOException {
    String line = answers.readLine();
    if (line == null || !line.startsWith("= ")) {
      throw new IOException(server.title() + " did not start or ended: " + line);
    }
    return line.substring(2);
  }

  @Override
  public void close() {
    commands.close();
    process.close();
  }
}

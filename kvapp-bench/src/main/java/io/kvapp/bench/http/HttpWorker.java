package io.kvapp.bench.http;

import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The main class of a JVM that holds one server. It prints {@code =}, its port and its token, then
 * takes commands from standard input until that ends: {@code load} and a number of entries, {@code
 * allocated}.
 */
final class HttpWorker {
  private HttpWorker() {}

  /** Takes the name of a {@link JvmServer} and a folder for its data. */
  public static void main(String[] args) throws Exception {
    PrintStream answers = System.out;
    System.setOut(System.err);
    try (JvmServer.Running server = JvmServer.valueOf(args[0]).start(Path.of(args[1]))) {
      answers.println("= " + server.port() + " " + server.token());
      BufferedReader commands =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = commands.readLine(); line != null; line = commands.readLine()) {
        answers.println("= " + run(line.split(" "), server));
      }
    }
    System.exit(0);
  }

  private static long run(String[] command, JvmServer.Running server) {
    switch (command[0]) {
      case "load":
        Entries entries = new Entries(Integer.parseInt(command[1]));
        for (int i = 0; i < entries.count(); i++) {
          server.put(entries.key(i), entries.value(i));
        }
        return entries.count();
      case "allocated":
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
            .filter(bytes -> bytes > 0)
            .sum();
      default:
        throw new IllegalArgumentException("no such command: " + command[0]);
    }
  }
}

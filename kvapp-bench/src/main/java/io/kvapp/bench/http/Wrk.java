package io.kvapp.bench.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** wrk, which makes the load. Not thread-safe. */
final class Wrk {
  private static final String SCRIPT = "load.lua";
  private static final String MARK = "kvapp ";
  private static final double MIXED_WRITES = 0.1;

  /**
   * What wrk saw.
   *
   * @param answers how many answers came
   * @param rate answers a second
   * @param failures connections that failed, and answers that were faults or did not come
   * @param medianMillis the middle latency
   * @param p99Millis the latency that one of 100 is above
   * @param p999Millis the latency that one of 1,000 is above
   */
  record Outcome(
      long answers,
      double rate,
      long failures,
      double medianMillis,
      double p99Millis,
      double p999Millis) {}

  private final Path folder;
  private final Path script;
  private int seed;

  Wrk(Path folder) throws IOException {
    this.folder = folder;
    script = folder.resolve(SCRIPT);
    try (InputStream source = Wrk.class.getResourceAsStream(SCRIPT)) {
      Files.copy(source, script, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  static boolean isInstalled() {
    return ChildProcess.isInstalled("wrk");
  }

  /** Writes the requests of a target for wrk to send. */
  void prepare(HttpTarget target, Entries entries) throws IOException {
    List<String> gets = new ArrayList<>();
    List<String> puts = new ArrayList<>();
    for (int i = 0; i < entries.count(); i++) {
      gets.add(target.get(entries.key(i)));
      puts.add(target.put(entries.key(i), entries.value(entries.count() - 1 - i)));
    }
    List<String> pages =
        entries.prefixes().stream().flatMap(prefix -> target.page(prefix).stream()).toList();
    write(target, "get", gets);
    write(target, "put", puts);
    write(target, "page", pages);
  }

  /**
   * Sends requests for a while.
   *
   * @param millis how long, rounded up to whole seconds
   * @param pauseMillis how long a connection waits before each request, on average
   */
  Outcome run(HttpTarget target, HttpWorkload workload, int millis, long pauseMillis)
      throws IOException, InterruptedException {
    String reads = file(target, workload.kind() == HttpWorkload.Kind.PAGE ? "page" : "get");
    String writes = file(target, "put");
    double share =
        switch (workload.kind()) {
          case GET, PAGE -> 0;
          case INSERT -> 1;
          case MIXED -> MIXED_WRITES;
        };
    List<String> command =
        List.of(
            "wrk",
            "-t1",
            "-c" + workload.connections(),
            "-d" + (millis + 999) / 1_000 + "s",
            "--timeout",
            "10s",
            "-s",
            script.toString(),
            "http://127.0.0.1:" + target.port(),
            "--",
            reads,
            share > 0 ? writes : "-",
            Double.toString(share),
            Long.toString(pauseMillis),
            Integer.toString(++seed));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    Thread endWithThisJvm = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(endWithThisJvm);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    Runtime.getRuntime().removeShutdownHook(endWithThisJvm);
    return outcome(output);
  }

  private static Outcome outcome(String output) throws IOException {
    String line =
        output
            .lines()
            .filter(each -> each.startsWith(MARK))
            .findFirst()
            .orElseThrow(() -> new IOException("wrk failed: " + output.strip()));
    long[] figures =
        Arrays.stream(line.substring(MARK.length()).split(" "))
            .mapToLong(Long::parseLong)
            .toArray();
    return new Outcome(
        figures[0],
        figures[0] * 1e6 / figures[1],
        figures[2] + figures[3],
        figures[4] / 1e3,
        figures[5] / 1e3,
        figures[6] / 1e3);
  }

  private void write(HttpTarget target, String name, List<String> requests) throws IOException {
    StringBuilder text = new StringBuilder();
    requests.forEach(request -> text.append(request).append("\n%%\n"));
    Files.writeString(Path.of(file(target, name)), text);
  }

  private String file(HttpTarget target, String name) {
    String plain = target.title().replaceAll("[^A-Za-z0-9]+", "-");
    return folder.resolve(plain + "-" + name + ".requests").toString();
  }
}

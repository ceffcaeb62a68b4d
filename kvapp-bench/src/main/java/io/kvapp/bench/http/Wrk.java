package io.kvapp.bench.http;

import io.kvapp.bench.process.Subprocess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** wrk, which makes the load. Not thread-safe. */
final class Wrk {
  private static final String SCRIPT = "load.lua";
  private static final String MARK = "kvapp ";
  private static final double MIXED_WRITES = 0.1;

  /**
   * The results of wrk.
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

  /** Writes the requests of a target for wrk to send. */
  void prepare(HttpTarget target, Entries entries) throws IOException {
    List<String> keys = entries.keys();
    List<String> values = entries.values();
    int last = keys.size() - 1;
    write(target, "get", keys.stream().map(target.requests()::get));
    write(
        target,
        "put",
        IntStream.rangeClosed(0, last)
            .mapToObj(i -> target.requests().put(keys.get(i), values.get(last - i))));
    write(
        target,
        "page",
        entries.prefixes().stream().map(target.requests()::page).filter(Objects::nonNull));
  }

  /**
   * Sends requests for a while.
   *
   * @param millis how long, rounded up to whole seconds
   * @param pauseMillis how long a connection waits before each request, on average
   */
  Outcome run(HttpTarget target, HttpWorkload workload, int millis, long pauseMillis)
      throws IOException, InterruptedException {
    double writes =
        switch (workload.kind()) {
          case GET, PAGE -> 0;
          case INSERT -> 1;
          case MIXED -> MIXED_WRITES;
        };
    String reads = workload.kind() == HttpWorkload.Kind.PAGE ? "page" : "get";
    String wrk =
        String.format(
            "wrk -t1 -c%d -d%ds --timeout 10s", workload.connections(), (millis + 999) / 1_000);
    List<String> command = new ArrayList<>(List.of(wrk.split(" ")));
    command.addAll(
        List.of(
            "-s",
            script.toString(),
            "http://127.0.0.1:" + target.port(),
            "--",
            file(target, reads).toString(),
            writes > 0 ? file(target, "put").toString() : "-",
            Double.toString(writes),
            Long.toString(pauseMillis),
            Integer.toString(++seed)));
    String output = Subprocess.output(command);
    long[] figures =
        output
            .lines()
            .filter(line -> line.startsWith(MARK))
            .findFirst()
            .map(line -> line.substring(MARK.length()).split(" "))
            .map(words -> Arrays.stream(words).mapToLong(Long::parseLong).toArray())
            .orElseThrow(() -> new IOException("wrk failed: " + output.strip()));
    return new Outcome(
        figures[0],
        figures[0] * 1e6 / figures[1],
        figures[2] + figures[3],
        figures[4] / 1e3,
        figures[5] / 1e3,
        figures[6] / 1e3);
  }

  private void write(HttpTarget target, String name, Stream<String> requests) throws IOException {
    Iterable<String> lines = requests.map(request -> request + "\n%%")::iterator;
    Files.write(file(target, name), lines);
  }

  private Path file(HttpTarget target, String name) {
    String plain = target.title().replaceAll("[^A-Za-z0-9]+", "-");
    return folder.resolve(plain + "-" + name + ".requests");
  }
}

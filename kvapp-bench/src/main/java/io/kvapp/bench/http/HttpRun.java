package io.kvapp.bench.http;

import io.kvapp.bench.report.Figures;
import io.kvapp.bench.report.Sample;
import io.kvapp.bench.report.Samples;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Measures all servers in turns: each kind of load on each server for a moment, then all of that
 * again with another server first, round by round.
 */
final class HttpRun {
  static final String RUN = "HTTP";

  private static final int WARM_MILLIS = 2_000;
  private static final int COUNTED_REQUESTS = 20_000;

  private final List<HttpTarget> targets;
  private final Entries entries;
  private final Wrk wrk;
  private final int rounds;
  private final int millis;
  private final Samples samples;

  HttpRun(
      List<HttpTarget> targets, Entries entries, Wrk wrk, int rounds, int millis, Samples samples) {
    this.targets = targets;
    this.entries = entries;
    this.wrk = wrk;
    this.rounds = rounds;
    this.millis = millis;
    this.samples = samples;
  }

  void run(List<HttpWorkload> workloads) throws IOException, InterruptedException {
    for (HttpTarget target : targets) {
      target.load(entries);
      wrk.prepare(target, entries);
    }
    for (int round = 0; round < rounds; round++) {
      List<HttpTarget> order = new ArrayList<>(targets);
      Collections.rotate(order, -round);
      for (HttpWorkload workload : workloads) {
        for (HttpTarget target : order) {
          if (canRun(target, workload)) {
            measure(target, workload, round);
          }
        }
      }
    }
    for (HttpTarget target : targets) {
      measureGarbage(target);
    }
  }

  private boolean canRun(HttpTarget target, HttpWorkload workload) {
    return workload.kind() != HttpWorkload.Kind.PAGE
        || target.page(entries.prefixes().get(0)).isPresent();
  }

  private void measure(HttpTarget target, HttpWorkload workload, int round)
      throws IOException, InterruptedException {
    long pause = 0;
    if (workload.half()) {
      double whole =
          samples
              .where(
                  sample ->
                      sample.unit().equals("ops/s")
                          && sample.subject().equals(target.title())
                          && sample.threads() == workload.connections()
                          && sample.measure().equals(workload.kind() + " rate"))
              .median()
              .orElseThrow();
      pause = Math.max(1, Math.round(workload.connections() / (whole / 2) * 1_000));
    }
    if (round == 0) {
      wrk.run(target, workload, WARM_MILLIS, pause);
    }
    double before = target.processorSeconds();
    Wrk.Outcome outcome = wrk.run(target, workload, millis, pause);
    double processorSeconds = target.processorSeconds() - before;
    if (outcome.failures() > 0) {
      throw new IOException(
          target.title() + " failed " + outcome.failures() + " of the requests of " + workload);
    }
    String name = workload.kind() + (workload.half() ? " half" : "");
    record(target, name + " rate", workload.connections(), round, outcome.rate(), "ops/s");
    double processorRate = outcome.answers() / processorSeconds;
    record(target, name + " rate", workload.connections(), round, processorRate, "ops/cpu-s");
    record(target, name + " p50", workload.connections(), round, outcome.medianMillis(), "ms");
    record(target, name + " p99", workload.connections(), round, outcome.p99Millis(), "ms");
    record(target, name + " p99.9", workload.connections(), round, outcome.p999Millis(), "ms");
  }

  /**
   * Counts what a server allocates while it answers one connection; a JVM tells only the living.
   */
  private void measureGarbage(HttpTarget target) throws IOException {
    if (target.allocatedBytes().isEmpty()) {
      return;
    }
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), target.port())) {
      socket.setTcpNoDelay(true);
      exchange(socket, target, COUNTED_REQUESTS);
      double before = target.allocatedBytes().orElseThrow();
      exchange(socket, target, COUNTED_REQUESTS);
      double allocated = target.allocatedBytes().orElseThrow() - before;
      record(target, "garbage per GET", 1, 0, allocated / COUNTED_REQUESTS, "B");
    }
  }

  private void exchange(Socket socket, HttpTarget target, int count) throws IOException {
    OutputStream output = socket.getOutputStream();
    InputStream input = socket.getInputStream();
    byte[] answer = new byte[1 << 13];
    for (int i = 0; i < count; i++) {
      String key = entries.key(i % entries.count());
      output.write(target.get(key).getBytes(StandardCharsets.US_ASCII));
      // Every answer ends in the brace that closes its JSON.
      int length = input.read(answer);
      while (length > 0 && answer[length - 1] != '}' && answer[length - 1] != '\n') {
        length = input.read(answer);
      }
      if (length < 0) {
        throw new IOException(target.title() + " closed the connection");
      }
    }
  }

  private void record(
      HttpTarget target, String measure, int connections, int round, double value, String unit) {
    samples.add(new Sample(RUN, measure, connections, target.title(), round, value, unit));
    System.err.printf(
        "%-16s %4d  %-28s %12s %s%n",
        measure, connections, target.title(), Figures.of(value), unit);
  }
}

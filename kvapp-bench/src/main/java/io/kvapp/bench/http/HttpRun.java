package io.kvapp.bench.http;

import io.kvapp.bench.http.HttpWorkload.Kind;
import io.kvapp.bench.report.Sample;
import io.kvapp.bench.report.Samples;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Measures all servers in turns: each kind of load on each server for a moment, then all of that
 * again with another server first, round by round.
 */
record HttpRun(List<HttpTarget> targets, Entries entries, Wrk wrk, Samples samples) {
  private static final int WARM_MILLIS = 2_000;
  private static final int COUNTED_REQUESTS = 20_000;

  void run(List<HttpWorkload> workloads, int rounds, int millis)
      throws IOException, InterruptedException {
    for (HttpTarget target : targets) {
      load(target);
      wrk.prepare(target, entries);
    }
    for (int round = 0; round < rounds; round++) {
      List<HttpTarget> order = new ArrayList<>(targets);
      Collections.rotate(order, -round);
      for (HttpWorkload workload : workloads) {
        for (HttpTarget target : order) {
          String prefix = entries.prefixes().get(0);
          if (workload.kind() != Kind.PAGE || target.requests().page(prefix) != null) {
            measure(target, workload, round, millis);
          }
        }
      }
    }
    for (HttpTarget target : targets) {
      if (target.processes().get(0).isWorker()) {
        measureGarbage(target);
      }
    }
  }

  private void load(HttpTarget target) throws IOException {
    try (RawClient client = new RawClient(target)) {
      for (int i = 0; i < entries.keys().size(); i++) {
        client.exchange(target.requests().put(entries.keys().get(i), entries.values().get(i)));
      }
    }
  }

  private void measure(HttpTarget target, HttpWorkload workload, int round, int millis)
      throws IOException, InterruptedException {
    long pause = workload.half() ? pauseMillis(target, workload) : 0;
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
    int connections = workload.connections();
    double processorRate = outcome.answers() / processorSeconds;
    record(target, name + " rate", connections, round, outcome.rate(), "ops/s");
    record(target, name + " rate", connections, round, processorRate, "ops/cpu-s");
    record(target, name + " p50", connections, round, outcome.medianMillis(), "ms");
    record(target, name + " p99", connections, round, outcome.p99Millis(), "ms");
    record(target, name + " p99.9", connections, round, outcome.p999Millis(), "ms");
  }

  /** How long each connection waits, so that half of the rate comes about that was measured. */
  private long pauseMillis(HttpTarget target, HttpWorkload workload) {
    double rate =
        samples
            .of(target.title())
            .where(
                sample ->
                    sample.unit().equals("ops/s")
                        && sample.threads() == workload.connections()
                        && sample.measure().equals(workload.kind() + " rate"))
            .median()
            .orElseThrow();
    return Math.max(1, Math.round(workload.connections() / (rate / 2) * 1_000));
  }

  /** Counts the garbage of one connection; a JVM counts only that of threads which are alive. */
  private void measureGarbage(HttpTarget target) throws IOException {
    try (RawClient client = new RawClient(target)) {
      double before = 0;
      for (int i = -COUNTED_REQUESTS; i < COUNTED_REQUESTS; i++) {
        if (i == 0) {
          before = allocatedBytes(target);
        }
        client.exchange(
            target.requests().get(entries.keys().get(Math.abs(i) % entries.keys().size())));
      }
      double allocated = allocatedBytes(target) - before;
      record(target, "garbage per GET", 1, 0, allocated / COUNTED_REQUESTS, "B");
    }
  }

  private static double allocatedBytes(HttpTarget target) throws IOException {
    return target.processes().get(0).run("allocated")[0];
  }

  private void record(
      HttpTarget target, String measure, int connections, int round, double value, String unit) {
    samples.record(new Sample("HTTP", measure, connections, target.title(), round, value, unit));
  }
}

package io.kvapp.bench.http;

import com.sun.management.UnixOperatingSystemMXBean;
import io.kvapp.bench.report.Sample;
import io.kvapp.bench.report.Samples;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** What connections cost that have sent a request and are idle since. */
record IdleRun(HttpTarget target, String key, Samples samples) {
  private static final int CONNECTIONS = 10_000;
  private static final int OTHER_DESCRIPTORS = 500;

  /** With 10,000 connections, or as many as this process may have. */
  void run() throws IOException {
    UnixOperatingSystemMXBean system =
        (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long allowed = system.getMaxFileDescriptorCount() - OTHER_DESCRIPTORS;
    int count = (int) Math.min(CONNECTIONS, allowed);
    double[] before = target.processes().get(0).run("footprint");
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        RawClient client = new RawClient(target, 1 << 10);
        clients.add(client);
        client.exchange(target.requests().put(key, "value"));
      }
      double[] after = target.processes().get(0).run("footprint");
      record("idle: heap of a connection", count, (after[0] - before[0]) / count / 1024, "KiB");
      record("idle: memory of a connection", count, (after[1] - before[1]) / count / 1024, "KiB");
      record("idle: threads of all", count, after[2] - before[2], "more");
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  private void record(String measure, int count, double value, String unit) {
    samples.record(new Sample("HTTP", measure, count, target.title(), 0, value, unit));
  }
}

package io.kvapp.bench.http;

import com.sun.management.ThreadMXBean;
import io.kvapp.KVStore;
import io.kvapp.bench.http.HttpWorkload.Kind;
import io.kvapp.bench.report.Sample;
import io.kvapp.bench.report.Samples;
import io.kvapp.client.RemoteStore;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The Java client, with as many threads as wrk has connections, beside wrk: each for a moment on
 * the same server, round by round. The client runs in this process.
 */
record ClientRun(HttpTarget kvapp, Entries entries, Wrk wrk, Samples samples) {
  private static final String TITLE = "KVApp, Java client";
  private static final int WARM_MILLIS = 5_000;
  private static final int[] THREADS = {1, 16};
  private static final List<Kind> KINDS = List.of(Kind.GET, Kind.INSERT);

  /** What one thread has done. */
  private record Done(long calls, long garbageBytes) {}

  void run(int rounds, int millis) throws IOException, InterruptedException, ExecutionException {
    String token = ((JvmServer.Requests) kvapp.requests()).token();
    URI uri = URI.create("http://127.0.0.1:" + kvapp.port());
    try (KVStore store = RemoteStore.builder(uri).token(() -> token).open()) {
      for (int i = 0; i < entries.keys().size(); i++) {
        store.put(entries.keys().get(i), entries.values().get(i));
      }
      wrk.prepare(kvapp, entries);
      for (Kind kind : KINDS) {
        together(store, kind, THREADS[THREADS.length - 1], WARM_MILLIS);
      }
      for (int round = 0; round < rounds; round++) {
        for (Kind kind : KINDS) {
          for (int threads : THREADS) {
            measure(store, kind, threads, round, millis);
          }
        }
      }
    }
  }

  private void measure(KVStore store, Kind kind, int threads, int round, int millis)
      throws IOException, InterruptedException, ExecutionException {
    Wrk.Outcome outcome = wrk.run(kvapp, new HttpWorkload(kind, threads, false), millis, 0);
    record(kvapp.title(), kind + " rate", threads, round, outcome.rate(), "ops/s");
    long begun = System.nanoTime();
    List<Done> done = together(store, kind, threads, millis);
    double seconds = (System.nanoTime() - begun) / 1e9;
    long calls = done.stream().mapToLong(Done::calls).sum();
    long garbage = done.stream().mapToLong(Done::garbageBytes).sum();
    record(TITLE, kind + " rate", threads, round, calls / seconds, "ops/s");
    record(TITLE, kind + " garbage", threads, round, (double) garbage / calls, "B");
  }

  private List<Done> together(KVStore store, Kind kind, int threads, int millis)
      throws InterruptedException, ExecutionException {
    long end = System.nanoTime() + millis * 1_000_000L;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Callable<Done>> work = new ArrayList<>();
      for (int number = 0; number < threads; number++) {
        int first = number * entries.keys().size() / threads;
        work.add(() -> call(store, kind, first, end));
      }
      List<Done> done = new ArrayList<>();
      for (Future<Done> each : executor.invokeAll(work)) {
        done.add(each.get());
      }
      return done;
    } finally {
      executor.shutdown();
    }
  }

  private Done call(KVStore store, Kind kind, int first, long end) {
    ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = memory.getThreadAllocatedBytes(Thread.currentThread().getId());
    int count = entries.keys().size();
    long calls = 0;
    while (System.nanoTime() < end) {
      int place = (int) ((first + calls) % count);
      if (kind == Kind.GET) {
        store.get(entries.keys().get(place)).orElseThrow();
      } else {
        store.put(entries.keys().get(place), entries.values().get(count - 1 - place));
      }
      calls++;
    }
    return new Done(calls, memory.getThreadAllocatedBytes(Thread.currentThread().getId()) - before);
  }

  private void record(
      String subject, String measure, int threads, int round, double value, String unit) {
    samples.record(new Sample("HTTP", "client: " + measure, threads, subject, round, value, unit));
  }
}

package io.kvapp.bench.http;

import io.kvapp.bench.report.Sample;
import io.kvapp.bench.report.Samples;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Watchers of one prefix while there are 1,000 writes a second, each of which every watcher must be
 * told of; then as many writes as the writers manage.
 */
record WatchRun(List<HttpTarget> targets, Samples samples) {
  private static final String PREFIX = "watched.";
  private static final int WRITES_PER_SECOND = 1_000;
  private static final int WRITERS = 4;
  private static final int WARM_MILLIS = 2_000;
  private static final int KEYS = 100;
  private static final int FEW = 10;
  private static final int MANY = 100;
  private static final long COMPLETE_NANOS = 20_000_000_000L;
  private static final long LOOK_NANOS = 1_000_000;
  private static final String REST = "v".repeat(100 - WatcherPool.DIGITS);

  void run(int rounds, int millis) throws Exception {
    for (int round = -1; round < rounds; round++) {
      for (HttpTarget target : targets) {
        if (target.requests().watch(PREFIX) != null) {
          for (int watchers : new int[] {FEW, MANY}) {
            paced(target, watchers, round, round < 0 ? WARM_MILLIS : millis);
            if (round >= 0) {
              unpaced(target, watchers, round, millis);
            }
          }
        }
      }
    }
  }

  private void paced(HttpTarget target, int watchers, int round, int millis) throws Exception {
    int writes = (int) ((long) WRITES_PER_SECOND * millis / 1_000);
    AtomicLongArray sentAt = new AtomicLongArray(writes);
    ConcurrentHistogram written = new ConcurrentHistogram(3);
    double processorSeconds = target.processorSeconds();
    Histogram latencies;
    double seconds;
    try (WatcherPool pool = new WatcherPool(target, PREFIX, watchers, sentAt)) {
      Thread reader = start(pool);
      seconds = write(target, sentAt, writes, written);
      long begun = System.nanoTime();
      while (!pool.isComplete(writes)) {
        LockSupport.parkNanos(LOOK_NANOS);
        if (System.nanoTime() - begun > COMPLETE_NANOS) {
          throw new IOException(target.title() + " did not tell every watcher of every write");
        }
      }
      pool.stop();
      reader.join();
      latencies = pool.latencies();
    }
    if (round >= 0) {
      double used = target.processorSeconds() - processorSeconds;
      record(target, "WATCH event p50", watchers, round, millis(latencies, 50), "ms");
      record(target, "WATCH event p99", watchers, round, millis(latencies, 99), "ms");
      record(target, "WATCH write rate", watchers, round, writes / seconds, "1/s");
      record(target, "WATCH write p50", watchers, round, millis(written, 50), "ms");
      record(target, "WATCH write p99", watchers, round, millis(written, 99), "ms");
      record(target, "WATCH processors", watchers, round, used / seconds, "cpu");
    }
  }

  private void unpaced(HttpTarget target, int watchers, int round, int millis) throws Exception {
    AtomicLongArray none = new AtomicLongArray(0);
    try (WatcherPool pool = new WatcherPool(target, PREFIX, watchers, none)) {
      Thread reader = start(pool);
      AtomicInteger count = new AtomicInteger();
      long end = System.nanoTime() + millis * 1_000_000L;
      long begun = System.nanoTime();
      inWriters(
          target,
          (client, writer) -> {
            while (System.nanoTime() < end) {
              client.exchange(request(target, count.getAndIncrement()));
            }
          });
      double rate = count.get() / ((System.nanoTime() - begun) / 1e9);
      pool.stop();
      reader.join();
      record(target, "WATCH unpaced write rate", watchers, round, rate, "ops/s");
    }
  }

  /** Writes at the wanted pace; returns how many seconds that took. */
  private static double write(
      HttpTarget target, AtomicLongArray sentAt, int writes, ConcurrentHistogram written)
      throws Exception {
    long begun = System.nanoTime();
    inWriters(
        target,
        (client, writer) -> {
          for (int number = writer; number < writes; number += WRITERS) {
            long due = begun + number * 1_000_000_000L / WRITES_PER_SECOND;
            while (due - System.nanoTime() > 0) {
              LockSupport.parkNanos(due - System.nanoTime());
            }
            long sent = System.nanoTime();
            sentAt.set(number, sent);
            client.exchange(request(target, number));
            written.recordValue(System.nanoTime() - sent);
          }
        });
    return (System.nanoTime() - begun) / 1e9;
  }

  private interface Writer {
    void write(RawClient client, int writer) throws IOException;
  }

  private static void inWriters(HttpTarget target, Writer writer) throws Exception {
    AtomicReference<IOException> failure = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      int index = i;
      threads.add(
          start(
              () -> {
                try (RawClient client = new RawClient(target)) {
                  writer.write(client, index);
                } catch (IOException failed) {
                  failure.set(failed);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (failure.get() != null) {
      throw failure.get();
    }
  }

  private static Thread start(Runnable work) {
    Thread thread = new Thread(work);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static String request(HttpTarget target, int number) {
    String value = String.format("%0" + WatcherPool.DIGITS + "d", number) + REST;
    return target.requests().put(PREFIX + number % KEYS, value);
  }

  private static double millis(Histogram nanos, double percentile) {
    return nanos.getValueAtPercentile(percentile) / 1e6;
  }

  private void record(
      HttpTarget target, String measure, int watchers, int round, double value, String unit) {
    samples.record(new Sample("HTTP", measure, watchers, target.title(), round, value, unit));
  }
}

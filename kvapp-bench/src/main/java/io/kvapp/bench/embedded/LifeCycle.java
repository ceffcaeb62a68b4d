package io.kvapp.bench.embedded;

import io.kvapp.bench.engine.Engine;
import io.kvapp.bench.engine.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * The stages of a store's life: it grows from empty, it is killed, its entries are checked, it
 * shrinks.
 */
record LifeCycle(Engine engine, KeySpace keys, int valueBytes) {
  private static final long MARK = 0x6b76_6170_705f_6d6bL;
  private static final long MAX_NANOS = 600_000_000_000L;
  private static final int DIGITS = 3;

  /**
   * Writes all entries, one by one, into the empty store, or as many as a time allows for.
   *
   * @return how many were written, in how many seconds, then milliseconds of the median write, of
   *     the 99.99th of 100 and of the longest
   */
  double[] grow(int threads, long maxSeconds) throws Exception {
    RandomValues[] values = new RandomValues[threads];
    Arrays.setAll(values, thread -> new RandomValues(thread, valueBytes));
    return forEach(
        0, threads, maxSeconds, (session, thread, key) -> session.put(key, values[thread].next()));
  }

  /** Deletes all entries but the first so many, with the results of {@link #grow}. */
  double[] shrink(int threads, long maxSeconds, long kept) throws Exception {
    return forEach(kept, threads, maxSeconds, (session, thread, key) -> session.delete(key));
  }

  private interface Step {
    void run(Session session, int thread, byte[] key) throws Exception;
  }

  private double[] forEach(long from, int threads, long maxSeconds, Step step) throws Exception {
    Histogram nanos = new ConcurrentHistogram(MAX_NANOS, DIGITS);
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    long begin = System.nanoTime();
    long end = begin + TimeUnit.SECONDS.toNanos(maxSeconds);
    try {
      List<Callable<Void>> parts = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int thread = i;
        parts.add(() -> forEach(from, threads, end, nanos, thread, step));
      }
      for (Future<Void> part : workers.invokeAll(parts)) {
        part.get();
      }
    } finally {
      workers.shutdown();
    }
    return new double[] {
      nanos.getTotalCount(),
      (System.nanoTime() - begin) / 1e9,
      nanos.getValueAtPercentile(50) / 1e6,
      nanos.getValueAtPercentile(99.99) / 1e6,
      nanos.getMaxValue() / 1e6
    };
  }

  private Void forEach(long from, int stride, long end, Histogram nanos, int thread, Step step)
      throws Exception {
    try (Session session = engine.session()) {
      long now = System.nanoTime();
      for (long at = from + thread; at < keys.entries() && now - end < 0; at += stride) {
        byte[] key = keys.key(keys.scattered(at));
        long begin = System.nanoTime();
        step.run(session, thread, key);
        now = System.nanoTime();
        nanos.recordValue(now - begin);
      }
    }
    return null;
  }

  /** Overwrites so many entries, one by one, with values that can be told from loaded ones. */
  void mark(long count) throws Exception {
    try (Session session = engine.session()) {
      for (long position = 0; position < count; position++) {
        session.put(keys.key(keys.scattered(position)), marked(position));
      }
    }
  }

  /** How many of so many marked entries are not there, or not as they were written. */
  double lost(long count) throws Exception {
    long lost = 0;
    try (Session session = engine.session()) {
      for (long position = 0; position < count; position++) {
        byte[] value = session.get(keys.key(keys.scattered(position)));
        lost += Arrays.equals(value, marked(position)) ? 0 : 1;
      }
    }
    return lost;
  }

  private byte[] marked(long position) {
    byte[] value = new byte[valueBytes];
    new SplittableRandom(position ^ MARK).nextBytes(value);
    return value;
  }
}

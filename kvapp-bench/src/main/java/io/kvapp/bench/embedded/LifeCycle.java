package io.kvapp.bench.embedded;

import io.kvapp.bench.engine.Engine;
import io.kvapp.bench.engine.Session;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * What happens to a store over its life: it grows from empty, it is killed, it is looked through,
 * it shrinks.
 */
final class LifeCycle {
  private static final long MARK = 0x6b76_6170_705f_6d6bL;
  private static final long LONGEST_NANOS = 600_000_000_000L;
  private static final int DIGITS = 3;

  private final Engine engine;
  private final KeySpace keys;
  private final int valueBytes;

  LifeCycle(Engine engine, KeySpace keys, int valueBytes) {
    this.engine = engine;
    this.keys = keys;
    this.valueBytes = valueBytes;
  }

  /**
   * Writes all entries, one by one, into the empty store, or as many as a time allows for.
   *
   * @return how many were written, in how many seconds, then milliseconds of the median write, of
   *     the 99.99th of 100 and of the longest
   */
  double[] grow(int threads, long mostSeconds) throws InterruptedException, ExecutionException {
    RandomValues[] values = new RandomValues[threads];
    Arrays.setAll(values, thread -> new RandomValues(thread, valueBytes));
    return forEach(
        0, threads, mostSeconds, (session, thread, key) -> session.put(key, values[thread].next()));
  }

  /** Deletes all entries but the first so many, and returns what {@link #grow} does. */
  double[] shrink(int threads, long kept, long mostSeconds)
      throws InterruptedException, ExecutionException {
    return forEach(kept, threads, mostSeconds, (session, thread, key) -> session.delete(key));
  }

  private interface Step {
    void run(Session session, int thread, byte[] key);
  }

  private double[] forEach(long from, int threads, long mostSeconds, Step step)
      throws InterruptedException, ExecutionException {
    Histogram nanos = new ConcurrentHistogram(LONGEST_NANOS, DIGITS);
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    long begin = System.nanoTime();
    long end = begin + TimeUnit.SECONDS.toNanos(mostSeconds);
    try {
      List<Future<?>> parts = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        int number = thread;
        parts.add(workers.submit(() -> forEach(from + number, threads, end, nanos, number, step)));
      }
      for (Future<?> part : parts) {
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

  private void forEach(long from, int stride, long end, Histogram nanos, int thread, Step step) {
    try (Session session = engine.session()) {
      long now = System.nanoTime();
      for (long position = from; position < keys.entries() && now - end < 0; position += stride) {
        byte[] key = keys.key(keys.scattered(position));
        long begin = System.nanoTime();
        step.run(session, thread, key);
        now = System.nanoTime();
        nanos.recordValue(now - begin);
      }
    }
  }

  /** Overwrites so many entries, one by one, with values that can be told from loaded ones. */
  void mark(long count) {
    try (Session session = engine.session()) {
      for (long position = 0; position < count; position++) {
        session.put(keys.key(keys.scattered(position)), marked(position));
      }
    }
  }

  /** How many of so many marked entries are not there, or not as they were written. */
  double lost(long count) {
    long lost = 0;
    try (Session session = engine.session()) {
      for (long position = 0; position < count; position++) {
        byte[] value = session.get(keys.key(keys.scattered(position)));
        if (value == null || !ByteBuffer.wrap(value).equals(ByteBuffer.wrap(marked(position)))) {
          lost++;
        }
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

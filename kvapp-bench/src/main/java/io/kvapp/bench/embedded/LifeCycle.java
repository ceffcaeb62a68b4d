package io.kvapp.bench.embedded;

import io.kvapp.bench.engine.Engine;
import io.kvapp.bench.engine.Session;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * What happens to a store over its life: it grows from empty, it is killed, it is looked through.
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
   * Writes all entries, one by one, into the empty store.
   *
   * @return seconds, then milliseconds of the median write, of the 99.99th of 100 and of the
   *     longest
   */
  double[] grow(int threads) throws InterruptedException, ExecutionException {
    Histogram nanos = new ConcurrentHistogram(LONGEST_NANOS, DIGITS);
    ExecutorService writers = Executors.newFixedThreadPool(threads);
    long begin = System.nanoTime();
    try {
      List<Future<?>> ends = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        int first = thread;
        ends.add(writers.submit(() -> growPart(first, threads, nanos)));
      }
      for (Future<?> end : ends) {
        end.get();
      }
    } finally {
      writers.shutdown();
    }
    return new double[] {
      (System.nanoTime() - begin) / 1e9,
      nanos.getValueAtPercentile(50) / 1e6,
      nanos.getValueAtPercentile(99.99) / 1e6,
      nanos.getMaxValue() / 1e6
    };
  }

  private void growPart(int first, int step, Histogram nanos) {
    Values values = new Values(first, valueBytes);
    try (Session session = engine.session()) {
      for (long position = first; position < keys.entries(); position += step) {
        byte[] key = keys.key(keys.scattered(position));
        byte[] value = values.next();
        long begin = System.nanoTime();
        session.put(key, value);
        nanos.recordValue(System.nanoTime() - begin);
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

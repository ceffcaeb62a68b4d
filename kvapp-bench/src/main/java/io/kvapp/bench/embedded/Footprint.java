package io.kvapp.bench.embedded;

import com.sun.management.ThreadMXBean;
import io.kvapp.bench.engine.Engine;
import io.kvapp.bench.engine.Session;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;

/** What an engine takes of the heap of this JVM. */
final class Footprint {
  private static final int COLLECTIONS = 3;
  private static final int MOST_GETS = 200_000;
  private static final long MOST_BYTES = 2L << 30;
  private static final int ARRAY_HEADER_BYTES = 16;

  private Footprint() {}

  /** Bytes on the heap after full collections. */
  static double heapBytes() {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** Bytes that a get allocates beyond the array it returns. */
  static double garbagePerGet(Engine engine, KeySpace keys, int valueBytes) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Session session = engine.session()) {
      int gets = (int) Math.min(MOST_GETS, MOST_BYTES / Math.max(1, valueBytes));
      read(session, keys, gets, 1);
      byte[][] prepared = new byte[gets][];
      SplittableRandom random = new SplittableRandom(2);
      for (int i = 0; i < gets; i++) {
        prepared[i] = keys.key(random.nextLong(keys.entries()));
      }
      long before = threads.getCurrentThreadAllocatedBytes();
      for (byte[] key : prepared) {
        session.get(key);
      }
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      return (double) allocated / gets - arrayBytes(valueBytes);
    }
  }

  private static void read(Session session, KeySpace keys, int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < count; i++) {
      if (session.get(keys.key(random.nextLong(keys.entries()))) == null) {
        throw new IllegalStateException("a loaded entry is missing");
      }
    }
  }

  private static long arrayBytes(int length) {
    return (ARRAY_HEADER_BYTES + length + 7L) / 8 * 8;
  }
}

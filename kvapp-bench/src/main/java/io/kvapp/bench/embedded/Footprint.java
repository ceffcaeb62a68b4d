package io.kvapp.bench.embedded;

import com.sun.management.ThreadMXBean;
import io.kvapp.bench.engine.Engine;
import io.kvapp.bench.engine.Session;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;

/** An engine's share of the heap of this JVM. */
final class Footprint {
  private static final int COLLECTIONS = 3;
  private static final int MAX_GETS = 200_000;
  private static final long MAX_BYTES = 2L << 30;
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
  static double garbagePerGet(Engine engine, KeySpace keys, int valueBytes) throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    SplittableRandom random = new SplittableRandom(1);
    byte[][] prepared = new byte[(int) Math.min(MAX_GETS, MAX_BYTES / valueBytes)][];
    for (int i = 0; i < prepared.length; i++) {
      prepared[i] = keys.key(random.nextLong(keys.entries()));
    }
    try (Session session = engine.session()) {
      readAll(session, prepared);
      long before = threads.getCurrentThreadAllocatedBytes();
      readAll(session, prepared);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      long arrayBytes = (ARRAY_HEADER_BYTES + valueBytes + 7L) / 8 * 8;
      return (double) allocated / prepared.length - arrayBytes;
    }
  }

  private static void readAll(Session session, byte[][] keys) throws Exception {
    for (byte[] key : keys) {
      if (session.get(key) == null) {
        throw new IllegalStateException("a loaded entry is missing");
      }
    }
  }
}

package io.kvapp.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills an empty hash map with what lives in a version, several ranges of keys at a time, and logs
 * progress when that takes long.
 *
 * <p>For one thread; starts others and waits for them.
 */
final class Rebuild {
  private static final Logger LOG = LoggerFactory.getLogger(Rebuild.class);
  private static final long LOG_EVERY_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final int RANGES_PER_THREAD = 4;

  private final Version version;
  private final GrowingMap map;
  private final LongAdder done = new LongAdder();
  private final long expected;
  private long nextLog = System.nanoTime() + LOG_EVERY_NANOS;

  Rebuild(Version version, GrowingMap map) {
    this.version = version;
    this.map = map;
    this.expected =
        version.active.count() + version.snapshots.stream().mapToLong(Snapshot::puts).sum();
  }

  void run() {
    int processors = Runtime.getRuntime().availableProcessors();
    List<byte[]> bounds = bounds(processors * RANGES_PER_THREAD);
    // No more than run at once: one that is put aside in the middle of a write holds others up.
    ExecutorService threads = OwnThread.executor("kvapp-rebuild", processors);
    List<CompletableFuture<Void>> ranges = new ArrayList<>();
    for (int i = 0; i <= bounds.size(); i++) {
      byte[] from = i == 0 ? new byte[0] : bounds.get(i - 1);
      byte[] to = i == bounds.size() ? null : bounds.get(i);
      ranges.add(CompletableFuture.runAsync(() -> fill(from, to), threads));
    }
    try {
      CompletableFuture.allOf(ranges.toArray(CompletableFuture[]::new)).join();
    } catch (CompletionException wrapped) {
      if (wrapped.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw wrapped;
    } finally {
      threads.shutdown();
    }
  }

  private List<byte[]> bounds(int ranges) {
    Snapshot largest = null;
    for (Snapshot snapshot : version.snapshots) {
      largest = largest == null || snapshot.puts() > largest.puts() ? snapshot : largest;
    }
    List<byte[]> bounds = new ArrayList<>();
    if (largest != null) {
      for (byte[] key : largest.sampleKeys(ranges)) {
        if (bounds.isEmpty() || Arrays.compareUnsigned(bounds.get(bounds.size() - 1), key) < 0) {
          bounds.add(key);
        }
      }
    }
    return bounds;
  }

  private void fill(byte[] from, byte[] to) {
    map.putAll(
        version.entries(from, to, false),
        steps -> {
          done.add(steps);
          logWhenItIsTime();
        });
  }

  private synchronized void logWhenItIsTime() {
    long now = System.nanoTime();
    if (now - nextLog >= 0) {
      nextLog = now + LOG_EVERY_NANOS;
      LOG.info("recovery: {} of at most {} entries", done.sum(), expected);
    }
  }
}

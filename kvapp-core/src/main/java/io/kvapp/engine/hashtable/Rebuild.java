package io.kvapp.engine.hashtable;

import io.kvapp.engine.file.Progress;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.journal.Journal;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.tree.Version;
import io.kvapp.engine.tree.VersionSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills the hash map of a store that was not closed cleanly with what is in the ordered keys,
 * several ranges of keys at a time, while the store is in use; logs progress when that takes long.
 *
 * <p>Used once, by one thread, which nobody interrupts; starts others and waits for them.
 */
public final class Rebuild {
  private static final Logger LOG = LoggerFactory.getLogger(Rebuild.class);
  private static final int RANGES_PER_THREAD = 4;

  private final StripedLocks stripes;
  private final Journal journal;
  private final VersionSet versions;
  private final HashIndex map;
  private final BooleanSupplier stop;
  private final LongAdder done = new LongAdder();
  private final Progress progress = new Progress();
  private Version version;
  private long since;
  private volatile boolean stopped;

  /**
   * A rebuild.
   *
   * @param stop says when to give up, which leaves the map as partial as it is
   */
  public Rebuild(
      StripedLocks stripes,
      Journal journal,
      VersionSet versions,
      HashIndex map,
      BooleanSupplier stop) {
    this.stripes = stripes;
    this.journal = journal;
    this.versions = versions;
    this.map = map;
    this.stop = stop;
  }

  /**
   * Fills the map.
   *
   * @return whether it is whole now, which it is unless the rebuild was stopped
   * @throws io.kvapp.KVException.Corrupt if an entry cannot be read; the map stays partial
   */
  public boolean run() {
    // A write in flight has its revision already and is not in the ordered keys yet.
    stripes.withoutWriters(
        () -> {
          version = versions.acquire();
          since = journal.revision();
        });
    try {
      fillInParallel();
    } finally {
      version.release();
    }
    if (stopped) {
      return false;
    }
    map.endFilling();
    if (progress.isLong()) {
      LOG.info("the hash map is whole again, after {} ms", progress.time().toMillis());
    }
    return true;
  }

  private void fillInParallel() {
    // Half of the processors are left to callers.
    int parallel = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    List<byte[]> bounds = bounds(parallel * RANGES_PER_THREAD);
    // No more than run at once: one that is put aside in the middle of a write holds others up.
    ExecutorService threads = WorkerThread.executor("kvapp-rebuild", parallel);
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
    SSTable largest = null;
    for (SSTable sstable : version.sstables) {
      largest = largest == null || sstable.puts() > largest.puts() ? sstable : largest;
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
    if (goesOn()) {
      map.fill(
          version.entries(from, to, false),
          since,
          steps -> {
            done.add(steps);
            if (progress.isTimeToLog()) {
              LOG.info(
                  "the hash map is filled anew: {} of about {} entries", done.sum(), map.size());
            }
            return goesOn();
          });
    }
  }

  private boolean goesOn() {
    stopped |= stop.getAsBoolean();
    return !stopped;
  }
}

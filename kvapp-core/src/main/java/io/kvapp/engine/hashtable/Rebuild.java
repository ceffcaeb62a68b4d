package io.kvapp.engine.hashtable;

import io.kvapp.engine.file.Lease;
import io.kvapp.engine.file.Progress;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.model.VersionedValue;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.tree.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The migration of all entries from the truth into the hash table of a store that was not closed
 * cleanly: several ranges of keys at a time, while the store is in use. Logs progress if that takes
 * long.
 *
 * <p>Used once, by one thread that is never interrupted; it starts others and waits for them.
 */
final class Rebuild {
  private static final Logger LOG = LoggerFactory.getLogger(Rebuild.class);
  private static final int RANGES_PER_THREAD = 4;
  private static final int MAX_BATCH_BYTES = 4 << 20;
  private static final int HEAP_SHARE_OF_BATCHES = 32;
  private static final int OBJECT_BYTES = 100;
  private static final long UNCHANGING = Long.MAX_VALUE;

  private final StripedLocks stripes;
  private final Truth truth;
  private final EntrySink sink;
  private final LongSupplier entries;
  private final BooleanSupplier goOn;
  private final LongAdder done = new LongAdder();
  private final Progress progress = new Progress();
  private Version version;
  private long since;
  private volatile boolean stopped;
  private long batchBytes = MAX_BATCH_BYTES;

  /**
   * A rebuild.
   *
   * @param sink takes the entries
   * @param entries supplies about how many entries there are
   * @param goOn asked now and then; false ends the rebuild before it is complete
   */
  Rebuild(
      StripedLocks stripes,
      Truth truth,
      EntrySink sink,
      LongSupplier entries,
      BooleanSupplier goOn) {
    this.stripes = stripes;
    this.truth = truth;
    this.sink = sink;
    this.entries = entries;
    this.goOn = goOn;
  }

  /**
   * Moves the entries.
   *
   * @param revision supplies the last revision given to a write
   * @return whether all entries were moved, as they are unless the rebuild was stopped
   * @throws io.kvapp.KVException.Corrupt if an entry cannot be read
   */
  boolean run(LongSupplier revision) {
    // A write in flight has its revision already and is not in the truth yet.
    AtomicReference<Lease<Version>> lease = new AtomicReference<>();
    stripes.withoutWriters(
        () -> {
          lease.set(truth.lease());
          since = revision.getAsLong();
        });
    try (Lease<Version> held = lease.get()) {
      version = held.get();
      // Half of the processors are left to callers.
      moveInParallel(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
    }
    if (!stopped && progress.isLong()) {
      LOG.info("the hash index is complete again, after {} ms", progress.time().toMillis());
    }
    return !stopped;
  }

  /**
   * Moves the entries of a version that nobody changes.
   *
   * @return as above
   */
  boolean run(Version unchanging) {
    version = unchanging;
    since = UNCHANGING;
    moveInParallel(Runtime.getRuntime().availableProcessors());
    return !stopped;
  }

  private boolean hasChanged(byte[] key) {
    return since != UNCHANGING && truth.hasChanged(key, since);
  }

  private void moveInParallel(int parallel) {
    batchBytes =
        Math.min(
            MAX_BATCH_BYTES, Runtime.getRuntime().maxMemory() / HEAP_SHARE_OF_BATCHES / parallel);
    List<byte[]> bounds = bounds(parallel * RANGES_PER_THREAD);
    // No more threads than run at once: one that is preempted inside a write holds others up.
    ExecutorService threads = WorkerThread.executor("kvapp-rebuild", parallel);
    List<CompletableFuture<Void>> ranges = new ArrayList<>();
    for (int i = 0; i <= bounds.size(); i++) {
      byte[] from = i == 0 ? new byte[0] : bounds.get(i - 1);
      byte[] to = i == bounds.size() ? null : bounds.get(i);
      ranges.add(CompletableFuture.runAsync(() -> move(from, to), threads));
    }
    try {
      CompletableFuture.allOf(ranges.toArray(CompletableFuture[]::new)).join();
    } catch (CompletionException wrapped) {
      if (wrapped.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (wrapped.getCause() instanceof Error failure) {
        throw failure;
      }
      throw wrapped;
    } finally {
      threads.shutdown();
    }
  }

  /**
   * Keys that divide the entries into ranges of about the same size, if the largest SSTable is
   * typical.
   */
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

  private void move(byte[] from, byte[] to) {
    Cursor cursor = version.entries(from, to, false);
    Batch batch = new Batch();
    boolean more = true;
    while (more && goesOn()) {
      more = batch.fill(cursor);
      batch.store();
    }
  }

  private boolean goesOn() {
    stopped |= !goOn.getAsBoolean();
    return !stopped;
  }

  /** Entries of a range, a few megabytes at most, for one thread. */
  private final class Batch {
    private final List<byte[]> keys = new ArrayList<>();
    private final List<VersionedValue> values = new ArrayList<>();
    private int steps;

    /** Reads entries without the values that are not kept; false if there are no more. */
    boolean fill(Cursor cursor) {
      keys.clear();
      values.clear();
      steps = 0;
      for (long bytes = 0; bytes < batchBytes; steps++) {
        if (!cursor.next()) {
          return false;
        }
        if (!cursor.isDelete()) {
          byte[] key = cursor.ownKey();
          byte[] value = HashIndex.isInline(cursor.valueLength()) ? cursor.value() : null;
          keys.add(key);
          values.add(new VersionedValue(cursor.revision(), cursor.expiresAt(), value));
          bytes += OBJECT_BYTES + key.length + (value == null ? 0 : value.length);
        }
      }
      return true;
    }

    void store() {
      sink.store(keys, i -> hasChanged(keys.get(i)) ? null : values.get(i));
      done.add(steps);
      if (progress.isTimeToLog()) {
        LOG.info(
            "the hash index is rebuilt: {} of about {} entries", done.sum(), entries.getAsLong());
      }
    }
  }
}

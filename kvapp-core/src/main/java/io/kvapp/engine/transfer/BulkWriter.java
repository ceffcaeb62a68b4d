package io.kvapp.engine.transfer;

import io.kvapp.Entry;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.Limits;
import io.kvapp.engine.model.MergeCursor;
import io.kvapp.engine.model.Operation;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.sstable.SSTableFolder;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.LongSupplier;

/**
 * Writes entries that come in any order as one SSTable, of two with the same key the later one.
 *
 * <p>As long as the keys ascend they go straight into an SSTable. From the first one that does not,
 * entries are gathered, sorted and written as runs, and the runs are merged in the end (an external
 * merge sort: Knuth, The Art of Computer Programming, volume 3, section 5.4). What is gathered is
 * sorted and written on another thread, and every processor merges a range of the keys. No manifest
 * names any of these files before the caller does.
 *
 * <p>For one thread, which is never interrupted; used once.
 */
public final class BulkWriter {
  private static final int MAX_RUNS = 128;
  private static final int SAMPLES_OF_A_RUN = 64;
  private static final int MIN_RANGE_ENTRIES = 10_000;
  private static final int OBJECT_BYTES = 120;

  /** Beside what is gathered as much is sorted and written. */
  private static final long MAX_GATHERED_BYTES = 32 << 20;

  private static final int HEAP_SHARE = 32;

  /** What is handed over at a time while the keys ascend, at most. */
  private static final long MAX_ASCENDING_BYTES = 1 << 20;

  private static final byte[] START = {};

  private final SSTableFolder folder;
  private final LongSupplier numbers;
  private final long revision;
  private final Limits limits;
  private final InstantSource clock;
  private final long gatheredBytes;
  private final int processors = Runtime.getRuntime().availableProcessors();
  private final ExecutorService threads = WorkerThread.executor("kvapp-load-writer", processors);

  /** Newest first. */
  private final List<SSTable> runs = new ArrayList<>();

  /** The run that is being written; null where there is none. */
  private Future<SSTable> unfinished;

  private List<Operation> gathered = new ArrayList<>();
  private long bytes;

  /**
   * A writer.
   *
   * @param numbers supplies numbers of SSTables, none twice
   * @param revision that all entries get
   * @param limits what each entry is checked against
   * @param clock tells which entries are expired and left out
   */
  public BulkWriter(
      SSTableFolder folder,
      LongSupplier numbers,
      long revision,
      Limits limits,
      InstantSource clock) {
    this(
        folder,
        numbers,
        revision,
        limits,
        clock,
        Math.min(MAX_GATHERED_BYTES, Runtime.getRuntime().maxMemory() / HEAP_SHARE));
  }

  /** As above, with the bytes that are gathered in memory at a time. */
  BulkWriter(
      SSTableFolder folder,
      LongSupplier numbers,
      long revision,
      Limits limits,
      InstantSource clock,
      long gatheredBytes) {
    this.folder = folder;
    this.numbers = numbers;
    this.revision = revision;
    this.limits = limits;
    this.clock = clock;
    this.gatheredBytes = gatheredBytes;
  }

  /**
   * Writes the entries and waits until they are on the disk; a failure leaves no file.
   *
   * @return the caller closes it
   */
  public SSTable write(Iterator<Entry> entries) throws IOException {
    try {
      Operation broken = writeAscending(entries);
      if (broken != null) {
        gather(broken);
        while (entries.hasNext()) {
          gather(checked(entries.next()));
          if (bytes >= gatheredBytes) {
            writeGathered();
          }
        }
        writeGathered();
        finishRun();
      }
      return runs.size() == 1 ? runs.get(0) : merged();
    } catch (Throwable failure) {
      // Nothing is written beside this from here on.
      WorkerThread.stop(threads);
      discardUnfinished();
      discard(runs);
      throw failure;
    } finally {
      WorkerThread.stop(threads);
    }
  }

  /** A copy of an entry, or a delete where it has expired and hides an earlier one of its key. */
  private Operation checked(Entry entry) {
    limits.entry(entry.key(), entry.value());
    byte[] key = entry.key().clone();
    return Limits.isExpired(entry.expiresAtMillis(), clock.millis())
        ? Operation.delete(key)
        : Operation.put(key, entry.value().clone(), entry.expiresAtMillis());
  }

  private void gather(Operation operation) {
    gathered.add(operation);
    bytes += OBJECT_BYTES + operation.key().length + operation.valueLength();
  }

  /**
   * Writes the first run, of entries whose keys ascend.
   *
   * @return the first one that is not above the one before; null where there is none
   */
  private Operation writeAscending(Iterator<Entry> entries) throws IOException {
    Handover<Operation> ascending = new Handover<>();
    long number = numbers.getAsLong();
    begin(() -> writeRun(number, ascending, true));
    byte[] last = START;
    Operation broken = null;
    try {
      while (broken == null && entries.hasNext()) {
        Operation next = checked(entries.next());
        if (Arrays.compareUnsigned(next.key(), last) <= 0) {
          broken = next;
        } else if (!next.isDelete()) {
          gather(next);
        }
        last = next.key();
        if (bytes >= Math.min(MAX_ASCENDING_BYTES, gatheredBytes)) {
          handOver(ascending);
        }
      }
      handOver(ascending);
      ascending.end(unfinished);
    } catch (Throwable failure) {
      ascending.cancel();
      throw failure;
    }
    finishRun();
    return broken;
  }

  private void handOver(Handover<Operation> ascending) throws IOException {
    if (!gathered.isEmpty()) {
      if (!ascending.put(gathered, unfinished)) {
        // Throws why.
        join(unfinished);
      }
      gathered = new ArrayList<>(gathered.size());
      bytes = 0;
    }
  }

  /** Has what is gathered written as a run, as soon as the run before is. */
  private void writeGathered() throws IOException {
    finishRun();
    List<Operation> run = gathered;
    long number = numbers.getAsLong();
    gathered = new ArrayList<>(run.size());
    bytes = 0;
    begin(() -> writeRun(number, SortedOperations.of(run), false));
  }

  private void begin(Callable<SSTable> writing) {
    // It keeps a failure without an allocation.
    FutureTask<SSTable> task = new FutureTask<>(writing);
    threads.execute(task);
    unfinished = task;
  }

  private void finishRun() throws IOException {
    if (unfinished == null) {
      return;
    }
    SSTable run = join(unfinished);
    unfinished = null;
    try {
      runs.add(0, run);
    } catch (Throwable failure) {
      discard(List.of(run));
      throw failure;
    }
    if (runs.size() == MAX_RUNS) {
      runs.add(merged());
    }
  }

  private void discardUnfinished() {
    try {
      if (unfinished != null) {
        discard(List.of(join(unfinished)));
      }
    } catch (IOException | RuntimeException | Error failed) {
      // It has left nothing.
    }
  }

  private static SSTable join(Future<SSTable> writing) throws IOException {
    try {
      return writing.get();
    } catch (ExecutionException wrapped) {
      throw thrown(wrapped.getCause());
    } catch (InterruptedException never) {
      throw new IllegalStateException(never);
    }
  }

  private SSTable writeRun(long number, Iterator<Operation> operations, boolean synced)
      throws IOException {
    Cursor changes = new OperationCursor(operations, revision);
    return synced
        ? SSTable.write(folder, number, revision - 1, revision, changes, 0, false)
        : SSTable.writeTemporary(folder, number, revision - 1, revision, changes);
  }

  /** One SSTable in the place of all runs, of ranges of keys that are written at once. */
  private SSTable merged() throws IOException {
    List<byte[]> bounds = bounds();
    List<FutureTask<SSTable>> ranges = new ArrayList<>();
    for (int i = 0; i <= bounds.size(); i++) {
      byte[] from = i == 0 ? START : bounds.get(i - 1);
      byte[] to = i == bounds.size() ? null : bounds.get(i);
      long number = numbers.getAsLong();
      ranges.add(new FutureTask<>(() -> merge(number, from, to)));
    }
    ranges.forEach(threads::execute);
    List<SSTable> parts = new ArrayList<>(ranges.size());
    Throwable failed = null;
    for (FutureTask<SSTable> range : ranges) {
      try {
        parts.add(join(range));
      } catch (IOException | RuntimeException | Error failure) {
        failed = failure;
      }
    }
    SSTable merged = null;
    try {
      merged = failed == null ? SSTable.joined(folder, parts) : null;
    } finally {
      if (merged == null) {
        discard(parts);
      }
    }
    if (failed != null) {
      throw thrown(failed);
    }
    discard(runs);
    runs.clear();
    return merged;
  }

  /**
   * The failure of another thread, to be thrown on this one; all but a RuntimeException is thrown
   * here.
   */
  private static RuntimeException thrown(Throwable failure) throws IOException {
    if (failure instanceof IOException known) {
      throw known;
    }
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof RuntimeException unchecked
        ? unchecked
        : new IllegalStateException(failure);
  }

  private SSTable merge(long number, byte[] from, byte[] to) throws IOException {
    List<Cursor> entries = new ArrayList<>();
    for (SSTable run : runs) {
      entries.add(run.entries(from, to, false));
    }
    return SSTable.write(
        folder, number, revision - 1, revision, new MergeCursor(entries, false), 0, true);
  }

  /** Keys that divide all runs into ranges of about the same size, one for each processor. */
  private List<byte[]> bounds() {
    long entries = runs.stream().mapToLong(run -> run.puts() + run.deletes()).sum();
    int ranges = (int) Math.min(processors, entries / MIN_RANGE_ENTRIES);
    List<byte[]> samples = new ArrayList<>();
    for (SSTable run : runs) {
      samples.addAll(run.sampleKeys(SAMPLES_OF_A_RUN));
    }
    samples.sort(Arrays::compareUnsigned);
    List<byte[]> bounds = new ArrayList<>();
    for (int i = 1; i < ranges; i++) {
      bounds.add(samples.get((int) ((long) samples.size() * i / ranges)));
    }
    return bounds;
  }

  private static void discard(List<SSTable> sstables) {
    sstables.forEach(SSTable::discard);
    sstables.forEach(SSTable::close);
  }
}

package io.kvapp.engine.transfer;

import io.kvapp.Entry;
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
import java.util.function.LongSupplier;

/**
 * Writes entries that come in any order as one SSTable, of two with the same key the later one.
 *
 * <p>As long as the keys ascend they go straight into an SSTable. From the first one that does not,
 * entries are gathered, sorted and written as runs, and the runs are merged in the end (an external
 * merge sort: Knuth, The Art of Computer Programming, volume 3, section 5.4). No manifest names any
 * of these files before the caller does.
 *
 * <p>For one thread, which is never interrupted; used once.
 */
public final class BulkWriter {
  private static final int MAX_RUNS = 32;
  private static final int OBJECT_BYTES = 120;
  private static final long MAX_SORTED_BYTES = 64 << 20;
  private static final int HEAP_SHARE = 16;
  private static final byte[] START = {};

  private final SSTableFolder folder;
  private final LongSupplier numbers;
  private final long revision;
  private final Limits limits;
  private final InstantSource clock;
  private final long sortedBytes;

  /** Newest first. */
  private final List<SSTable> runs = new ArrayList<>();

  private final List<Operation> gathered = new ArrayList<>();
  private long gatheredBytes;

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
        Math.min(MAX_SORTED_BYTES, Runtime.getRuntime().maxMemory() / HEAP_SHARE));
  }

  /** As above, with the bytes that are sorted in memory at a time. */
  BulkWriter(
      SSTableFolder folder,
      LongSupplier numbers,
      long revision,
      Limits limits,
      InstantSource clock,
      long sortedBytes) {
    this.folder = folder;
    this.numbers = numbers;
    this.revision = revision;
    this.limits = limits;
    this.clock = clock;
    this.sortedBytes = sortedBytes;
  }

  /**
   * Writes the entries and waits until they are on the disk; a failure leaves no file.
   *
   * @return the caller closes it
   */
  public SSTable write(Iterator<Entry> entries) throws IOException {
    try {
      Ascending ascending = new Ascending(entries);
      add(writeRun(ascending));
      if (ascending.broken != null) {
        gather(ascending.broken);
        while (entries.hasNext()) {
          gather(checked(entries.next()));
        }
        writeGathered();
      }
      return runs.size() == 1 ? runs.get(0) : merged();
    } catch (Throwable failure) {
      discardRuns();
      throw failure;
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

  private void gather(Operation operation) throws IOException {
    gathered.add(operation);
    gatheredBytes += OBJECT_BYTES + operation.key().length + operation.valueLength();
    if (gatheredBytes >= sortedBytes) {
      writeGathered();
    }
  }

  private void writeGathered() throws IOException {
    add(writeRun(new Sorted(gathered)));
    gathered.clear();
    gatheredBytes = 0;
  }

  private void add(SSTable run) throws IOException {
    runs.add(0, run);
    if (runs.size() == MAX_RUNS) {
      SSTable sum = merged();
      runs.add(sum);
    }
  }

  private SSTable writeRun(Cursor changes) throws IOException {
    return SSTable.write(
        folder, numbers.getAsLong(), revision - 1, revision, changes, 0, runs.isEmpty());
  }

  /** One SSTable in the place of all runs. */
  private SSTable merged() throws IOException {
    List<Cursor> entries = new ArrayList<>();
    for (SSTable run : runs) {
      entries.add(run.entries(START, null, false));
    }
    SSTable merged =
        SSTable.write(
            folder,
            numbers.getAsLong(),
            revision - 1,
            revision,
            new MergeCursor(entries, false),
            0,
            true);
    discardRuns();
    return merged;
  }

  private void discardRuns() {
    runs.forEach(SSTable::discard);
    runs.forEach(SSTable::close);
    runs.clear();
  }

  /** Changes of this load, one after the other. */
  private abstract class Changes implements Cursor {
    Operation now;

    @Override
    public byte[] key() {
      return now.key();
    }

    @Override
    public byte[] ownKey() {
      return now.key().clone();
    }

    @Override
    public long revision() {
      return revision;
    }

    @Override
    public long expiresAt() {
      return now.expiresAt();
    }

    @Override
    public boolean isDelete() {
      return now.isDelete();
    }

    @Override
    public int valueLength() {
      return now.valueLength();
    }

    @Override
    public byte[] value() {
      return now.isDelete() ? START : now.value();
    }

    @Override
    public int valueChecksum() {
      return now.valueChecksum();
    }
  }

  /** The entries that come, as long as their keys ascend. */
  private final class Ascending extends Changes {
    private final Iterator<Entry> entries;
    private byte[] last = START;

    /** The first one that is not above the one before; null where there is none. */
    private Operation broken;

    private Ascending(Iterator<Entry> entries) {
      this.entries = entries;
    }

    @Override
    public boolean next() {
      while (entries.hasNext()) {
        Operation operation = checked(entries.next());
        if (Arrays.compareUnsigned(operation.key(), last) <= 0) {
          broken = operation;
          return false;
        }
        last = operation.key();
        if (!operation.isDelete()) {
          now = operation;
          return true;
        }
      }
      return false;
    }
  }

  /** Gathered changes in the order of their keys, of each key the last one. */
  private final class Sorted extends Changes {
    private final List<Operation> sorted;
    private int at = -1;

    private Sorted(List<Operation> changes) {
      sorted = new ArrayList<>(changes);
      sorted.sort((one, other) -> Arrays.compareUnsigned(one.key(), other.key()));
    }

    @Override
    public boolean next() {
      at++;
      while (at + 1 < sorted.size()
          && Arrays.equals(sorted.get(at).key(), sorted.get(at + 1).key())) {
        at++;
      }
      if (at >= sorted.size()) {
        return false;
      }
      now = sorted.get(at);
      return true;
    }
  }
}

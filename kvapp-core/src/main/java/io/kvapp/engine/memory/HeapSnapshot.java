package io.kvapp.engine.memory;

import io.kvapp.Entry;
import io.kvapp.Page;
import io.kvapp.Scan;
import io.kvapp.Snapshot;
import io.kvapp.engine.file.StoreFailures;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.PageReader;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * A snapshot of a store in the heap: a reference to each of its entries, which never change.
 *
 * <p>Safe for any thread.
 */
final class HeapSnapshot implements Snapshot {
  private final long revision;
  private final long now;
  private final BooleanSupplier storeClosed;

  /** In order of their keys; null once it is closed. */
  private volatile List<Entry> entries;

  HeapSnapshot(List<Entry> entries, long revision, long now, BooleanSupplier storeClosed) {
    this.entries = entries;
    this.revision = revision;
    this.now = now;
    this.storeClosed = storeClosed;
  }

  @Override
  public Page scan(Scan scan) {
    Objects.requireNonNull(scan, "scan");
    List<Entry> read = entries;
    if (storeClosed.getAsBoolean()) {
      throw StoreFailures.closed();
    }
    if (read == null) {
      throw StoreFailures.snapshotClosed();
    }
    return PageReader.read((from, to, reverse) -> range(read, from, to, reverse), scan, now);
  }

  private static Cursor range(List<Entry> entries, byte[] from, byte[] to, boolean reverse) {
    List<Entry> range =
        entries.subList(first(entries, from), to == null ? entries.size() : first(entries, to));
    if (!reverse) {
      return new HeapCursor(range.iterator());
    }
    int last = range.size() - 1;
    return new HeapCursor(
        IntStream.rangeClosed(0, last).mapToObj(i -> range.get(last - i)).iterator());
  }

  /** The index of the first entry whose key is not below this one. */
  private static int first(List<Entry> entries, byte[] key) {
    int found =
        Collections.binarySearch(
            entries, new Entry(key, key, 0, 0), (a, b) -> Arrays.compareUnsigned(a.key(), b.key()));
    return found < 0 ? -found - 1 : found;
  }

  @Override
  public long revision() {
    return revision;
  }

  @Override
  public void close() {
    entries = null;
  }
}

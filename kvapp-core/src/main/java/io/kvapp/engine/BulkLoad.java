package io.kvapp.engine;

import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.engine.hashtable.HashTableSize;
import io.kvapp.engine.hashtable.PreparedTable;
import io.kvapp.engine.memtable.Memtable;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.transfer.BulkWriter;
import io.kvapp.engine.tree.Version;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;

/**
 * Fills an empty store: writes an SSTable, fills a hash table from it, and makes both visible at
 * one moment, in which a manifest names the SSTable. Whatever ends it before leaves files that
 * nothing names.
 *
 * <p>Used once, by any thread.
 */
final class BulkLoad {
  private final DiskStore store;
  private final StoreParts parts;
  private final Maintenance maintenance;

  BulkLoad(DiskStore store, StoreParts parts, Maintenance maintenance) {
    this.store = store;
    this.parts = parts;
    this.maintenance = maintenance;
  }

  /** Loads the entries; returns how many there are in the store then. */
  long run(Iterator<Entry> entries) {
    return maintenance.load(
        () -> {
          try {
            return load(entries);
          } catch (IOException failure) {
            throw parts.journal.refuse(failure, 0);
          }
        });
  }

  private long load(Iterator<Entry> entries) throws IOException {
    store.sweep();
    long revision = maintenance.withoutFlushes(this::flush);
    BulkWriter writer =
        new BulkWriter(
            parts.versions.folder, parts.versions::takeNumber, revision, parts.limits, parts.clock);
    try (SSTable loaded = writer.write(whileOpen(entries))) {
      long count = loaded.puts();
      boolean visible = false;
      try {
        visible = count == 0 || maintenance.withoutGrowth(() -> publish(loaded, count));
      } finally {
        if (!visible || count == 0) {
          parts.versions.giveUp(loaded);
        }
      }
      return count;
    }
  }

  /** Flushes what is there, if only marks of deletes; returns the next revision. */
  private long flush() throws IOException {
    parts.flusher.flush();
    return parts.journal.revision() + 1;
  }

  private Iterator<Entry> whileOpen(Iterator<Entry> entries) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        parts.requireOpen();
        return entries.hasNext();
      }

      @Override
      public Entry next() {
        return entries.next();
      }
    };
  }

  private boolean publish(SSTable loaded, long count) throws IOException {
    try (PreparedTable table = prepare(loaded, count)) {
      return maintenance.withoutFlushes(
          () -> {
            parts.journal.awaitNextSegment();
            parts.stripes.alone(() -> publish(loaded, count, table));
            parts.changes.signal().raise();
            return true;
          });
    } catch (UncheckedIOException failure) {
      throw failure.getCause();
    }
  }

  private PreparedTable prepare(SSTable loaded, long count) throws IOException {
    HashTableSize size = EntrySizes.hashTableFor(count, List.of(loaded));
    Memtable none = new Memtable(loaded.lowRevision());
    try (Version alone = new Version(none, List.of(), List.of(loaded))) {
      return parts.index.upkeep().prepare(alone, size, count, maintenance::isGoingOn);
    }
  }

  private void publish(SSTable loaded, long count, PreparedTable table) {
    parts.requireOpen();
    StripedLocks.Stripe any = parts.stripes.of(new byte[1]);
    boolean held = parts.watermark.hold(any);
    try {
      if (parts.index.size() > 0 || !parts.flusher.publish(loaded, count)) {
        throw new KVException.WrongState(
            "the store was written to while it was loaded, so nothing was loaded; load it again"
                + " with no writer beside it");
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } finally {
      // Also if it fails behind the moment from which all is visible.
      if (parts.versions.current().sstables.contains(loaded)) {
        parts.index.takeOver(table, count);
      }
      if (held) {
        parts.watermark.release(any);
      }
    }
    parts.earliestExpiry.accumulateAndGet(loaded.firstExpiry(), Math::min);
  }
}

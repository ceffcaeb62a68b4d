package io.kvapp.engine.tree;

import io.kvapp.engine.event.FlushEvent;
import io.kvapp.engine.journal.Journal;
import io.kvapp.engine.journal.JournalSegment;
import io.kvapp.engine.memtable.Memtable;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.model.Operation;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.sstable.SSTable;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Flushes memtables: freezes the active one, writes it in key order to a new SSTable, and gives its
 * segments back to the journal once the manifest names the SSTable.
 *
 * <p>What changes nothing is safe for any thread; flushes are for one thread at a time, which is
 * never interrupted.
 */
public final class Flusher {
  /** Fewer changes are worth a flush while nobody writes: SSTables are faster to scan. */
  private static final int QUIET_SHARE = 64;

  private static final int MAX_MEMTABLES = 3;
  private static final int MAX_JOURNALS_BEHIND = 2;

  private final VersionSet versions;
  private final Journal journal;
  private final StripedLocks stripes;
  private final LongSupplier countedEntries;
  private final EngineOptions options;
  private volatile long bytesAtFreeze;
  private volatile Instant lastFlush;
  private volatile long flushes;

  /**
   * A flusher.
   *
   * @param countedEntries how many entries there are, or {@link Manifest#UNKNOWN}
   */
  public Flusher(
      VersionSet versions,
      Journal journal,
      StripedLocks stripes,
      LongSupplier countedEntries,
      EngineOptions options) {
    this.versions = versions;
    this.journal = journal;
    this.stripes = stripes;
    this.countedEntries = countedEntries;
    this.options = options;
  }

  /**
   * Whether the active memtable or its part of the journal is large enough for a flush.
   *
   * @param quiet whether nobody writes
   */
  public boolean isDue(boolean quiet) {
    long share = quiet ? QUIET_SHARE : 1;
    return versions.current().active.heapBytes() >= Math.max(1, options.memtableBytes() / share)
        || unfrozenBytes() >= options.journalBytes() / share;
  }

  /** Whether flushes are so far behind that writers have to wait for one. */
  public boolean isBehind() {
    return !hasRoomFor(0) || unfrozenBytes() >= MAX_JOURNALS_BEHIND * options.journalBytes();
  }

  /** Whether changes that take so many bytes of the heap fit beside all that waits for a flush. */
  public boolean hasRoomFor(long heapBytes) {
    return versions.current().memtableBytes() + heapBytes < MAX_MEMTABLES * options.memtableBytes();
  }

  /** Whether changes that take so many bytes of the heap are as much as a whole memtable. */
  public boolean isLarge(long heapBytes) {
    return heapBytes >= options.memtableBytes();
  }

  /** Whether a frozen memtable waits for its SSTable. */
  public boolean isPending() {
    return !versions.current().frozen.isEmpty();
  }

  /** The bytes of the journal's records that are in the active memtable. */
  public long unfrozenBytes() {
    return journal.appendedBytes() - bytesAtFreeze;
  }

  /** When the last flush ended; empty before the first one of this process. */
  public Optional<Instant> lastFlush() {
    return Optional.ofNullable(lastFlush);
  }

  /** How many memtables were written to SSTables. */
  public long flushes() {
    return flushes;
  }

  /** Brings every change made before the call into SSTables. */
  public void flush() throws IOException {
    if (!versions.current().active.isEmpty()) {
      freeze();
    }
    flushFrozen();
  }

  /** Brings every change into SSTables, and the journal back to its initial size. */
  public void flushAndShrinkJournal() throws IOException {
    if (journal.shrink() || !versions.current().active.isEmpty()) {
      freeze();
    }
    flushFrozen();
  }

  /**
   * Has the next write get a revision above this one; returns when that is on the disk, and every
   * change made before the call in SSTables.
   */
  public void skipRevisions(long last) throws IOException {
    freeze(last);
    flushFrozen();
  }

  /** Lets writers go on in a new memtable. */
  void freeze() throws IOException {
    freeze(0);
  }

  private void freeze(long skipTo) throws IOException {
    versions.folder.requireSpaceOrReserve(unfrozenBytes() + journal.firstSegmentBytes() / 4);
    journal.awaitNextSegment();
    stripes.withoutWriters(
        () -> {
          journal.skipTo(skipTo);
          List<JournalSegment> sealed = journal.roll();
          Memtable active = versions.current().active;
          try {
            versions.freezeActive(sealed, countedEntries.getAsLong(), unfrozenBytes());
          } finally {
            // Also if it fails behind the moment from which the memtable answers for them.
            if (versions.current().active != active) {
              journal.takeOver(sealed);
            }
          }
          bytesAtFreeze = journal.appendedBytes();
        });
  }

  /**
   * Makes an SSTable that was written beside the journal the newest part of the store; the caller
   * keeps out writers and readers of the hash table.
   *
   * @param loaded holds no revision but the next one
   * @param entries how many entries the store holds with it
   * @return false if the store was written to since the last flush; nothing has changed then
   */
  public boolean publish(SSTable loaded, long entries) throws IOException {
    Version now = versions.current();
    boolean isNext = loaded.identity.highRevision() == journal.revision() + 1;
    if (!isNext || !now.active.isEmpty() || !now.frozen.isEmpty()) {
      return false;
    }
    // The journal has no revision that is not in a record; this one deletes what is not there.
    journal.append(List.of(Operation.delete(new byte[1])));
    List<JournalSegment> sealed = journal.roll();
    // What was loaded is in no record.
    journal.forgetHistory();
    versions.publish(loaded, sealed, entries);
    journal.takeOver(sealed);
    bytesAtFreeze = journal.appendedBytes();
    return true;
  }

  /** Writes each frozen memtable to an SSTable, the oldest first. */
  public void flushFrozen() throws IOException {
    while (isPending()) {
      flushOldest();
    }
  }

  private void flushOldest() throws IOException {
    // After a failed sync the journal's pages are undefined, so no SSTable may be made of them.
    journal.requireHealthy();
    Version before = versions.current();
    int last = before.frozen.size() - 1;
    Memtable oldest = before.frozen.get(last);
    versions.folder.requireSpaceOrReserve(oldest.journalBytes());
    FlushEvent event = new FlushEvent();
    event.begin();
    event.journalBytes = oldest.journalBytes();
    Memtable following = last == 0 ? before.active : before.frozen.get(last - 1);
    try (SSTable sstable =
        SSTable.write(
            versions.folder,
            versions.takeNumber(),
            oldest.lowRevision(),
            following.lowRevision(),
            oldest.entries(new byte[0], null, false),
            oldest.journalBytes(),
            before.sstables.isEmpty())) {
      versions.replaceOldestMemtable(sstable);
      event.sstableBytes = sstable.fileBytes();
    } finally {
      event.commit();
    }
    lastFlush = Instant.now();
    flushes++;
  }
}

package io.kvapp.engine.tree;

import io.kvapp.KVException;
import io.kvapp.engine.file.RefCounted;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.journal.Journal;
import io.kvapp.engine.journal.JournalSegment;
import io.kvapp.engine.memtable.Memtable;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.model.MergeCursor;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.sstable.SSTableFolder;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves changes from the journal into SSTables, and keeps SSTables few: what the ordered keys
 * consist of at any time.
 *
 * <p>A checkpoint freezes the memtable, writes it in order into a new SSTable, names that in the
 * manifest and gives the journal's segments back. Merges make one SSTable of several, as in a
 * log-structured merge-tree with size-tiered merges (O'Neil et al., "The Log-Structured
 * Merge-Tree", 1996).
 *
 * <p>{@link #current()} and {@link #acquire()} are for any thread; {@link #checkpoint()} is for one
 * thread at a time and {@link #merge} for one thread at a time, neither ever interrupted.
 */
public final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

  private static final int MIN_TO_MERGE = 4;
  private static final int STEPS_AT_A_TIME = 1024;
  private static final int GARBAGE_SLACK = 10_000;
  private static final int QUIET_SHARE = 64;
  private static final int MAX_SHARES = 2;

  private final SSTableFolder folder;
  private final Journal journal;
  private final StripedLocks stripes;
  private final HashIndex map;
  private final EngineOptions tuning;

  private long nextSSTable;
  private long firstSegment;
  private long entries;
  private List<SSTable> unreadable = List.of();
  private volatile Version current;
  private volatile long journalBytesAtFreeze;
  private volatile Instant lastFlush;
  private volatile boolean closed;

  /**
   * The state after opening, with an empty memtable.
   *
   * @param folder where to make SSTables, and the manifest
   * @param sstables newest first; the first use of each passes to this object
   * @param map counts the entries that live
   */
  public Checkpoints(
      SSTableFolder folder,
      Journal journal,
      StripedLocks stripes,
      long nextSSTable,
      List<SSTable> sstables,
      HashIndex map,
      EngineOptions tuning) {
    this.folder = folder;
    this.journal = journal;
    this.stripes = stripes;
    this.nextSSTable = nextSSTable;
    this.map = map;
    this.entries = map.countedSize();
    this.firstSegment = journal.sequence();
    this.tuning = tuning;
    Memtable active = new Memtable(journal.revision());
    this.current = new Version(active, List.of(), sstables);
    active.release();
    sstables.forEach(RefCounted::release);
  }

  /** The newest version, without a use of it: for its active memtable, with a stripe locked. */
  public Version current() {
    return current;
  }

  /** The newest version with a use that the caller releases. */
  public Version acquire() {
    while (true) {
      Version version = current;
      if (version.tryAcquire()) {
        return version;
      }
      if (closed) {
        throw new KVException.WrongState("the store is closed; open it again to go on");
      }
    }
  }

  private synchronized void replace(
      Memtable active, List<Memtable> frozen, List<SSTable> sstables) {
    Version old = current;
    current = new Version(active, frozen, sstables);
    old.release();
  }

  /**
   * Whether the recent changes are so many that a checkpoint is due.
   *
   * @param quiet whether nobody writes, so that fewer will do: an SSTable is faster to scan
   */
  public boolean isDue(boolean quiet) {
    long share = quiet ? QUIET_SHARE : 1;
    return current.active.count() >= tuning.memtableEntries() / share
        || pendingBytes() >= tuning.journalBytes() / share;
  }

  /** Whether checkpoints lag so far behind that writers have to wait for one. */
  public boolean isBehind() {
    return isPending()
        && (current.active.count() >= MAX_SHARES * tuning.memtableEntries()
            || pendingBytes() >= MAX_SHARES * tuning.journalBytes());
  }

  /** Whether a memtable waits for its SSTable. */
  public boolean isPending() {
    return !current.frozen.isEmpty();
  }

  public int sstables() {
    return current.sstables.size();
  }

  /** Bytes of the journal that are in no SSTable nor on the way into one. */
  public long pendingBytes() {
    return journal.appendedBytes() - journalBytesAtFreeze;
  }

  public Optional<Instant> lastFlush() {
    return Optional.ofNullable(lastFlush);
  }

  /** Brings every change made before the call into SSTables. */
  public void checkpoint() throws IOException {
    if (!current.active.isEmpty()) {
      freeze();
    }
    flushFrozen();
  }

  /** Brings every change into SSTables, and the journal back to the size it began with. */
  public void compactJournal() throws IOException {
    if (journal.shrink() || !current.active.isEmpty()) {
      freeze();
    }
    flushFrozen();
  }

  /** Lets writers go on in a new memtable. */
  void freeze() {
    journal.awaitNextSegment();
    stripes.withoutWriters(this::startMemtable);
  }

  private synchronized void startMemtable() {
    Version before = current;
    List<JournalSegment> sealed = journal.roll();
    before.active.freeze(sealed, map.countedSize(), pendingBytes());
    List<Memtable> frozen = new ArrayList<>(before.frozen);
    frozen.add(0, before.active);
    Memtable active = new Memtable(journal.revision());
    replace(active, frozen, before.sstables);
    active.release();
    journalBytesAtFreeze = journal.appendedBytes();
  }

  /** Writes each frozen memtable into an SSTable, the oldest first. */
  public void flushFrozen() throws IOException {
    while (!current.frozen.isEmpty()) {
      flushOldest();
    }
  }

  private void flushOldest() throws IOException {
    // What a failed sync has left of the journal's pages is nobody's guess, so it is not the truth.
    journal.requireHealthy();
    Version before = current;
    int last = before.frozen.size() - 1;
    Memtable oldest = before.frozen.get(last);
    Memtable following = last == 0 ? before.active : before.frozen.get(last - 1);
    SSTable sstable =
        SSTable.write(
            folder,
            takeNumber(),
            oldest.lowRevision(),
            following.lowRevision(),
            oldest.entries(new byte[0], null, false),
            oldest.expiries(new byte[0], null),
            oldest.journalBytes(),
            before.sstables.isEmpty());
    List<JournalSegment> segments = oldest.segments();
    synchronized (this) {
      Version now = current;
      List<SSTable> sstables = new ArrayList<>(now.sstables);
      sstables.add(0, sstable);
      long journalStart = segments.get(segments.size() - 1).next();
      writeManifest(sstables, journalStart, oldest.entriesAfter(), sstable);
      firstSegment = journalStart;
      entries = oldest.entriesAfter();
      journal.forget(segments);
      oldest.discard(this::retire);
      replace(now.active, now.frozen.subList(0, now.frozen.size() - 1), sstables);
    }
    sstable.release();
    lastFlush = Instant.now();
  }

  private void retire(JournalSegment segment) {
    try {
      journal.retire(segment);
    } catch (IOException leftOver) {
      LOG.warn("{} could not be deleted: {}", segment.file, leftOver.toString());
    }
  }

  private synchronized long takeNumber() {
    return nextSSTable++;
  }

  /** What all SSTables take on the disk. */
  public long sstableBytes() {
    return current.sstables.stream().mapToLong(SSTable::fileBytes).sum();
  }

  /** How much can still be written on the disk of the SSTables. */
  public long usableBytes() throws IOException {
    return folder.disk.usableBytes(folder.path);
  }

  /** Sets how much of the files of discarded SSTables is kept for those to come. */
  public void keepSpares(long mostBytes) {
    folder.keepRecycled(mostBytes);
  }

  /** Writes a manifest that names a new SSTable; when that fails, gives the SSTable back. */
  private void writeManifest(
      List<SSTable> sstables, long journalStart, long entriesThen, SSTable added)
      throws IOException {
    try {
      manifest(sstables, journalStart, entriesThen, Optional.empty())
          .write(folder.disk, folder.path);
    } catch (IOException failure) {
      if (!isNamed(added)) {
        added.discard();
      }
      added.release();
      throw failure;
    }
  }

  /** Whether the folder's manifest names an SSTable, which it may even after a failed write. */
  private boolean isNamed(SSTable sstable) {
    try {
      Optional<Manifest> found = Manifest.read(folder.path);
      return found.isEmpty() || found.get().sstables().contains(sstable.identity);
    } catch (IOException | KVException unreadable) {
      return true;
    }
  }

  private Manifest manifest(
      List<SSTable> sstables,
      long journalStart,
      long entriesThen,
      Optional<Manifest.MapFile> mapFile) {
    return new Manifest(
        journal.revision(),
        nextSSTable,
        journalStart,
        entriesThen,
        sstables.stream().map(sstable -> sstable.identity).toList(),
        mapFile);
  }

  /** Names in the manifest what the store consists of, as the last act before it is closed. */
  public synchronized void writeCleanManifest(Optional<Manifest.MapFile> mapFile)
      throws IOException {
    manifest(current.sstables, Manifest.NO_JOURNAL, entries, mapFile)
        .write(folder.disk, folder.path);
  }

  /** Names in the manifest what the store consists of, as the last act of opening it. */
  public synchronized void writeManifest() throws IOException {
    manifest(current.sstables, firstSegment, entries, Optional.empty())
        .write(folder.disk, folder.path);
  }

  /** How many entries the SSTables hold, as the manifest has it. */
  public synchronized long entries() {
    return entries;
  }

  /**
   * Ends the use of every file, once the journal is closed, with no call in flight but scans, which
   * finish on their own.
   */
  public void close() {
    closed = true;
    folder.keepRecycled(0);
    current.active.freeze(journal.unsaved(), Manifest.UNKNOWN, 0);
    current.active.discard(JournalSegment::release);
    current.frozen.forEach(memtable -> memtable.discard(JournalSegment::release));
    current.release();
  }

  /**
   * Merges SSTables where that pays.
   *
   * @param idle whether the disk has nothing better to do
   * @param pace called now and then; what it throws ends the merge without a trace
   * @return whether there was anything to merge
   */
  public boolean merge(boolean idle, Runnable pace) throws IOException {
    List<SSTable> all = current.sstables;
    List<SSTable> chosen = all.subList(0, countToMerge(all, idle));
    if (chosen.equals(unreadable)) {
      return false;
    }
    try {
      return merge(chosen.size(), pace);
    } catch (KVException.Corrupt damage) {
      unreadable = List.copyOf(chosen);
      throw damage;
    }
  }

  /**
   * Makes one SSTable of all, without deletes.
   *
   * @param pace as above
   */
  public void mergeAll(Runnable pace) throws IOException {
    List<SSTable> all = current.sstables;
    if (all.size() > 1 || all.stream().anyMatch(sstable -> sstable.deletes() > 0)) {
      merge(all.size(), pace);
    }
  }

  private boolean merge(int count, Runnable pace) throws IOException {
    if (count == 0) {
      return false;
    }
    // Not the version, whose memtables hold segments of the journal.
    Version version = acquire();
    List<SSTable> merged = version.sstables.subList(0, count);
    merged.forEach(RefCounted::acquire);
    boolean all = count == version.sstables.size();
    version.release();
    try {
      List<Cursor> entries = new ArrayList<>();
      List<Cursor> expiries = new ArrayList<>();
      for (SSTable sstable : merged) {
        entries.add(sstable.entries(new byte[0], null, false));
        expiries.add(sstable.expiries(new byte[0], null));
      }
      SSTable result =
          SSTable.write(
              folder,
              takeNumber(),
              merged.get(count - 1).lowRevision(),
              merged.get(0).identity.highRevision(),
              new PacedCursor(entries, pace),
              new MergeCursor(expiries, false),
              merged.stream().mapToLong(SSTable::fileBytes).sum(),
              all);
      replaceMerged(merged, result);
      result.release();
      return true;
    } finally {
      merged.forEach(RefCounted::release);
    }
  }

  /** Calls something now and then while it is stepped through. */
  private static final class PacedCursor extends MergeCursor {
    private final Runnable pace;
    private int steps;

    PacedCursor(List<Cursor> newestFirst, Runnable pace) {
      super(newestFirst, false);
      this.pace = pace;
    }

    @Override
    public boolean next() {
      if (++steps % STEPS_AT_A_TIME == 0) {
        pace.run();
      }
      return super.next();
    }
  }

  private synchronized void replaceMerged(List<SSTable> merged, SSTable result) throws IOException {
    Version now = current;
    List<SSTable> sstables = new ArrayList<>(now.sstables);
    int at = sstables.indexOf(merged.get(0));
    sstables.subList(at, at + merged.size()).clear();
    sstables.add(at, result);
    writeManifest(sstables, firstSegment, entries, result);
    merged.forEach(SSTable::discard);
    replace(now.active, now.frozen, sstables);
  }

  /**
   * How many of the newest SSTables to merge: all when they are mostly garbage, else as many as
   * make the oldest of them small beside the rest, so that an entry is rewritten a logarithmic
   * number of times.
   */
  private int countToMerge(List<SSTable> sstables, boolean idle) {
    long puts = sstables.stream().mapToLong(SSTable::puts).sum();
    long deletes = sstables.stream().mapToLong(SSTable::deletes).sum();
    long known = entries();
    // What the SSTables hold, not what the map does: deletes yet to come make no garbage here.
    long live = known == Manifest.UNKNOWN ? map.size() : known;
    boolean reducible = sstables.size() > 1 || deletes > 0;
    if (reducible && (puts > 2 * live + GARBAGE_SLACK || deletes > live + GARBAGE_SLACK)) {
      return sstables.size();
    }
    int fewest = idle ? 2 : MIN_TO_MERGE;
    long newer = 0;
    int count = 0;
    for (int i = 0; i < sstables.size(); i++) {
      long bytes = sstables.get(i).fileBytes();
      boolean small = idle ? bytes <= newer * 8 : bytes <= newer / 2;
      if (i + 1 >= fewest && small) {
        count = i + 1;
      }
      newer += bytes;
    }
    return count;
  }
}

package io.kvapp.engine.tree;

import io.kvapp.KVException;
import io.kvapp.engine.file.RefCounted;
import io.kvapp.engine.file.StoreFailures;
import io.kvapp.engine.journal.Journal;
import io.kvapp.engine.journal.JournalSegment;
import io.kvapp.engine.memtable.Memtable;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.sstable.SSTableFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The current {@link Version} of a store, and the manifest that names its files.
 *
 * <p>A version is never changed but replaced, so that a reader keeps what it began with for as long
 * as it likes. An SSTable enters a version only after the manifest on the disk names it, and the
 * files that it replaces are given up only then.
 *
 * <p>{@link #current()} and {@link #acquire()} are for any thread. What changes the version is
 * synchronized, so that a {@link Flusher} and a {@link Compactor} may work at the same time, each
 * on one thread that is never interrupted.
 */
public final class VersionSet {
  private static final Logger LOG = LoggerFactory.getLogger(VersionSet.class);

  final SSTableFolder folder;
  private final Journal journal;
  private long nextSSTable;
  private long journalStart;
  private long entries;
  private volatile Version current;
  private volatile boolean closed;

  /**
   * The state after opening, with an empty memtable.
   *
   * @param folder holds the SSTables and the manifest
   * @param nextSSTable the number of the next SSTable
   * @param sstables newest first; the first use of each passes to this object
   * @param entries how many entries the SSTables hold, or {@link Manifest#UNKNOWN}
   */
  public VersionSet(
      SSTableFolder folder,
      Journal journal,
      long nextSSTable,
      List<SSTable> sstables,
      long entries) {
    this.folder = folder;
    this.journal = journal;
    this.nextSSTable = nextSSTable;
    this.entries = entries;
    this.journalStart = journal.sequence();
    Memtable active = new Memtable(journal.revision());
    this.current = new Version(active, List.of(), sstables);
    active.release();
    sstables.forEach(RefCounted::release);
  }

  /** The newest version, without a use of it: for its active memtable, with a stripe locked. */
  public Version current() {
    return current;
  }

  /**
   * The newest version with a use that the caller releases.
   *
   * @throws KVException.WrongState if the store is closed
   */
  public Version acquire() {
    while (true) {
      Version version = current;
      if (version.tryAcquire()) {
        return version;
      }
      if (closed) {
        throw StoreFailures.closed();
      }
    }
  }

  /** What to throw for an {@link InternalError} that a mapped file's missing page has led to. */
  public KVException.Corrupt unreadable(InternalError cause) {
    Version version = acquire();
    try {
      return version.unreadable(cause, folder.path);
    } finally {
      version.release();
    }
  }

  /** How many SSTables there are. */
  public int sstables() {
    return current.sstables.size();
  }

  /** The bytes of all SSTables on the disk. */
  public long sstableBytes() {
    return current.sstables.stream().mapToLong(SSTable::fileBytes).sum();
  }

  /** How many entries the SSTables hold, as the manifest says. */
  public synchronized long entries() {
    return entries;
  }

  /** The number of another SSTable; none is given twice. */
  synchronized long takeNumber() {
    return nextSSTable++;
  }

  /**
   * Freezes the active memtable and begins another; the caller keeps writers out.
   *
   * @param sealed the journal segments with the records of the memtable
   * @param entriesAfter how many entries the store holds after the memtable's changes
   * @param journalBytes the bytes of those records
   */
  synchronized void freezeActive(
      List<JournalSegment> sealed, long entriesAfter, long journalBytes) {
    Version now = current;
    now.active.freeze(sealed, entriesAfter, journalBytes);
    List<Memtable> frozen = new ArrayList<>(now.frozen);
    frozen.add(0, now.active);
    Memtable active = new Memtable(journal.revision());
    replace(active, frozen, now.sstables);
    active.release();
  }

  /**
   * Puts an SSTable in the place of the oldest memtable, whose segments go back to the journal.
   * When the manifest cannot be written, nothing changes.
   */
  synchronized void replaceOldestMemtable(SSTable flushed) throws IOException {
    Version now = current;
    int last = now.frozen.size() - 1;
    Memtable oldest = now.frozen.get(last);
    List<JournalSegment> segments = oldest.segments();
    long start = segments.get(segments.size() - 1).next();
    List<SSTable> sstables = new ArrayList<>(now.sstables);
    sstables.add(0, flushed);
    writeManifest(sstables, start, oldest.entriesAfter(), flushed);
    journalStart = start;
    entries = oldest.entriesAfter();
    journal.forget(segments);
    oldest.discard(this::retire);
    replace(now.active, now.frozen.subList(0, last), sstables);
  }

  private void retire(JournalSegment segment) {
    try {
      journal.retire(segment);
    } catch (IOException leftOver) {
      LOG.warn("{} could not be deleted: {}", segment.file, leftOver.toString());
    }
  }

  /**
   * Puts one SSTable in the place of several neighbours and discards those. When the manifest
   * cannot be written, nothing changes.
   */
  synchronized void replaceSSTables(List<SSTable> compacted, SSTable result) throws IOException {
    Version now = current;
    List<SSTable> sstables = new ArrayList<>(now.sstables);
    int at = sstables.indexOf(compacted.get(0));
    sstables.subList(at, at + compacted.size()).clear();
    sstables.add(at, result);
    writeManifest(sstables, journalStart, entries, result);
    compacted.forEach(SSTable::discard);
    replace(now.active, now.frozen, sstables);
  }

  private void replace(Memtable active, List<Memtable> frozen, List<SSTable> sstables) {
    Version old = current;
    current = new Version(active, frozen, sstables);
    old.release();
  }

  /** Writes a manifest that names a new SSTable; when that fails, discards the SSTable. */
  private void writeManifest(
      List<SSTable> sstables, long journalStart, long entriesThen, SSTable added)
      throws IOException {
    try {
      manifest(sstables, journalStart, entriesThen, Optional.empty())
          .write(folder.disk, folder.path);
    } catch (Throwable failure) {
      if (!isNamed(added)) {
        added.discard();
      }
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

  /** Names in the manifest what the store consists of, as the last act of opening it. */
  public synchronized void writeManifest() throws IOException {
    manifest(current.sstables, journalStart, entries, Optional.empty())
        .write(folder.disk, folder.path);
  }

  /**
   * Names in the manifest what the store consists of, as the last act before it is closed.
   *
   * @param mapFile the hash table that agrees with the SSTables; empty where there is none
   */
  public synchronized void writeCleanManifest(Optional<Manifest.MapFile> mapFile)
      throws IOException {
    manifest(current.sstables, Manifest.NO_JOURNAL, entries, mapFile)
        .write(folder.disk, folder.path);
  }

  /** The bytes that can still be written to the disk of the SSTables. */
  public long usableBytes() throws IOException {
    return folder.disk.usableBytes(folder.path);
  }

  /** Sets how many bytes of discarded SSTable files are kept to be recycled. */
  public void keepRecycledFiles(long maxBytes) {
    folder.keepRecycled(maxBytes);
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
}

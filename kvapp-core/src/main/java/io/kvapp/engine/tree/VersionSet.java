package io.kvapp.engine.tree;

import io.kvapp.KVException;
import io.kvapp.engine.file.FolderHolder;
import io.kvapp.engine.file.Lease;
import io.kvapp.engine.file.RefCounted;
import io.kvapp.engine.file.Reserve;
import io.kvapp.engine.file.Shortage;
import io.kvapp.engine.file.StoreFailures;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.journal.Journal;
import io.kvapp.engine.journal.JournalPosition;
import io.kvapp.engine.journal.JournalSegment;
import io.kvapp.engine.memtable.Memtable;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.sstable.SSTableFile;
import io.kvapp.engine.sstable.SSTableFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The current {@link Version} of a store, and the manifest that names its files.
 *
 * <p>A version is never changed but replaced, so that a reader keeps what it began with for as long
 * as it likes. An SSTable enters a version only after the manifest on the disk names it, and the
 * files that it replaces are given up only then.
 *
 * <p>{@link #current()} and {@link #lease()} are for any thread. What changes the version is
 * synchronized, so that a {@link Flusher} and a {@link Compactor} may work at the same time, each
 * on one thread that is never interrupted.
 */
public final class VersionSet {
  private static final Logger LOG = LoggerFactory.getLogger(VersionSet.class);

  /** What scans need not step over. */
  final EmptyRanges emptyRanges = new EmptyRanges();

  public final SSTableFolder folder;
  private final Journal journal;
  private long nextSSTable;

  /** How many memtables writers have had. */
  private long memtables;

  private long journalStart;
  private long entries;
  private volatile Version current;
  private volatile boolean closed;
  private final ExecutorService releases = WorkerThread.executor("kvapp-release");

  /**
   * The state after opening, with an empty memtable.
   *
   * @param folder holds the SSTables and the manifest
   * @param nextSSTable the number of the next SSTable
   * @param sstables newest first; the maker's use of each passes to this object
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
    Memtable active = newActive();
    this.current = new Version(active, List.of(), sstables);
    active.close();
    sstables.forEach(RefCounted::close);
  }

  private Memtable newActive() {
    return new Memtable(journal.revision(), ++memtables);
  }

  /** The newest version, without a use of it: for its active memtable, with a stripe locked. */
  public Version current() {
    return current;
  }

  /**
   * The newest version, for as long as the caller keeps the lease.
   *
   * @throws KVException.WrongState if the store is closed
   */
  public Lease<Version> lease() {
    while (true) {
      Optional<Lease<Version>> lease = Lease.tryOf(current, this::release);
      if (lease.isPresent()) {
        return lease.get();
      }
      if (closed) {
        throw StoreFailures.closed();
      }
    }
  }

  /**
   * The SSTables of the newest version alone, as a version to which nothing is written, for as long
   * as the caller keeps the lease.
   *
   * @throws KVException.WrongState if the store is closed
   */
  public Lease<Version> leaseFlushed() {
    try (Lease<Version> lease = lease()) {
      Memtable none = new Memtable(lease.get().active.lowRevision());
      try (none;
          Version flushed = new Version(none, List.of(), lease.get().sstables)) {
        return leaseOf(flushed);
      }
    }
  }

  /** Another use of a version that is in use, whose last one is not given back by the caller. */
  public Lease<Version> leaseOf(Version version) {
    return Lease.tryOf(version, this::release).orElseThrow(StoreFailures::closed);
  }

  /** What to throw for an {@link InternalError} that a mapped file's missing page has led to. */
  public KVException.Corrupt unreadable(InternalError cause) {
    try (Lease<Version> lease = lease()) {
      return unreadable(lease.get(), cause);
    }
  }

  /** As above, for a version that the caller has leased. */
  public KVException.Corrupt unreadable(Version version, InternalError cause) {
    return version.unreadable(cause, journal.cutFile().orElse(folder.path));
  }

  /**
   * The entries of a version in a range of keys, expired ones included.
   *
   * @param version which the caller has leased
   * @param pace called now and then while a single step takes long; what it throws ends the step
   */
  public Cursor live(Version version, byte[] from, byte[] to, boolean reverse, Runnable pace) {
    return new LiveCursor(
        version, emptyRanges, () -> current.active == version.active, pace, from, to, reverse);
  }

  /**
   * Gives back what only one reader still used, without its thread: an interrupt must not reach the
   * files, and the system can take seconds for them.
   */
  private void release(Runnable unused) {
    try {
      releases.execute(unused);
    } catch (RejectedExecutionException | OutOfMemoryError closedOrShort) {
      unused.run();
    }
  }

  /** How many marks of deletes, and ranges of them, scans have stepped over. */
  public long markSteps() {
    return emptyRanges.steps();
  }

  /** Enters a change into the active memtable; the caller holds the stripe of the key. */
  public void apply(byte[] key, JournalPosition position) {
    if (position.isDelete()) {
      current.active.put(key, position);
      return;
    }
    // Before, so that no scan jumps over what another one saw; and again, since a walk that began
    // in between may have passed before the change was there.
    emptyRanges.exclude(key);
    current.active.put(key, position);
    emptyRanges.exclude(key);
  }

  /** How many SSTables there are. */
  public int sstables() {
    return current.sstables.size();
  }

  /** A file of an SSTable in use that is not in the folder any more; empty where there is none. */
  public Optional<Path> missingFile() {
    for (SSTable sstable : current.sstables) {
      for (SSTableFile file : sstable.files()) {
        // One that is missing may have been compacted since.
        if (Files.notExists(file.path) && current.sstables.contains(sstable)) {
          return Optional.of(file.path);
        }
      }
    }
    return Optional.empty();
  }

  /** The bytes of all SSTables on the disk. */
  public long sstableBytes() {
    return current.sstables.stream().mapToLong(SSTable::fileBytes).sum();
  }

  /** SSTables, newest first, and how many entries they hold, at one moment. */
  record Flushed(List<SSTable> sstables, long entries) {}

  synchronized Flushed flushed() {
    return new Flushed(current.sstables, entries);
  }

  /** How many entries the SSTables hold, as the manifest says. */
  public synchronized long entries() {
    return entries;
  }

  /** The number of another SSTable; none is given twice. */
  public synchronized long takeNumber() {
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
    Memtable active = newActive();
    replace(active, frozen, now.sstables);
    active.close();
  }

  /**
   * Puts an SSTable in the place of the oldest memtable, whose segments go back to the journal.
   * When the manifest cannot be written, nothing changes and the SSTable is given up.
   */
  synchronized void replaceOldestMemtable(SSTable flushed) throws IOException {
    Version now = current;
    int last = now.frozen.size() - 1;
    Memtable oldest = now.frozen.get(last);
    List<JournalSegment> segments = oldest.segments();
    long start = segments.get(segments.size() - 1).next();
    List<SSTable> sstables = new ArrayList<>(now.sstables);
    sstables.add(0, flushed);
    Version next = new Version(now.active, now.frozen.subList(0, last), sstables);
    writeManifest(next, start, oldest.entriesAfter(), flushed);
    journalStart = start;
    entries = oldest.entriesAfter();
    current = next;
    oldest.discard(journal::retire);
    forget(segments);
    giveBack(now);
  }

  /**
   * Makes an SSTable that no memtable became the newest one, in the place of the active memtable,
   * which is empty. When the manifest cannot be written, nothing is visible of it.
   *
   * @param sealed the journal segments of that memtable
   * @param entriesThen how many entries the SSTables hold with this one
   */
  synchronized void publish(SSTable loaded, List<JournalSegment> sealed, long entriesThen)
      throws IOException {
    Version now = current;
    long start = sealed.get(sealed.size() - 1).next();
    List<SSTable> sstables = new ArrayList<>(now.sstables);
    sstables.add(0, loaded);
    now.active.freeze(sealed, entriesThen, 0);
    now.active.discard(journal::retire);
    // Nothing that can fail for want of memory stands between the manifest and the new version.
    Memtable active = newActive();
    Version next = new Version(active, List.of(), sstables);
    active.close();
    Runnable replacing = () -> current = next;
    writeManifest(next, start, entriesThen, loaded);
    journalStart = start;
    entries = entriesThen;
    emptyRanges.reset(replacing);
    forget(sealed);
    giveBack(now);
  }

  /** Has the journal forget segments that are saved, however short memory is. */
  private void forget(List<JournalSegment> saved) {
    for (int tries = 0; ; tries++) {
      try {
        journal.forget(saved);
        return;
      } catch (VirtualMachineError shortage) {
        Shortage.pause(shortage, tries);
      }
    }
  }

  /** Gives back a version that another one has replaced. */
  private void giveBack(Version replaced) {
    try {
      replaced.close();
    } catch (OutOfMemoryError | StackOverflowError shortage) {
      LOG.warn("{}: files that are not needed stay until it is opened again", folder.path);
    }
  }

  /**
   * Puts one SSTable in the place of several neighbours and discards those. When the manifest
   * cannot be written, nothing changes and the new SSTable is given up.
   */
  synchronized void replaceSSTables(List<SSTable> compacted, SSTable result) throws IOException {
    Version now = current;
    List<SSTable> sstables = new ArrayList<>(now.sstables);
    int at = sstables.indexOf(compacted.get(0));
    sstables.subList(at, at + compacted.size()).clear();
    sstables.add(at, result);
    Version next = new Version(now.active, now.frozen, sstables);
    writeManifest(next, journalStart, entries, result);
    current = next;
    compacted.forEach(SSTable::discard);
    giveBack(now);
  }

  private void replace(Memtable active, List<Memtable> frozen, List<SSTable> sstables) {
    Version old = current;
    current = new Version(active, frozen, sstables);
    old.close();
  }

  /**
   * Writes a manifest that names a new SSTable; when that fails, gives up the SSTable and the
   * version that was to be the next one. That is made before, so that nothing which needs memory
   * stands between the manifest and the moment when the version takes over.
   */
  private void writeManifest(Version next, long journalStart, long entriesThen, SSTable added)
      throws IOException {
    try {
      manifest(next.sstables, journalStart, entriesThen, Optional.empty(), thisProcess())
          .write(folder.disk, folder.path);
    } catch (Throwable failure) {
      next.close();
      giveUp(added);
      throw failure;
    }
  }

  /** Discards an SSTable that did not come into use, unless the folder's manifest names it. */
  public void giveUp(SSTable added) {
    if (!isNamed(added)) {
      added.discard();
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
      Optional<Manifest.MapFile> mapFile,
      Optional<FolderHolder> holder) {
    return new Manifest(
        journal.revision(),
        nextSSTable,
        journalStart,
        entriesThen,
        sstables.stream().map(sstable -> sstable.identity).toList(),
        mapFile,
        holder,
        journal.history().identities(journalStart));
  }

  private Optional<FolderHolder> thisProcess() throws IOException {
    return Optional.of(FolderHolder.of(folder.path));
  }

  /** Names in the manifest what the store consists of, as the last act of opening it. */
  public synchronized void writeManifest() throws IOException {
    manifest(current.sstables, journalStart, entries, Optional.empty(), thisProcess())
        .write(folder.disk, folder.path);
  }

  /**
   * Names in the manifest what the store consists of, as the last act before it is closed.
   *
   * @param mapFile the hash table that agrees with the SSTables; empty where there is none
   */
  public synchronized void writeCleanManifest(Optional<Manifest.MapFile> mapFile)
      throws IOException {
    manifest(current.sstables, Manifest.NO_JOURNAL, entries, mapFile, Optional.empty())
        .write(folder.disk, folder.path);
  }

  /** The bytes that can still be written to the disk of the SSTables. */
  public long usableBytes() throws IOException {
    return folder.disk.usableBytes(folder.path);
  }

  /** What is held back on the disk for when it is full. */
  public Reserve reserve() {
    return folder.reserve;
  }

  /** What other work leaves free on the disk: a flush of all that the journal has room for. */
  public long keptFreeBytes() {
    return journal.fileBytes();
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
    current.active.discard(journal::retire);
    current.frozen.forEach(memtable -> memtable.discard(journal::retire));
    current.close();
    WorkerThread.stop(releases);
  }
}

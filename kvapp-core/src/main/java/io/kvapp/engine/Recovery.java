package io.kvapp.engine;

import io.kvapp.RecoveryReport;
import io.kvapp.StoreOptions;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.Progress;
import io.kvapp.engine.file.RefCounted;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.hashtable.HashTableSize;
import io.kvapp.engine.journal.Journal;
import io.kvapp.engine.memtable.Memtable;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.model.Revisions;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.sstable.SSTableFolder;
import io.kvapp.engine.tree.Compactor;
import io.kvapp.engine.tree.Flusher;
import io.kvapp.engine.tree.Manifest;
import io.kvapp.engine.tree.Version;
import io.kvapp.engine.tree.VersionSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a data folder: maps the files of a store that was closed cleanly, and recovers one that was
 * not from its SSTables and its journal.
 *
 * <p>A recovery replays the journal, writes what was replayed to an SSTable, and begins a new hash
 * table and a new journal. Until a manifest names the SSTable nothing is deleted, so that a
 * recovery that is cut short begins again. The hash table is filled after the store is open.
 *
 * <p>For one thread, which is never interrupted; used once.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
  private static final int COUNTED_BETWEEN_LOOKS = 4096;

  private final Disk disk;
  private final StoreOptions options;
  private final EngineOptions tuning;
  private final Path folder;
  private final DataFolder files;
  private final SSTableFolder sstableFolder;
  private final ExecutorService preparing;
  private final Progress progress = new Progress();
  private final List<String> dropped = new ArrayList<>();
  private final FoundStore found;
  private final JournalReplay replay;
  private long lastSegment;
  private long revision;
  private boolean rebuilt;

  final StripedLocks stripes = new StripedLocks();
  Journal journal;
  HashIndex index;
  VersionSet versions;
  Flusher flusher;
  Compactor compactor;
  RecoveryReport report;

  Recovery(
      Disk disk,
      Path folder,
      StoreOptions options,
      EngineOptions tuning,
      ExecutorService preparing) {
    this.disk = disk;
    this.options = options;
    this.tuning = tuning;
    this.folder = folder;
    this.files = new DataFolder(disk, folder);
    this.sstableFolder = new SSTableFolder(disk, folder);
    this.preparing = preparing;
    this.found = new FoundStore(sstableFolder, options.openDamaged(), dropped);
    this.replay = new JournalReplay(folder, options.openDamaged(), dropped, progress);
  }

  /** Opens what is in the folder, which the caller has locked. */
  void open() throws IOException {
    try {
      found.readManifest();
      files.deleteRecycledFiles();
      found.openSSTables();
      boolean clean = dropped.isEmpty() && found.manifest().isClean();
      replayJournal(clean);
      index = openHashTable(clean);
      startJournal();
      report =
          new RecoveryReport(
              clean,
              rebuilt,
              index.size(),
              replay.records(),
              replay.cutBytes(),
              List.copyOf(dropped),
              progress.time());
      log();
    } catch (Throwable failure) {
      closeAfterFailure(failure);
      throw failure;
    }
  }

  private void log() {
    dropped.forEach(line -> LOG.warn("dropped: {}", line));
    if (!report.clean()) {
      LOG.info(
          "{} was not closed cleanly: {} entries, {} journal records replayed, {} bytes of a torn"
              + " end cut, in {} ms",
          folder,
          report.entries(),
          report.replayedRecords(),
          report.cutBytes(),
          report.took().toMillis());
    }
  }

  private void replayJournal(boolean clean) throws IOException {
    Manifest manifest = found.manifest();
    List<SSTable> sstables = found.sstables();
    long before = sstables.isEmpty() ? 0 : sstables.get(0).identity.highRevision();
    Memtable recent;
    if (manifest.isClean()) {
      recent = new Memtable(before);
      revision = manifest.revision();
    } else {
      recent = replay.run(manifest.journal(), before);
      revision = replay.revision();
    }
    if (!clean || manifest.isBackup()) {
      // The newest writes may be lost, and their revisions must not come back.
      revision = Revisions.afterGap(Math.max(revision, manifest.revision()));
    }
    if (!recent.isEmpty() || revision > before) {
      save(recent);
    }
  }

  /**
   * Writes what was replayed to an SSTable and gives the journal back, before the hash table takes
   * its space on the disk.
   */
  private void save(Memtable recent) throws IOException {
    long entries = count(recent);
    SSTable saved =
        SSTable.write(
            sstableFolder,
            found.nextSSTable(),
            recent.lowRevision(),
            revision,
            recent.entries(new byte[0], null, false),
            recent.expiries(new byte[0], null),
            0,
            found.sstables().isEmpty());
    found.add(saved, entries);
    new Manifest(
            revision,
            found.nextSSTable(),
            Manifest.NO_JOURNAL,
            entries,
            found.sstables().stream().map(sstable -> sstable.identity).toList(),
            Optional.empty())
        .write(disk, folder);
    deleteJournal(findJournal());
  }

  /**
   * How many entries there are: those of the SSTables, and what the replayed changes make of it.
   */
  private long count(Memtable recent) {
    Version before = new Version(new Memtable(revision), List.of(), found.sstables());
    try {
      long entries = found.entries() == Manifest.UNKNOWN ? before.count() : found.entries();
      Cursor changes = recent.entries(new byte[0], null, false);
      for (long counted = 1; changes.next(); counted++) {
        if (counted % COUNTED_BETWEEN_LOOKS == 0 && progress.isTimeToLog()) {
          LOG.info("recovery: {} of {} changed keys counted", counted, recent.count());
        }
        entries += (changes.isDelete() ? 0 : 1) - (before.holds(changes.key()) ? 1 : 0);
      }
      return entries;
    } finally {
      before.release();
    }
  }

  /** The files of the journal; no segment to come has the number of one of them. */
  private List<Path> findJournal() throws IOException {
    List<Path> old = files.journalFiles();
    lastSegment = Math.max(lastSegment, DataFolder.lastSequence(old));
    return old;
  }

  private void deleteJournal(List<Path> old) throws IOException {
    replay.release();
    files.delete(old);
  }

  private HashIndex openHashTable(boolean clean) throws IOException {
    Optional<Manifest.MapFile> named = found.manifest().map();
    if (named.isPresent() && dropped.isEmpty()) {
      try {
        return HashIndex.open(disk, folder, stripes, () -> versions.acquire(), tuning, named.get());
      } catch (IOException | IllegalArgumentException damaged) {
        LOG.warn("the hash table is rebuilt: {}", damaged.getMessage());
      }
    }
    rebuilt = !clean || !found.sstables().isEmpty();
    long entries = count(new Memtable(revision));
    HashTableSize size = EntrySizes.hashTableFor(entries, found.sstables());
    return HashIndex.create(disk, folder, stripes, () -> versions.acquire(), tuning, size, entries);
  }

  private void startJournal() throws IOException {
    List<Path> old = findJournal();
    journal =
        new Journal(
            disk, folder, lastSegment + 1, revision, preparing, tuning, options.durability());
    versions =
        new VersionSet(
            sstableFolder, journal, found.nextSSTable(), found.sstables(), index.countedSize());
    flusher = new Flusher(versions, journal, stripes, index::countedSize, tuning);
    compactor = new Compactor(versions, index::size);
    versions.writeManifest();
    deleteJournal(old);
    files.deleteAllBut(found.sstables());
  }

  /** Gives everything back that was opened, but for the folder's lock. */
  void closeAfterFailure(Throwable failure) {
    try {
      if (journal != null) {
        journal.close(true);
      }
    } catch (IOException suppressed) {
      failure.addSuppressed(suppressed);
    }
    replay.release();
    if (versions == null) {
      found.sstables().forEach(RefCounted::release);
    } else {
      versions.close();
    }
    if (index != null) {
      index.close();
    }
  }
}

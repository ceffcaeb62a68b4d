package io.kvapp.engine;

import io.kvapp.RecoveryReport;
import io.kvapp.StoreOptions;
import io.kvapp.engine.event.RecoveryEvent;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.NoSpaceException;
import io.kvapp.engine.file.Progress;
import io.kvapp.engine.file.RefCounted;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.hashtable.HashTableSize;
import io.kvapp.engine.journal.Journal;
import io.kvapp.engine.journal.JournalHistory;
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
import java.util.function.LongUnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a data folder: maps the files of a store that was closed cleanly, and recovers one that was
 * not from its SSTables and its journal.
 *
 * <p>A recovery replays the journal, writes what was replayed to SSTables, each of as much as a
 * memtable may take of the heap, and begins a new hash table and a new journal. Until a manifest
 * names the SSTables nothing is deleted, so that a recovery that is cut short begins again. The
 * hash table is filled after the store is open.
 *
 * <p>For one thread, which is never interrupted; used once.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
  private static final int COUNTED_BETWEEN_LOOKS = 4096;

  /** With more than that, large files are deleted in the background. */
  private static final long MIN_FREE_BYTES = 512 << 20;

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
  private final JournalHistory history;
  private final List<SSTable> unnamed = new ArrayList<>();
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
    this.history = new JournalHistory(disk, options.watchHistory());
    this.found =
        new FoundStore(sstableFolder, options.openDamaged(), dropped, tuning.memtableBytes());
    this.replay =
        new JournalReplay(folder, options.openDamaged(), dropped, progress, tuning.memtableBytes());
  }

  /** Opens what is in the folder, which the caller has locked. */
  void open() throws IOException {
    RecoveryEvent event = new RecoveryEvent();
    event.begin();
    try {
      found.readManifest();
      files.deleteRecycledFiles();
      found.openSSTables();
      sstableFolder.reserve.find();
      deleteLeftOvers();
      boolean clean = dropped.isEmpty() && found.manifest().isClean();
      replayJournal(clean);
      index = onFullDisk(() -> openHashTable(clean));
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
      tell(event);
      log();
    } catch (Throwable failure) {
      closeAfterFailure(failure);
      throw failure;
    }
  }

  private void tell(RecoveryEvent event) {
    event.folder = folder.toString();
    event.clean = report.clean();
    event.rebuilt = report.rebuilt();
    event.entries = report.entries();
    event.replayedRecords = report.replayedRecords();
    event.commit();
  }

  /** Something that opening writes. */
  private interface Writing<T> {
    T run() throws IOException;
  }

  /**
   * Gives the history up, then the reserve a part at a time, as long as there is no space for
   * something.
   */
  private <T> T onFullDisk(Writing<T> writing) throws IOException {
    while (true) {
      try {
        return writing.run();
      } catch (NoSpaceException full) {
        if (!history.giveWay() && !sstableFolder.reserve.release(1)) {
          throw full;
        }
      }
    }
  }

  /** Gives back what no manifest names and no replay needs, before anything needs its space. */
  private void deleteLeftOvers() throws IOException {
    if (dropped.isEmpty() && !options.openDamaged()) {
      files.deleteAllBut(found.sstables());
    }
  }

  private void log() {
    if (sstableFolder.reserve.missingBytes() > 0) {
      LOG.warn(
          "the disk of {} is full: reads and deletes go on; writes that need space are refused"
              + " until some is free",
          folder);
    }
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
    LongUnaryOperator counting = LongUnaryOperator.identity();
    if (!clean || manifest.isBackup()) {
      // The newest writes may be lost, and their revisions must not come back.
      counting = last -> Revisions.afterGap(Math.max(last, manifest.revision()));
    }
    if (manifest.isClean()) {
      revision = counting.applyAsLong(manifest.revision());
      if (revision > before) {
        save(new Memtable(before), revision);
      }
    } else {
      if (disk.usableBytes(folder) < MIN_FREE_BYTES) {
        // No manifest names one.
        files.deleteHashTables();
      }
      replay.run(manifest.journal(), before, counting, this::save);
      revision = replay.revision();
    }
    findHistory();
    if (!unnamed.isEmpty()) {
      nameSaved();
    }
  }

  /** Finds the past changes that readers may go on from; of a damaged store there are none. */
  private void findHistory() throws IOException {
    if (dropped.isEmpty() && !options.openDamaged()) {
      history.limit(SpacePolicy.maxHistoryBytes(history.bytes(), disk.usableBytes(folder)));
      history.open(folder, found.manifest().history());
      replay.passTo(history);
    }
  }

  /** Writes what was replayed to an SSTable, which no manifest names yet. */
  private void save(Memtable recent, long last) throws IOException {
    long entries = count(recent);
    SSTable saved = onFullDisk(() -> write(recent, last));
    unnamed.add(saved);
    found.add(saved, entries);
  }

  /** Names what was saved and gives the journal back, before the hash table takes its space. */
  private void nameSaved() throws IOException {
    // A write that fails may have named them all the same.
    unnamed.clear();
    Manifest manifest =
        new Manifest(
            revision,
            found.nextSSTable(),
            Manifest.NO_JOURNAL,
            found.entries(),
            found.sstables().stream().map(sstable -> sstable.identity).toList(),
            Optional.empty(),
            Optional.empty(),
            history.identities(Manifest.NO_JOURNAL));
    onFullDisk(() -> write(manifest));
    deleteJournal(findJournal());
  }

  private SSTable write(Memtable recent, long last) throws IOException {
    return SSTable.write(
        sstableFolder,
        found.nextSSTable(),
        recent.lowRevision(),
        last,
        recent.entries(new byte[0], null, false),
        0,
        found.sstables().isEmpty());
  }

  private Void write(Manifest manifest) throws IOException {
    manifest.write(disk, folder);
    return null;
  }

  /**
   * How many entries there are: those of the SSTables, and what the replayed changes make of it.
   */
  private long count(Memtable recent) {
    try (Version before =
        new Version(new Memtable(recent.lowRevision()), List.of(), found.sstables())) {
      long entries = found.entries() == Manifest.UNKNOWN ? before.count() : found.entries();
      Cursor changes = recent.entries(new byte[0], null, false);
      for (long counted = 1; changes.next(); counted++) {
        if (counted % COUNTED_BETWEEN_LOOKS == 0 && progress.isTimeToLog()) {
          LOG.info("recovery: {} changed keys counted", counted);
        }
        entries += (changes.isDelete() ? 0 : 1) - (before.holds(changes.key()) ? 1 : 0);
      }
      return entries;
    }
  }

  /** The files of the journal; no segment to come has the number of one of them. */
  private List<Path> findJournal() throws IOException {
    lastSegment = Math.max(lastSegment, files.lastSequence());
    return files.journalFiles();
  }

  private void deleteJournal(List<Path> old) throws IOException {
    replay.release();
    List<Path> unused = new ArrayList<>(old);
    unused.removeAll(history.oldFiles());
    files.delete(unused);
  }

  private HashIndex openHashTable(boolean clean) throws IOException {
    Optional<Manifest.MapFile> named = found.manifest().map();
    if (named.isPresent() && dropped.isEmpty()) {
      try {
        return HashIndex.open(disk, folder, stripes, () -> versions.lease(), tuning, named.get());
      } catch (IOException | IllegalArgumentException damaged) {
        LOG.warn("the hash table is rebuilt: {}", damaged.getMessage());
      }
    }
    rebuilt = !clean || !found.sstables().isEmpty();
    long entries = count(new Memtable(revision));
    HashTableSize size = EntrySizes.hashTableFor(entries, found.sstables());
    return HashIndex.create(disk, folder, stripes, () -> versions.lease(), tuning, size, entries);
  }

  private void startJournal() throws IOException {
    List<Path> old = findJournal();
    journal =
        onFullDisk(
            () ->
                new Journal(
                    disk,
                    folder,
                    lastSegment + 1,
                    revision,
                    preparing,
                    tuning,
                    options.durability(),
                    history));
    journal.leaveFree(sstableFolder.reserve::missingBytes);
    sstableFolder.giveWay(history::giveWay);
    versions =
        new VersionSet(
            sstableFolder, journal, found.nextSSTable(), found.sstables(), index.countedSize());
    flusher = new Flusher(versions, journal, stripes, index::countedSize, tuning);
    compactor = new Compactor(versions, index::size);
    onFullDisk(
        () -> {
          versions.writeManifest();
          return null;
        });
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
    history.close();
    replay.release();
    unnamed.forEach(SSTable::discard);
    if (versions == null) {
      found.sstables().forEach(RefCounted::close);
    } else {
      versions.close();
    }
    if (index != null) {
      index.close();
    }
  }
}

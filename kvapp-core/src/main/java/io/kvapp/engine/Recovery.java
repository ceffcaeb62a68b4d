package io.kvapp.engine;

import io.kvapp.KVException;
import io.kvapp.RecoveryReport;
import io.kvapp.StoreOptions;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.Progress;
import io.kvapp.engine.file.RefCounted;
import io.kvapp.engine.file.StoreFailures;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.hashtable.HashTableSize;
import io.kvapp.engine.journal.Journal;
import io.kvapp.engine.journal.JournalPosition;
import io.kvapp.engine.journal.JournalSegment;
import io.kvapp.engine.journal.SegmentFileName;
import io.kvapp.engine.memtable.Memtable;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.model.ExpiryKey;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.repair.Repair;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.sstable.SSTableFile;
import io.kvapp.engine.sstable.SSTableFolder;
import io.kvapp.engine.tree.Checkpoints;
import io.kvapp.engine.tree.Manifest;
import io.kvapp.engine.tree.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a data folder: maps the files of a store that was closed cleanly, and recovers one that was
 * not from its SSTables and its journal.
 *
 * <p>A recovery replays the journal, writes what was replayed into an SSTable, begins a new hash
 * map and begins a new journal; until a manifest names the SSTable, nothing that was there is
 * deleted, so that a recovery that is cut short begins again. The map is filled after it is opened.
 *
 * <p>For one thread, which nobody interrupts; used once.
 */
public final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
  private static final int SAMPLES = 1000;
  private static final int COUNTED_BETWEEN_LOOKS = 4096;

  private final Disk disk;
  private final SSTableFolder sstableFolder;
  private final StoreOptions options;
  private final EngineOptions tuning;
  private final Path folder;
  private final ExecutorService preparing;
  private final Progress progress = new Progress();
  private final List<String> dropped = new ArrayList<>();
  private final List<JournalSegment> replayed = new ArrayList<>();
  private long lastSegment;
  private final List<SSTable> sstables = new ArrayList<>();

  private long savedEntries;
  private long revision;
  private long replayedRecords;
  private long cutBytes;
  private boolean rebuilt;
  private long nextSSTable = 1;

  final StripedLocks stripes = new StripedLocks();
  Journal journal;
  HashIndex map;
  Checkpoints checkpoints;
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
    this.sstableFolder = new SSTableFolder(disk, folder);
    this.preparing = preparing;
  }

  /** Makes the folder if it is not there. */
  static void prepareFolder(Disk disk, Path folder) {
    try {
      disk.createFolder(folder);
    } catch (IOException failure) {
      throw StoreFailures.unusable(folder, failure);
    }
    if (!Files.isWritable(folder)) {
      throw new KVException.FolderUnusable(
          folder, "it cannot be written; change its permissions or choose another folder", null);
    }
  }

  /** Opens what is in the folder, which the caller has locked. */
  void open() throws IOException {
    try {
      Optional<Manifest> found = readManifest();
      deleteSpares();
      Manifest manifest =
          found.orElse(new Manifest(0, 1, Manifest.NO_JOURNAL, 0, List.of(), Optional.empty()));
      savedEntries = manifest.entries();
      if (sstables.isEmpty()) {
        nextSSTable = manifest.nextSSTable();
        openSSTables(manifest);
      }
      boolean clean = dropped.isEmpty() && (manifest.isClean() || found.isEmpty());
      Memtable recent = replay(manifest);
      if (!recent.isEmpty() || revision > recent.lowRevision()) {
        save(recent);
      }
      map = openMap(manifest, clean);
      startJournal();
      long entries = map.size();
      report =
          new RecoveryReport(
              clean,
              rebuilt,
              entries,
              replayedRecords,
              cutBytes,
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

  /** The manifest, which may have to be made anew; empty for a new store. */
  private Optional<Manifest> readManifest() throws IOException {
    try {
      Optional<Manifest> found = Manifest.read(folder);
      if (found.isEmpty()) {
        requireNothingThere();
      }
      return found;
    } catch (KVException.Corrupt damage) {
      if (!options.openDamaged()) {
        throw damage;
      }
      dropped.add(
          folder.resolve(Manifest.NAME)
              + ": which files count; all are read, and deleted keys may be back");
      SSTable sstable = new Repair(sstableFolder, dropped).ofFolder();
      sstables.add(sstable);
      nextSSTable = sstable.number() + 1;
      return Optional.of(
          new Manifest(
              sstable.identity.highRevision(),
              nextSSTable,
              Manifest.NO_JOURNAL,
              Manifest.UNKNOWN,
              List.of(sstable.identity),
              Optional.empty()));
    }
  }

  private void requireNothingThere() throws IOException {
    for (Path file : Disk.list(folder, "{snapshot,expiry}-*.kvs")) {
      throw missingManifest(file);
    }
    for (Path file : Disk.list(folder, "journal-*.log")) {
      OptionalLong sequence = SegmentFileName.sequence(file);
      if (sequence.isPresent()) {
        JournalSegment segment = JournalSegment.open(file, sequence.getAsLong());
        boolean empty = segment.isBlank();
        segment.release();
        if (!empty) {
          throw missingManifest(file);
        }
      }
    }
  }

  private KVException.Corrupt missingManifest(Path besides) {
    return new KVException.Corrupt(
        folder.resolve(Manifest.NAME),
        -1,
        "it is missing, though " + besides.getFileName() + " is there",
        Manifest.NOT_FOUND_AGAIN);
  }

  private void openSSTables(Manifest manifest) throws IOException {
    if (options.openDamaged()) {
      for (SSTable.Identity identity : manifest.sstables()) {
        if (!Repair.isWhole(sstableFolder, identity)) {
          sstables.add(new Repair(sstableFolder, dropped).of(manifest.sstables(), nextSSTable++));
          savedEntries = Manifest.UNKNOWN;
          return;
        }
      }
    }
    for (SSTable.Identity identity : manifest.sstables()) {
      sstables.add(SSTable.open(sstableFolder, identity));
    }
  }

  private Memtable replay(Manifest manifest) throws IOException {
    revision = sstables.isEmpty() ? 0 : sstables.get(0).identity.highRevision();
    Memtable recent = new Memtable(revision);
    if (manifest.journal() == Manifest.NO_JOURNAL) {
      revision = manifest.revision();
      return recent;
    }
    long sequence = manifest.journal();
    while (true) {
      Path file = SegmentFileName.file(folder, sequence);
      JournalSegment segment;
      try {
        if (!Files.exists(file)) {
          throw JournalSegment.damaged(file, -1, "the file is missing");
        }
        segment = openSegment(file, sequence);
      } catch (KVException.Corrupt damage) {
        drop(damage);
        return recent;
      }
      replayed.add(segment);
      long before = revision;
      revision = segment.replay(revision, (key, slot) -> replay(recent, key, slot));
      replayedRecords += revision - before;
      if (progress.isTimeToLog()) {
        LOG.info("recovery: {} journal records replayed", replayedRecords);
      }
      if (segment.endReason() == JournalSegment.End.SEALED) {
        sequence = segment.next();
        continue;
      }
      if (segment.end() < segment.syncedOffset()) {
        drop(
            JournalSegment.damaged(
                file, segment.end(), "a journal record that was on the disk cannot be read"));
      }
      cutBytes = segment.tornBytes();
      return recent;
    }
  }

  private JournalSegment openSegment(Path file, long sequence) throws IOException {
    if (!options.openDamaged()) {
      return JournalSegment.open(file, sequence);
    }
    JournalSegment segment = JournalSegment.openAnyway(file, sequence);
    if (!segment.isHeaderWhole()) {
      dropped.add(file + " at offset 0: the header; the records behind it are read");
    }
    return segment;
  }

  private void drop(KVException.Corrupt damage) {
    if (!options.openDamaged()) {
      throw damage;
    }
    dropped.add(
        damage.file() + " at offset " + Math.max(0, damage.offset()) + ": the rest of the journal");
  }

  private static void replay(Memtable recent, byte[] key, JournalPosition slot) {
    recent.put(key, slot);
    if (slot.expiresAt() != 0) {
      recent.putExpiry(ExpiryKey.key(slot.expiresAt(), key), JournalPosition.mark(slot.revision));
    }
  }

  private HashIndex openMap(Manifest manifest, boolean clean) throws IOException {
    if (manifest.map().isPresent() && dropped.isEmpty()) {
      try {
        return HashIndex.open(
            disk, folder, stripes, () -> checkpoints.acquire(), tuning, manifest.map().get());
      } catch (IOException | IllegalArgumentException damaged) {
        LOG.warn("the hash map is rebuilt: {}", damaged.getMessage());
      }
    }
    rebuilt = !clean || !sstables.isEmpty();
    long entries = count(new Memtable(revision));
    return HashIndex.create(
        disk, folder, stripes, () -> checkpoints.acquire(), tuning, sizeOf(entries), entries);
  }

  /** How many entries there are: those of the SSTables, and what the journal makes of that. */
  private long count(Memtable recent) {
    Version before = new Version(new Memtable(revision), List.of(), sstables);
    try {
      long entries = savedEntries == Manifest.UNKNOWN ? before.count() : savedEntries;
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

  private HashTableSize sizeOf(long entries) {
    List<int[]> samples = new ArrayList<>();
    double all = Math.max(1, sstables.stream().mapToLong(SSTable::puts).sum());
    for (SSTable sstable : sstables) {
      sample(sstable, (int) Math.ceil(sstable.puts() / all * SAMPLES), samples);
    }
    if (samples.isEmpty()) {
      return HashTableSize.SMALLEST;
    }
    double keyBytes = samples.stream().mapToInt(sample -> sample[0]).average().orElseThrow();
    double valueBytes =
        samples.stream()
            .mapToInt(sample -> sample[1] > HashIndex.MAX_INLINE_VALUE_BYTES ? 0 : sample[1])
            .average()
            .orElseThrow();
    return HashTableSize.forEntries(
        entries, (int) Math.ceil(keyBytes), (int) Math.ceil(valueBytes));
  }

  private static void sample(SSTable sstable, int wanted, List<int[]> samples) {
    try {
      for (byte[] key : sstable.sampleKeys(wanted)) {
        SSTableFile.Reader reader = sstable.find(key);
        if (!reader.isDelete()) {
          samples.add(new int[] {key.length, reader.valueLength()});
        }
      }
    } catch (KVException.Corrupt damage) {
      LOG.warn("the sizes of entries are guessed without some of them: {}", damage.getMessage());
    }
  }

  /**
   * Brings what was replayed into an SSTable and gives the journal back, before the map takes its
   * space on the disk.
   */
  private void save(Memtable recent) throws IOException {
    savedEntries = count(recent);
    sstables.add(
        0,
        SSTable.write(
            sstableFolder,
            nextSSTable++,
            recent.lowRevision(),
            revision,
            recent.entries(new byte[0], null, false),
            recent.expiries(new byte[0], null),
            0,
            sstables.isEmpty()));
    new Manifest(
            revision,
            nextSSTable,
            Manifest.NO_JOURNAL,
            savedEntries,
            sstables.stream().map(sstable -> sstable.identity).toList(),
            Optional.empty())
        .write(disk, folder);
    deleteJournal(findJournal());
  }

  private void deleteJournal(List<Path> old) throws IOException {
    replayed.forEach(JournalSegment::release);
    replayed.clear();
    for (Path file : old) {
      disk.delete(file);
    }
  }

  /** The files of the journal there are; no segment to come has the number of one of them. */
  private List<Path> findJournal() throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path file : Disk.list(folder, "journal-*")) {
      OptionalLong sequence = SegmentFileName.sequence(file);
      if (sequence.isPresent()) {
        found.add(file);
        lastSegment = Math.max(lastSegment, sequence.getAsLong());
      }
    }
    return found;
  }

  private void startJournal() throws IOException {
    List<Path> old = findJournal();
    journal =
        new Journal(
            disk, folder, lastSegment + 1, revision, preparing, tuning, options.durability());
    checkpoints =
        new Checkpoints(sstableFolder, journal, stripes, nextSSTable, sstables, map, tuning);
    checkpoints.writeManifest();
    deleteJournal(old);
    deleteUnnamed();
  }

  /** Gives back the space of files that hold nothing, since opening may need it. */
  private void deleteSpares() throws IOException {
    for (Path file : Disk.list(folder, SSTableFolder.RECYCLED)) {
      disk.delete(file);
    }
  }

  private void deleteUnnamed() throws IOException {
    Set<Path> named = new HashSet<>();
    for (SSTable sstable : sstables) {
      sstable.files().forEach(file -> named.add(file.path));
    }
    List<Path> found = new ArrayList<>(Disk.list(folder, "{snapshot,expiry}-*"));
    found.addAll(Disk.list(folder, "MANIFEST.tmp"));
    for (Path file : found) {
      if (!named.contains(file)) {
        disk.delete(file);
      }
    }
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
    replayed.forEach(JournalSegment::release);
    if (checkpoints == null) {
      sstables.forEach(RefCounted::release);
    } else {
      checkpoints.close();
    }
    if (map != null) {
      map.close();
    }
  }
}

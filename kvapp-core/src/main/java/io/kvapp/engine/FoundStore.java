package io.kvapp.engine;

import io.kvapp.KVException;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.journal.JournalSegment;
import io.kvapp.engine.journal.SegmentFileName;
import io.kvapp.engine.repair.Repair;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.sstable.SSTableFileName;
import io.kvapp.engine.sstable.SSTableFolder;
import io.kvapp.engine.tree.Manifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The manifest of a folder and its SSTables, repaired where they are damaged and that is allowed.
 *
 * <p>For one thread, which is never interrupted; used once.
 */
final class FoundStore {
  private final SSTableFolder folder;
  private final boolean openDamaged;
  private final List<String> dropped;
  private final long memtableBytes;
  private final List<SSTable> sstables = new ArrayList<>();
  private Manifest manifest =
      new Manifest(0, 1, Manifest.NO_JOURNAL, 0, List.of(), Optional.empty());
  private long nextSSTable = 1;
  private long entries;

  /**
   * What is in a folder, which {@link #readManifest} and {@link #openSSTables} find out.
   *
   * @param openDamaged whether to repair what is damaged
   * @param dropped takes one line for each thing that cannot be read
   * @param memtableBytes the bytes of the heap that a repair takes for the journal
   */
  FoundStore(SSTableFolder folder, boolean openDamaged, List<String> dropped, long memtableBytes) {
    this.folder = folder;
    this.openDamaged = openDamaged;
    this.dropped = dropped;
    this.memtableBytes = memtableBytes;
  }

  /** The manifest, which may have been made anew; that of an empty store where there is none. */
  Manifest manifest() {
    return manifest;
  }

  /** The SSTables, newest first, to which the recovery adds its own; each with one use. */
  List<SSTable> sstables() {
    return sstables;
  }

  /** How many entries the SSTables hold, or {@link Manifest#UNKNOWN}. */
  long entries() {
    return entries;
  }

  /** The number of the next SSTable. */
  long nextSSTable() {
    return nextSSTable;
  }

  /**
   * Adds an SSTable that is newer than all others, written as {@link #nextSSTable}.
   *
   * @param entriesNow how many entries the SSTables hold with it
   */
  void add(SSTable sstable, long entriesNow) {
    sstables.add(0, sstable);
    nextSSTable++;
    entries = entriesNow;
  }

  /**
   * Reads the manifest.
   *
   * @throws KVException.Corrupt if it is damaged or missing, unless a repair is allowed
   */
  void readManifest() throws IOException {
    try {
      Optional<Manifest> found = Manifest.read(folder.path);
      if (found.isEmpty()) {
        requireNewFolder();
      } else {
        manifest = found.get();
        entries = manifest.entries();
      }
      // Also above the number in the name of a folder.
      nextSSTable = Math.max(manifest.nextSSTable(), SSTableFileName.lastNumber(folder.path) + 1);
    } catch (KVException.Corrupt damage) {
      if (!openDamaged) {
        throw damage;
      }
      repairFolder();
    }
  }

  private void repairFolder() throws IOException {
    dropped.add(
        folder.path.resolve(Manifest.NAME)
            + ": which files count; all are read, and deleted keys may be back");
    SSTable sstable = new Repair(folder, dropped, memtableBytes).ofFolder();
    sstables.add(sstable);
    nextSSTable = sstable.number() + 1;
    entries = Manifest.UNKNOWN;
    manifest =
        new Manifest(
            sstable.identity.highRevision(),
            nextSSTable,
            Manifest.NO_JOURNAL,
            entries,
            List.of(sstable.identity),
            Optional.empty());
  }

  private void requireNewFolder() throws IOException {
    for (Path file : Disk.listFiles(folder.path, SSTableFileName.PATTERN)) {
      throw missingManifest(file);
    }
    for (Path file : Disk.listFiles(folder.path, SegmentFileName.COMPLETE)) {
      JournalSegment segment =
          JournalSegment.open(file, SegmentFileName.sequence(file).orElseThrow());
      boolean empty = segment.isBlank();
      segment.release();
      if (!empty) {
        throw missingManifest(file);
      }
    }
  }

  private KVException.Corrupt missingManifest(Path beside) {
    return new KVException.Corrupt(
        folder.path.resolve(Manifest.NAME),
        -1,
        "it is missing, though " + beside.getFileName() + " is there",
        Manifest.NOT_FOUND_AGAIN);
  }

  /**
   * Maps the SSTables that the manifest names.
   *
   * @throws KVException.Corrupt if one is damaged or missing, unless a repair is allowed
   */
  void openSSTables() throws IOException {
    if (!sstables.isEmpty()) {
      // The repair of the folder has made one of all.
      return;
    }
    if (openDamaged) {
      for (SSTable.Identity identity : manifest.sstables()) {
        if (!Repair.isWhole(folder, identity)) {
          sstables.add(
              new Repair(folder, dropped, memtableBytes).of(manifest.sstables(), nextSSTable++));
          entries = Manifest.UNKNOWN;
          return;
        }
      }
    }
    for (SSTable.Identity identity : manifest.sstables()) {
      sstables.add(SSTable.open(folder, identity));
    }
  }
}

package io.kvapp.engine.repair;

import io.kvapp.KVException;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.journal.JournalPosition;
import io.kvapp.engine.journal.JournalSegment;
import io.kvapp.engine.journal.SegmentFileName;
import io.kvapp.engine.journal.SegmentReplay;
import io.kvapp.engine.memtable.Memtable;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.sstable.SSTableFile;
import io.kvapp.engine.sstable.SSTableFileName;
import io.kvapp.engine.sstable.SSTableFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Makes one new SSTable of everything that can still be read in damaged files: of each key the
 * change of the highest revision, whichever file it is in. The files it reads are left as they are.
 *
 * <p>For one thread, which is never interrupted; used once.
 */
public final class Repair {
  private final SSTableFolder folder;
  private final List<String> dropped;
  private final List<SSTableFile> files = new ArrayList<>();
  private final List<JournalSegment> segments = new ArrayList<>();
  private final List<SSTable> parts = new ArrayList<>();
  private final long memtableBytes;
  private Memtable journal = new Memtable(0);
  private long lastReplayed;
  private long nextNumber;
  private long highestRevision;

  /**
   * A repair in a folder.
   *
   * @param dropped takes one line for each thing that cannot be read
   * @param memtableBytes the bytes of the heap at which a memtable is full
   */
  public Repair(SSTableFolder folder, List<String> dropped, long memtableBytes) {
    this.folder = folder;
    this.dropped = dropped;
    this.memtableBytes = memtableBytes;
  }

  /** Whether everything in an SSTable can be read. */
  public static boolean isWhole(SSTableFolder folder, SSTable.Identity identity)
      throws IOException {
    try (SSTable sstable = SSTable.open(folder, identity)) {
      sstable.files().forEach(SSTableFile::readAll);
      return sstable.files().stream().allMatch(SSTableFile::areExpiriesWhole);
    } catch (KVException.Corrupt damage) {
      return false;
    }
  }

  /** An SSTable of the readable entries of these ones; the caller holds the first use. */
  public SSTable of(List<SSTable.Identity> damaged, long number) throws IOException {
    try {
      for (SSTable.Identity identity : damaged) {
        for (SSTableFile.Identity file : identity.files()) {
          add(folder.path.resolve(file.name()));
        }
      }
      return write(number, damaged.get(0).highRevision());
    } finally {
      unmap();
    }
  }

  /**
   * An SSTable of every file of SSTables and of the journal in the folder, for a folder whose
   * manifest does not tell which of them count; the caller holds the first use.
   */
  public SSTable ofFolder() throws IOException {
    try {
      for (Path file : Disk.listFiles(folder.path, SSTableFileName.PATTERN)) {
        add(file);
      }
      findHighestRevision();
      nextNumber = SSTableFileName.lastNumber(folder.path) + 1;
      replayJournal();
      return write(nextNumber, highestRevision);
    } catch (UncheckedIOException failure) {
      throw failure.getCause();
    } finally {
      unmap();
      deleteParts();
    }
  }

  private void add(Path path) throws IOException {
    try {
      files.add(SSTableFile.openAnyway(path));
    } catch (KVException.Corrupt damage) {
      dropped.add(path + ": every entry of this file");
    }
  }

  private void findHighestRevision() {
    for (SSTableFile file : files) {
      Cursor cursor = new SalvageCursor(List.of(file), line -> {});
      while (cursor.next()) {
        highestRevision = Math.max(highestRevision, cursor.revision());
      }
    }
  }

  /**
   * Replays segments until one ends in the middle, behind which later writes would leave a hole.
   */
  private void replayJournal() throws IOException {
    TreeMap<Long, Path> found = new TreeMap<>();
    for (Path file : Disk.listFiles(folder.path, SegmentFileName.COMPLETE)) {
      SegmentFileName.sequence(file).ifPresent(sequence -> found.put(sequence, file));
    }
    boolean torn = false;
    for (var file : found.entrySet()) {
      JournalSegment segment;
      try {
        segment = JournalSegment.openAnyway(file.getValue(), file.getKey());
      } catch (KVException.Corrupt damage) {
        dropped.add(file.getValue() + ": every write in it");
        continue;
      }
      segments.add(segment);
      if (segment.isBlank()) {
        continue;
      }
      if (torn) {
        dropped.add(segment.file + ": every write in it, since some before it are lost");
        continue;
      }
      torn = !replay(segment);
    }
  }

  /** True when the segment was read to the seal at its end. */
  private boolean replay(JournalSegment segment) {
    long last = segment.replay(segment.firstRevision() - 1, this::add);
    if (segment.isHeaderWhole()) {
      highestRevision = Math.max(highestRevision, last);
    }
    if (segment.endReason() == SegmentReplay.End.BAD_RECORD) {
      dropped.add(
          segment.file + " at offset " + segment.end() + ": the writes from there to its end");
    }
    return segment.endReason() == SegmentReplay.End.SEALED;
  }

  /** Adds a change, before which all are saved if they are enough and of earlier records. */
  private void add(byte[] key, JournalPosition position) {
    if (position.revision > lastReplayed && journal.heapBytes() >= memtableBytes) {
      savePart();
    }
    lastReplayed = position.revision;
    highestRevision = Math.max(highestRevision, lastReplayed);
    journal.put(key, position);
  }

  /** Writes the changes of a part of the journal, the marks of deletes included, to a file. */
  private void savePart() {
    try {
      Cursor changes = journal.entries(new byte[0], null, false);
      SSTable part = SSTable.write(folder, nextNumber++, 0, lastReplayed, changes, 0, false);
      parts.add(part);
      for (SSTableFile file : part.files()) {
        files.add(SSTableFile.openAnyway(file.path));
      }
      journal = new Memtable(0);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private SSTable write(long number, long revision) throws IOException {
    List<Cursor> cursors = new ArrayList<>();
    cursors.add(journal.entries(new byte[0], null, false));
    for (SSTableFile file : files) {
      cursors.add(new SalvageCursor(List.of(file), dropped::add));
    }
    RevisionMergeCursor entries = new RevisionMergeCursor(cursors);
    return SSTable.write(folder, number, 0, revision, entries, 0, true);
  }

  private void deleteParts() {
    for (SSTable part : parts) {
      part.discard();
      part.close();
    }
  }

  private void unmap() {
    files.forEach(SSTableFile::unmap);
    segments.forEach(JournalSegment::release);
  }
}

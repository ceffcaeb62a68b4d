package io.kvapp.engine;

import io.kvapp.KVException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Makes one new snapshot of everything that can still be read in damaged files: of each key the
 * change of the highest revision, whichever file it is in. Expiry files are not needed, since the
 * entries say when they expire.
 *
 * <p>For one thread, which nobody interrupts; used once. The files it reads are left as they are.
 */
final class Reconstruction {
  private final SnapshotFolder folder;
  private final List<String> dropped;
  private final List<SnapshotFile> files = new ArrayList<>();
  private final List<Segment> segments = new ArrayList<>();
  private final Memtable journal = new Memtable(0);
  private long highestNumber;
  private long highestRevision;

  /**
   * A reconstruction in a folder.
   *
   * @param dropped takes one line for each thing that cannot be read
   */
  Reconstruction(SnapshotFolder folder, List<String> dropped) {
    this.folder = folder;
    this.dropped = dropped;
  }

  /** Whether everything in a snapshot can be read. */
  static boolean isWhole(SnapshotFolder folder, Snapshot.Identity identity) throws IOException {
    Snapshot snapshot;
    try {
      snapshot = Snapshot.open(folder, identity);
    } catch (KVException.Corrupt damage) {
      return false;
    }
    try {
      snapshot.files().forEach(SnapshotFile::readAll);
      return true;
    } catch (KVException.Corrupt damage) {
      return false;
    } finally {
      snapshot.release();
    }
  }

  /** A snapshot of what can be read of these ones; the caller holds the first use. */
  Snapshot of(List<Snapshot.Identity> damaged, long number) throws IOException {
    try {
      for (Snapshot.Identity identity : damaged) {
        for (SnapshotFile.Identity file : identity.entryFiles()) {
          add(folder.path.resolve(file.name()));
        }
        for (SnapshotFile.Identity file : identity.expiryFiles()) {
          add(folder.path.resolve(file.name()));
        }
      }
      return write(number, damaged.get(0).highRevision());
    } finally {
      unmap();
    }
  }

  /**
   * A snapshot of every file of entries and of the journal in the folder, for when nothing says any
   * more which of them count; the caller holds the first use.
   */
  Snapshot ofFolder() throws IOException {
    try {
      for (Path file : Disk.list(folder.path, "*.kvs")) {
        OptionalLong id = SnapshotFile.id(file);
        if (id.isPresent()) {
          highestNumber = Math.max(highestNumber, SnapshotFile.number(id.getAsLong()));
          add(file);
        }
      }
      findHighestRevision();
      replayJournal();
      return write(highestNumber + 1, highestRevision);
    } finally {
      unmap();
    }
  }

  /** Adds a file unless it holds expiry keys; its content tells, as names may have been swapped. */
  private void add(Path path) throws IOException {
    boolean missed = path.getFileName().toString().startsWith(SnapshotFile.ENTRIES);
    try {
      SnapshotFile file = SnapshotFile.openAnyway(path);
      if (!file.holdsExpiries()) {
        files.add(file);
        return;
      }
      file.unmap();
    } catch (KVException.Corrupt damage) {
      // said below
    }
    if (missed) {
      dropped.add(path + ": every entry of this file");
    }
  }

  private void findHighestRevision() {
    for (SnapshotFile file : files) {
      Cursor cursor = new ReadableCursor(List.of(file), line -> {});
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
    for (Path file : Disk.list(folder.path, "journal-*.log")) {
      Segment.sequence(file).ifPresent(sequence -> found.put(sequence, file));
    }
    boolean torn = false;
    for (var file : found.entrySet()) {
      Segment segment;
      try {
        segment = Segment.openAnyway(file.getValue(), file.getKey());
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
  private boolean replay(Segment segment) {
    long last = segment.replay(segment.firstRevision() - 1, (key, slot) -> journal.put(key, slot));
    highestRevision = Math.max(highestRevision, last);
    if (segment.endReason() == Segment.End.BAD_RECORD) {
      dropped.add(
          segment.file + " at offset " + segment.end() + ": the writes from there to its end");
    }
    return segment.endReason() == Segment.End.SEALED;
  }

  private Snapshot write(long number, long revision) throws IOException {
    List<Cursor> sources = new ArrayList<>();
    sources.add(journal.entries(new byte[0], null, false));
    for (SnapshotFile file : files) {
      sources.add(new ReadableCursor(List.of(file), dropped::add));
    }
    NewestCursor entries = new NewestCursor(sources);
    return Snapshot.write(folder, number, 0, revision, entries, entries::expiries, 0, true);
  }

  private void unmap() {
    files.forEach(SnapshotFile::unmap);
    segments.forEach(Segment::release);
  }
}

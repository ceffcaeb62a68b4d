package io.kvapp.engine;

import io.kvapp.KVException;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.StoreFailures;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.journal.SegmentFileName;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.sstable.SSTableFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The folder of a store while it is opened: makes it, and deletes what an earlier process left
 * behind. Files whose names are not those of a store are left alone.
 *
 * <p>For one thread, which is never interrupted.
 */
final class DataFolder {
  private final Disk disk;
  private final Path path;

  DataFolder(Disk disk, Path path) {
    this.disk = disk;
    this.path = path;
  }

  /**
   * Makes the folder if it is not there.
   *
   * @throws KVException.FolderUnusable if it cannot be made or written
   * @throws KVException.NoSpace if the disk is full
   */
  void prepare() {
    try {
      disk.createFolder(path);
    } catch (IOException failure) {
      throw StoreFailures.unusable(path, failure);
    }
    if (!Files.isWritable(path)) {
      throw new KVException.FolderUnusable(
          path, "it cannot be written; change its permissions or choose another folder", null);
    }
  }

  /** The files of the journal. */
  List<Path> journalFiles() throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path file : Disk.list(path, "journal-*")) {
      if (SegmentFileName.sequence(file).isPresent()) {
        found.add(file);
      }
    }
    return found;
  }

  /** The highest sequence of these files; 0 where there are none. */
  static long lastSequence(List<Path> journalFiles) {
    return journalFiles.stream()
        .map(SegmentFileName::sequence)
        .mapToLong(OptionalLong::getAsLong)
        .max()
        .orElse(0);
  }

  void delete(List<Path> files) throws IOException {
    for (Path file : files) {
      disk.delete(file);
    }
  }

  /** Deletes files that were kept to be recycled, since opening may need their space. */
  void deleteRecycledFiles() throws IOException {
    delete(Disk.list(path, SSTableFolder.RECYCLED));
  }

  /** Deletes the files of hash tables. */
  void deleteHashTables() throws IOException {
    delete(Disk.list(path, HashIndex.FILES));
  }

  /** Deletes the files of the journal that are not among these. */
  void deleteJournalBut(Set<Path> kept) throws IOException {
    List<Path> found = journalFiles();
    found.removeAll(kept);
    delete(found);
  }

  /** Deletes the files of SSTables that are not among these, and a manifest that is not whole. */
  void deleteAllBut(List<SSTable> sstables) throws IOException {
    Set<Path> named = new HashSet<>();
    for (SSTable sstable : sstables) {
      sstable.files().forEach(file -> named.add(file.path));
    }
    List<Path> found = new ArrayList<>(Disk.list(path, "{snapshot,expiry}-*"));
    found.addAll(Disk.list(path, "MANIFEST.tmp"));
    found.removeAll(named);
    delete(found);
  }
}

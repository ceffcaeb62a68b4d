package io.kvapp.engine;

import io.kvapp.KVException;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.Reserve;
import io.kvapp.engine.file.StoreFailures;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.journal.SegmentFileName;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.sstable.SSTableFileName;
import io.kvapp.engine.sstable.SSTableFolder;
import io.kvapp.engine.tree.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The folder of a store while it is opened: makes it, and deletes what an earlier process left
 * behind. Files whose names are not, as a whole, those of a store are left alone, and so is every
 * folder.
 *
 * <p>For one thread, which is never interrupted.
 */
final class DataFolder {
  private static final Set<String> OWN_NAMES = Set.of("LOCK", Manifest.NAME, "token.key");
  private static final List<Pattern> OWN_PATTERNS =
      List.of(
          SegmentFileName.PATTERN,
          SSTableFileName.PATTERN,
          SSTableFolder.RECYCLED,
          HashIndex.FILES,
          Reserve.FILES,
          Manifest.TEMPORARY);

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
          path,
          "it cannot be written; change its permissions, choose another folder, or open it to read"
              + " only",
          null);
    }
  }

  /** Whether a name in the folder is one that files of the store have. */
  static boolean isOwnName(Path name) {
    String text = name.toString();
    return OWN_NAMES.contains(text)
        || OWN_PATTERNS.stream().anyMatch(each -> each.matcher(text).matches());
  }

  /** The files of the journal. */
  List<Path> journalFiles() throws IOException {
    return Disk.listFiles(path, SegmentFileName.PATTERN);
  }

  /**
   * The highest sequence in a name of the journal's, be it a file or not; 0 where there is none.
   */
  long lastSequence() throws IOException {
    return Disk.list(path, SegmentFileName.PATTERN).stream()
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
    delete(Disk.listFiles(path, SSTableFolder.RECYCLED));
  }

  /** Deletes the files of hash tables. */
  void deleteHashTables() throws IOException {
    delete(Disk.listFiles(path, HashIndex.FILES));
  }

  /** Deletes the files of SSTables that are not among these, and a manifest that is not whole. */
  void deleteAllBut(List<SSTable> sstables) throws IOException {
    Set<Path> named = new HashSet<>();
    for (SSTable sstable : sstables) {
      sstable.files().forEach(file -> named.add(file.path));
    }
    List<Path> found = Disk.listFiles(path, SSTableFileName.PATTERN);
    found.addAll(Disk.listFiles(path, Manifest.TEMPORARY));
    found.removeAll(named);
    delete(found);
  }
}

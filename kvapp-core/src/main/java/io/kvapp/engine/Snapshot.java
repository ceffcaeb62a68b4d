package io.kvapp.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The changes of one stretch of revisions in immutable sorted files: the newest change of each key,
 * and beside them the {@linkplain Expiry expiry keys}.
 *
 * <p>The last release unmaps the files, and gives them back to the folder if the snapshot is
 * {@linkplain #discard() discarded}. Safe for any thread that holds a use.
 */
final class Snapshot extends Shared implements Source {
  /**
   * What the manifest knows of a snapshot.
   *
   * @param lowRevision the last revision before it
   * @param highRevision its last revision
   * @param entryFiles the files of entries, in key order
   * @param expiryFiles the files of expiry keys, in key order
   */
  record Identity(
      long lowRevision,
      long highRevision,
      List<SnapshotFile.Identity> entryFiles,
      List<SnapshotFile.Identity> expiryFiles) {}

  final Identity identity;
  private final SnapshotFolder folder;
  private final List<SnapshotFile> entryFiles;
  private final List<SnapshotFile> expiryFiles;
  private volatile boolean discarded;

  private Snapshot(
      SnapshotFolder folder,
      Identity identity,
      List<SnapshotFile> entryFiles,
      List<SnapshotFile> expiryFiles) {
    this.folder = folder;
    this.identity = identity;
    this.entryFiles = entryFiles;
    this.expiryFiles = expiryFiles;
  }

  /**
   * Maps the files of a snapshot; the caller holds the first use.
   *
   * @throws io.kvapp.KVException.Corrupt if a file is missing or damaged
   */
  static Snapshot open(SnapshotFolder folder, Identity identity) throws IOException {
    List<SnapshotFile> opened = new ArrayList<>();
    try {
      for (SnapshotFile.Identity file : identity.entryFiles()) {
        opened.add(SnapshotFile.open(folder.path, file));
      }
      for (SnapshotFile.Identity file : identity.expiryFiles()) {
        opened.add(SnapshotFile.open(folder.path, file));
      }
    } catch (Throwable failure) {
      opened.forEach(SnapshotFile::unmap);
      throw failure;
    }
    int entries = identity.entryFiles().size();
    return new Snapshot(
        folder,
        identity,
        List.copyOf(opened.subList(0, entries)),
        List.copyOf(opened.subList(entries, opened.size())));
  }

  /**
   * Writes a snapshot and waits until it is on the disk; the caller holds the first use.
   *
   * @param number never used before in this folder
   * @param expectedBytes about how many bytes it will have; 0 for one that takes no spare file
   * @param dropDeletes whether there is no older snapshot in which deletes hide anything
   */
  static Snapshot write(
      SnapshotFolder folder,
      long number,
      long lowRevision,
      long highRevision,
      Cursor entries,
      Cursor expiries,
      long expectedBytes,
      boolean dropDeletes)
      throws IOException {
    return write(
        folder,
        number,
        lowRevision,
        highRevision,
        entries,
        () -> expiries,
        expectedBytes,
        dropDeletes);
  }

  /** As above, with expiry keys that are there only after the last of the entries. */
  static Snapshot write(
      SnapshotFolder folder,
      long number,
      long lowRevision,
      long highRevision,
      Cursor entries,
      Supplier<Cursor> expiries,
      long expectedBytes,
      boolean dropDeletes)
      throws IOException {
    List<SnapshotFile.Identity> files =
        new ArrayList<>(
            writeFiles(folder, SnapshotFile.ENTRIES, number, entries, expectedBytes, dropDeletes));
    int entryFiles = files.size();
    try {
      files.addAll(
          writeFiles(folder, SnapshotFile.EXPIRIES, number, expiries.get(), 0, dropDeletes));
      folder.disk.forceFolder(folder.path);
      return open(
          folder,
          new Identity(
              lowRevision,
              highRevision,
              List.copyOf(files.subList(0, entryFiles)),
              List.copyOf(files.subList(entryFiles, files.size()))));
    } catch (Throwable failure) {
      for (SnapshotFile.Identity file : files) {
        folder.disk.delete(folder.path.resolve(file.name()));
      }
      throw failure;
    }
  }

  private static List<SnapshotFile.Identity> writeFiles(
      SnapshotFolder folder,
      String prefix,
      long number,
      Cursor changes,
      long expectedBytes,
      boolean dropDeletes)
      throws IOException {
    try (SnapshotWriter writer = new SnapshotWriter(folder, prefix, number, expectedBytes)) {
      while (changes.next()) {
        if (!dropDeletes || !changes.isDelete()) {
          writer.add(changes);
        }
      }
      return writer.finish();
    }
  }

  @Override
  public long lowRevision() {
    return identity.lowRevision();
  }

  /** The number it was written under; 0 where it has no files. */
  long number() {
    return files().stream()
        .mapToLong(file -> SnapshotFile.number(SnapshotFile.id(file.path).orElse(0)))
        .max()
        .orElse(0);
  }

  /** Every file, those of entries first. */
  List<SnapshotFile> files() {
    List<SnapshotFile> files = new ArrayList<>(entryFiles);
    files.addAll(expiryFiles);
    return files;
  }

  /** How many keys were put and not deleted within this stretch of revisions. */
  long puts() {
    return entryFiles.stream().mapToLong(file -> file.count - file.deletes).sum();
  }

  long deletes() {
    return entryFiles.stream().mapToLong(file -> file.deletes).sum();
  }

  long liveBytes() {
    return entryFiles.stream().mapToLong(file -> file.liveBytes).sum();
  }

  long fileBytes() {
    return files().stream().mapToLong(file -> file.identity.bytes()).sum();
  }

  @Override
  public Cursor entries(byte[] from, byte[] to, boolean reverse) {
    return new SnapshotCursor(entryFiles, from, to, reverse);
  }

  @Override
  public Cursor expiries(byte[] from, byte[] to) {
    return new SnapshotCursor(expiryFiles, from, to, false);
  }

  /** About so many keys, evenly spread over all that there are. */
  List<byte[]> sampleKeys(int samples) {
    List<byte[]> keys = new ArrayList<>();
    long total = entryFiles.stream().mapToLong(file -> file.count).sum();
    for (int i = 0; i < samples && total > 0; i++) {
      long ordinal = (long) ((double) i / samples * total);
      int file = 0;
      while (ordinal >= entryFiles.get(file).count) {
        ordinal -= entryFiles.get(file++).count;
      }
      SnapshotFile.Reader reader = entryFiles.get(file).reader();
      reader.load((int) ordinal);
      keys.add(reader.key());
    }
    return keys;
  }

  /**
   * The change of a key.
   *
   * @return a reader that stands on it; null where there is none
   */
  SnapshotFile.Reader find(byte[] key) {
    if (entryFiles.isEmpty()) {
      return null;
    }
    SnapshotFile file = entryFiles.get(SnapshotCursor.fileOf(entryFiles, key));
    SnapshotFile.Reader reader = file.reader();
    int ordinal = reader.lowerBound(key);
    if (ordinal == file.count) {
      return null;
    }
    reader.load(ordinal);
    return reader.compareKey(key) == 0 ? reader : null;
  }

  /** Says that the files are not needed any more when nobody uses them. */
  void discard() {
    discarded = true;
  }

  @Override
  void unused() {
    files().forEach(SnapshotFile::unmap);
    if (discarded) {
      entryFiles.forEach(file -> folder.discard(file.path, file.identity.bytes()));
      expiryFiles.forEach(file -> folder.delete(file.path));
    }
  }
}

package io.kvapp.engine.sstable;

import io.kvapp.engine.file.RefCounted;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.ExpiryKey;
import io.kvapp.engine.model.SortedRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The changes of one range of revisions in immutable sorted files: the newest change of each key,
 * and beside them the {@linkplain ExpiryKey expiry keys}. The table of a log-structured merge-tree
 * (O'Neil et al., "The Log-Structured Merge-Tree", 1996).
 *
 * <p>The last release unmaps the files, and gives them back to the folder if the SSTable is
 * {@linkplain #discard() discarded}.
 *
 * <p>Safe for any thread that holds a use.
 */
public final class SSTable extends RefCounted implements SortedRun {
  /**
   * An SSTable as the manifest names it.
   *
   * @param lowRevision the last revision before it
   * @param highRevision its last revision
   * @param entryFiles the files of entries, in key order
   * @param expiryFiles the files of expiry keys, in key order
   */
  public record Identity(
      long lowRevision,
      long highRevision,
      List<SSTableFile.Identity> entryFiles,
      List<SSTableFile.Identity> expiryFiles) {}

  public final Identity identity;
  private final SSTableFolder folder;
  private final List<SSTableFile> entryFiles;
  private final List<SSTableFile> expiryFiles;
  private volatile boolean discarded;

  private SSTable(
      SSTableFolder folder,
      Identity identity,
      List<SSTableFile> entryFiles,
      List<SSTableFile> expiryFiles) {
    this.folder = folder;
    this.identity = identity;
    this.entryFiles = entryFiles;
    this.expiryFiles = expiryFiles;
  }

  /**
   * Maps the files of an SSTable; the caller holds the first use.
   *
   * @throws io.kvapp.KVException.Corrupt if a file is missing or damaged
   */
  public static SSTable open(SSTableFolder folder, Identity identity) throws IOException {
    List<SSTableFile> opened = new ArrayList<>();
    try {
      for (SSTableFile.Identity file : identity.entryFiles()) {
        opened.add(SSTableFile.open(folder.path, file));
      }
      for (SSTableFile.Identity file : identity.expiryFiles()) {
        opened.add(SSTableFile.open(folder.path, file));
      }
    } catch (Throwable failure) {
      opened.forEach(SSTableFile::unmap);
      throw failure;
    }
    int entries = identity.entryFiles().size();
    return new SSTable(
        folder,
        identity,
        List.copyOf(opened.subList(0, entries)),
        List.copyOf(opened.subList(entries, opened.size())));
  }

  /**
   * Writes an SSTable and waits until it is on the disk; the caller holds the first use.
   *
   * @param number never used before in this folder
   * @param expectedBytes about how many bytes it will have; 0 for one that is not written over
   *     recycled files
   * @param dropDeletes whether there is no older SSTable in which deletes hide anything
   */
  public static SSTable write(
      SSTableFolder folder,
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
  public static SSTable write(
      SSTableFolder folder,
      long number,
      long lowRevision,
      long highRevision,
      Cursor entries,
      Supplier<Cursor> expiries,
      long expectedBytes,
      boolean dropDeletes)
      throws IOException {
    List<SSTableFile.Identity> files =
        new ArrayList<>(
            writeFiles(
                folder, SSTableFileName.ENTRIES, number, entries, expectedBytes, dropDeletes));
    int entryFiles = files.size();
    try {
      files.addAll(
          writeFiles(folder, SSTableFileName.EXPIRIES, number, expiries.get(), 0, dropDeletes));
      folder.disk.forceFolder(folder.path);
      return open(
          folder,
          new Identity(
              lowRevision,
              highRevision,
              List.copyOf(files.subList(0, entryFiles)),
              List.copyOf(files.subList(entryFiles, files.size()))));
    } catch (Throwable failure) {
      for (SSTableFile.Identity file : files) {
        folder.disk.delete(folder.path.resolve(file.name()));
      }
      throw failure;
    }
  }

  private static List<SSTableFile.Identity> writeFiles(
      SSTableFolder folder,
      String prefix,
      long number,
      Cursor changes,
      long expectedBytes,
      boolean dropDeletes)
      throws IOException {
    try (SSTableWriter writer = new SSTableWriter(folder, prefix, number, expectedBytes)) {
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
  public long number() {
    return files().stream()
        .mapToLong(file -> SSTableFileName.number(SSTableFileName.id(file.path).orElse(0)))
        .max()
        .orElse(0);
  }

  /** Every file, those of entries first. */
  public List<SSTableFile> files() {
    List<SSTableFile> files = new ArrayList<>(entryFiles);
    files.addAll(expiryFiles);
    return files;
  }

  /** How many keys were put and not deleted within this range of revisions. */
  public long puts() {
    return entryFiles.stream().mapToLong(file -> file.count - file.deletes).sum();
  }

  public long deletes() {
    return entryFiles.stream().mapToLong(file -> file.deletes).sum();
  }

  public long liveBytes() {
    return entryFiles.stream().mapToLong(file -> file.liveBytes).sum();
  }

  public long fileBytes() {
    return files().stream().mapToLong(file -> file.identity.bytes()).sum();
  }

  @Override
  public Cursor entries(byte[] from, byte[] to, boolean reverse) {
    return new SSTableCursor(entryFiles, from, to, reverse);
  }

  @Override
  public Cursor expiries(byte[] from, byte[] to) {
    return new SSTableCursor(expiryFiles, from, to, false);
  }

  /** About so many keys, evenly spread over all that there are. */
  public List<byte[]> sampleKeys(int samples) {
    List<byte[]> keys = new ArrayList<>();
    long total = entryFiles.stream().mapToLong(file -> file.count).sum();
    for (int i = 0; i < samples && total > 0; i++) {
      long ordinal = (long) ((double) i / samples * total);
      int file = 0;
      while (ordinal >= entryFiles.get(file).count) {
        ordinal -= entryFiles.get(file++).count;
      }
      SSTableFile.Reader reader = entryFiles.get(file).reader();
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
  public SSTableFile.Reader find(byte[] key) {
    if (entryFiles.isEmpty()) {
      return null;
    }
    SSTableFile file = entryFiles.get(SSTableCursor.fileOf(entryFiles, key));
    SSTableFile.Reader reader = file.reader();
    int ordinal = reader.lowerBound(key);
    if (ordinal == file.count) {
      return null;
    }
    reader.load(ordinal);
    return reader.compareKey(key) == 0 ? reader : null;
  }

  /** Has the last release give the files back, since no manifest names them any more. */
  public void discard() {
    discarded = true;
  }

  @Override
  protected void unused() {
    files().forEach(SSTableFile::unmap);
    if (discarded) {
      entryFiles.forEach(file -> folder.discard(file.path, file.identity.bytes()));
      expiryFiles.forEach(file -> folder.delete(file.path));
    }
  }
}

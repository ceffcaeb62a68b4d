package io.kvapp.engine.sstable;

import io.kvapp.engine.file.RefCounted;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.ExpiryKey;
import io.kvapp.engine.model.MergeCursor;
import io.kvapp.engine.model.SortedRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The changes of one range of revisions in immutable sorted files: the newest change of each key,
 * and the order in which the entries among them expire. The table of a log-structured merge-tree
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
   * @param files its files, in key order
   */
  public record Identity(long lowRevision, long highRevision, List<SSTableFile.Identity> files) {}

  public final Identity identity;
  private final SSTableFolder folder;
  private final List<SSTableFile> files;
  private volatile boolean discarded;

  private SSTable(SSTableFolder folder, Identity identity, List<SSTableFile> files) {
    this.folder = folder;
    this.identity = identity;
    this.files = files;
  }

  /**
   * Maps the files of an SSTable; the caller holds the first use.
   *
   * @throws io.kvapp.KVException.Corrupt if a file is missing or damaged
   */
  public static SSTable open(SSTableFolder folder, Identity identity) throws IOException {
    List<SSTableFile> opened = new ArrayList<>();
    try {
      for (SSTableFile.Identity file : identity.files()) {
        opened.add(SSTableFile.open(folder.path, file));
      }
    } catch (Throwable failure) {
      opened.forEach(SSTableFile::unmap);
      throw failure;
    }
    return new SSTable(folder, identity, List.copyOf(opened));
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
      long expectedBytes,
      boolean dropDeletes)
      throws IOException {
    SSTableWriter writer = new SSTableWriter(folder, number, expectedBytes, true);
    List<SSTableFile.Identity> files = writeFiles(writer, entries, dropDeletes);
    return opened(folder, new Identity(lowRevision, highRevision, files), true);
  }

  /**
   * Writes an SSTable that no manifest is to name, and does not wait for the disk; otherwise as
   * {@link #write}.
   */
  public static SSTable writeTemporary(
      SSTableFolder folder, long number, long lowRevision, long highRevision, Cursor entries)
      throws IOException {
    SSTableWriter writer = new SSTableWriter(folder, number, 0, false);
    List<SSTableFile.Identity> files = writeFiles(writer, entries, false);
    return opened(folder, new Identity(lowRevision, highRevision, files), false);
  }

  /**
   * One SSTable of the files of several, which hold one range of keys after the other and the same
   * range of revisions; it takes over the uses of the caller.
   *
   * @throws IOException if that fails; the others are as they were
   */
  public static SSTable joined(SSTableFolder folder, List<SSTable> inOrder) throws IOException {
    List<SSTableFile.Identity> files = new ArrayList<>();
    for (SSTable each : inOrder) {
      files.addAll(each.identity.files());
    }
    Identity first = inOrder.get(0).identity;
    SSTable joined =
        open(folder, new Identity(first.lowRevision(), first.highRevision(), List.copyOf(files)));
    inOrder.forEach(SSTable::close);
    return joined;
  }

  /** Maps the files that were just written, or deletes them. */
  private static SSTable opened(SSTableFolder folder, Identity identity, boolean synced)
      throws IOException {
    try {
      if (synced) {
        folder.disk.forceFolder(folder.path);
      }
      return open(folder, identity);
    } catch (Throwable failure) {
      for (SSTableFile.Identity file : identity.files()) {
        folder.disk.delete(folder.path.resolve(file.name()));
      }
      throw failure;
    }
  }

  private static List<SSTableFile.Identity> writeFiles(
      SSTableWriter writer, Cursor changes, boolean dropDeletes) throws IOException {
    try (writer) {
      while (changes.next()) {
        if (!dropDeletes || !changes.isDelete()) {
          writer.add(changes);
        }
      }
      return List.copyOf(writer.finish());
    }
  }

  @Override
  public long lowRevision() {
    return identity.lowRevision();
  }

  /** The number it was written under; 0 where it has no files. */
  public long number() {
    return files.stream()
        .mapToLong(file -> SSTableFileName.number(SSTableFileName.id(file.path).orElse(0)))
        .max()
        .orElse(0);
  }

  /** Its files, in key order. */
  public List<SSTableFile> files() {
    return files;
  }

  /** Whether what is stored of its expiries is whole; the entries have it too. */
  public boolean areExpiriesWhole() {
    return files.stream().allMatch(SSTableFile::areExpiriesWhole);
  }

  /** When its first entry expires; the largest number for never. */
  public long firstExpiry() {
    return files.stream().mapToLong(file -> file.firstExpiry).min().orElse(Long.MAX_VALUE);
  }

  /** How many keys were put and not deleted within this range of revisions. */
  public long puts() {
    return files.stream().mapToLong(file -> file.count - file.deletes).sum();
  }

  public long deletes() {
    return files.stream().mapToLong(file -> file.deletes).sum();
  }

  public long liveBytes() {
    return files.stream().mapToLong(file -> file.liveBytes).sum();
  }

  public long fileBytes() {
    return files.stream().mapToLong(file -> file.identity.bytes()).sum();
  }

  @Override
  public Cursor entries(byte[] from, byte[] to, boolean reverse) {
    return new SSTableCursor(files, from, to, reverse);
  }

  @Override
  public Cursor expiries(byte[] from, byte[] to) {
    long end = to == null ? Long.MAX_VALUE : ExpiryKey.instant(to);
    List<Cursor> cursors = new ArrayList<>();
    for (SSTableFile file : files) {
      if (file.firstExpiry <= end && file.firstExpiry != Long.MAX_VALUE) {
        cursors.add(new ExpiryCursor(file, from, to));
      }
    }
    return new MergeCursor(cursors, false);
  }

  /** About so many keys, evenly spread over all that there are. */
  public List<byte[]> sampleKeys(int samples) {
    List<byte[]> keys = new ArrayList<>();
    long total = files.stream().mapToLong(file -> file.count).sum();
    for (int i = 0; i < samples && total > 0; i++) {
      long ordinal = (long) ((double) i / samples * total);
      int file = 0;
      while (ordinal >= files.get(file).count) {
        ordinal -= files.get(file++).count;
      }
      SSTableReader reader = files.get(file).reader();
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
  @Override
  public SSTableReader find(byte[] key) {
    if (files.isEmpty()) {
      return null;
    }
    SSTableFile file = files.get(SSTableCursor.fileOf(files, key));
    SSTableReader reader = file.reader();
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
    files.forEach(SSTableFile::unmap);
    if (discarded) {
      files.forEach(file -> folder.discard(file.path, file.identity.bytes()));
    }
  }
}

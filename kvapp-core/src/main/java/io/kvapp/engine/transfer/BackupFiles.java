package io.kvapp.engine.transfer;

import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.RefCounted;
import io.kvapp.engine.file.StoreFailures;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.memtable.Memtable;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.sstable.SSTableFile;
import io.kvapp.engine.sstable.SSTableFileName;
import io.kvapp.engine.sstable.SSTableFolder;
import io.kvapp.engine.tree.Manifest;
import io.kvapp.engine.tree.Version;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Backups: folders with a manifest and SSTables, which are complete stores without a journal and a
 * hash table.
 *
 * <p>Safe for any thread; a folder is written by one at a time.
 */
public final class BackupFiles {
  private static final Logger LOG = LoggerFactory.getLogger(BackupFiles.class);
  private static final byte[] START = {};

  /** In the root of every new file system of some kinds. */
  private static final String LOST_AND_FOUND = "lost+found";

  private BackupFiles() {}

  private interface Writing {
    List<SSTable.Identity> run() throws IOException;
  }

  /**
   * Writes entries as a backup.
   *
   * @param revision the last revision of the store
   * @param entries in order of their keys
   * @throws KVException.FolderUnusable if the folder cannot be written or is not empty
   * @throws KVException.NoSpace if the disk is full
   */
  public static void write(Path folder, long revision, List<Entry> entries) {
    Disk disk = new Disk();
    WorkerThread.call(
        "kvapp-backup",
        () -> {
          write(
              disk,
              folder,
              entries.size(),
              () -> {
                try (SSTable sstable =
                    SSTable.write(
                        new SSTableFolder(disk, folder),
                        1,
                        0,
                        revision,
                        new EntryCursor(entries),
                        0,
                        true)) {
                  return List.of(sstable.identity);
                }
              });
          return null;
        });
  }

  /**
   * Copies SSTables as a backup, on a thread that is never interrupted.
   *
   * @param sstables newest first; the caller holds a use of each
   * @param entries how many entries they hold, as the manifest says
   * @throws KVException.FolderUnusable if the folder cannot be written or is not empty
   * @throws KVException.NoSpace if the disk is full
   */
  public static void copy(Disk disk, List<SSTable> sstables, long entries, Path folder) {
    write(
        disk,
        folder,
        entries,
        () -> {
          for (SSTable sstable : sstables) {
            for (SSTableFile file : sstable.files()) {
              file.requireWhole();
              warnOfDamage(file);
              copy(disk, file.path, folder.resolve(file.path.getFileName()));
            }
          }
          return sstables.stream().map(sstable -> sstable.identity).toList();
        });
  }

  /**
   * Writes what a version holds as a backup: copies its SSTables, or makes one of all where changes
   * are in no SSTable. On a thread that is never interrupted.
   *
   * @param revision the last revision of the store
   * @param version nothing is written to it any more
   * @param entries how many entries it holds
   * @throws KVException.FolderUnusable if the folder cannot be written or is not empty
   * @throws KVException.NoSpace if the disk is full
   */
  public static void write(Path folder, long revision, long entries, Version version) {
    Disk disk = new Disk();
    if (version.active.isEmpty()) {
      copy(disk, version.sstables, entries, folder);
      return;
    }
    write(
        disk,
        folder,
        entries,
        () -> {
          SSTable sstable =
              SSTable.write(
                  new SSTableFolder(disk, folder),
                  1,
                  0,
                  revision,
                  version.entries(START, null, false),
                  0,
                  true);
          sstable.close();
          return List.of(sstable.identity);
        });
  }

  private static void warnOfDamage(SSTableFile file) {
    if (!file.areExpiriesWhole()) {
      LOG.warn(
          "{}: when its entries expire is damaged, in the backup too; nothing is lost, and compact()"
              + " writes it anew",
          file.path);
    }
  }

  private static void copy(Disk disk, Path from, Path to) throws IOException {
    try (FileChannel source = FileChannel.open(from, StandardOpenOption.READ);
        FileChannel target = disk.create(to)) {
      disk.copy(source, target, to);
      disk.force(target, to);
    }
  }

  private static void write(Disk disk, Path folder, long entries, Writing writing) {
    boolean existed = Files.exists(folder);
    try {
      disk.createFolder(folder);
      try (Stream<Path> files = Files.list(folder)) {
        if (files.anyMatch(file -> !file.endsWith(LOST_AND_FOUND))) {
          throw new KVException.FolderUnusable(
              folder, "it is not empty; back up into a new folder", null);
        }
      }
    } catch (IOException failure) {
      throw StoreFailures.unusable(folder, failure);
    }
    try {
      List<SSTable.Identity> written = writing.run();
      long revision = written.isEmpty() ? 0 : written.get(0).highRevision();
      long next =
          written.stream()
              .flatMap(sstable -> sstable.files().stream())
              .mapToLong(file -> Long.parseLong(file.name().split("-")[1]))
              .max()
              .orElse(0);
      new Manifest(revision, next + 1, Manifest.BACKUP, entries, written, Optional.empty())
          .write(disk, folder);
    } catch (IOException failure) {
      remove(disk, folder, existed, failure);
      throw StoreFailures.unusable(folder, failure);
    } catch (Throwable failure) {
      remove(disk, folder, existed, failure);
      throw failure;
    }
  }

  private static void remove(Disk disk, Path folder, boolean keepFolder, Throwable failure) {
    try {
      for (Pattern names :
          List.of(SSTableFileName.PATTERN, Manifest.TEMPORARY, Pattern.compile(Manifest.NAME))) {
        for (Path file : Disk.listFiles(folder, names)) {
          disk.delete(file);
        }
      }
      if (!keepFolder) {
        disk.delete(folder);
      }
    } catch (IOException suppressed) {
      failure.addSuppressed(suppressed);
    }
  }

  /**
   * Reads the entries of a backup in order of their keys, expired ones included.
   *
   * @param revision takes the last revision of the store, once the backup is known to be whole
   * @param reader takes them while the backup is open
   * @return what the reader returns
   * @throws KVException.Corrupt if the backup is damaged or the folder is not one
   */
  public static <T> T read(
      Path folder, LongConsumer revision, Function<Iterator<Entry>, T> reader) {
    return WorkerThread.call("kvapp-restore", () -> readHere(folder, revision, reader));
  }

  private static <T> T readHere(
      Path folder, LongConsumer revision, Function<Iterator<Entry>, T> reader) throws IOException {
    Path file = folder.resolve(Manifest.NAME);
    Manifest manifest =
        Manifest.read(folder)
            .orElseThrow(
                () ->
                    new KVException.Corrupt(
                        file,
                        -1,
                        "it is missing, so "
                            + folder
                            + " is not a backup; name the folder that a backup was written to"));
    if (!manifest.isClean()) {
      throw new KVException.Corrupt(
          file, -1, "it is that of a store in use, not of a backup; back the store up first");
    }
    SSTableFolder sstableFolder = new SSTableFolder(new Disk(), folder);
    List<SSTable> sstables = new ArrayList<>();
    Memtable none = new Memtable(manifest.revision());
    try {
      for (SSTable.Identity identity : manifest.sstables()) {
        sstables.add(SSTable.open(sstableFolder, identity));
      }
      // All is read before the first entry is passed on, so a damaged backup restores nothing.
      sstables.forEach(sstable -> sstable.files().forEach(SSTableFile::readAll));
      revision.accept(manifest.revision());
      try (Version version = new Version(none, List.of(), sstables)) {
        return reader.apply(new Entries(version.entries(START, null, false)));
      }
    } finally {
      sstables.forEach(RefCounted::close);
    }
  }

  /** The entries that a cursor steps through. */
  private static final class Entries implements Iterator<Entry> {
    private final Cursor cursor;
    private boolean more;

    private Entries(Cursor cursor) {
      this.cursor = cursor;
      step();
    }

    private void step() {
      do {
        more = cursor.next();
      } while (more && cursor.isDelete());
    }

    @Override
    public boolean hasNext() {
      return more;
    }

    @Override
    public Entry next() {
      if (!more) {
        throw new NoSuchElementException();
      }
      Entry entry =
          new Entry(cursor.ownKey(), cursor.value(), cursor.revision(), cursor.expiresAt());
      step();
      return entry;
    }
  }

  /** Steps through entries that are in order already. */
  public static final class EntryCursor implements Cursor {
    private final List<Entry> entries;
    private int at = -1;

    public EntryCursor(List<Entry> entries) {
      this.entries = entries;
    }

    @Override
    public boolean next() {
      return ++at < entries.size();
    }

    @Override
    public byte[] key() {
      return entries.get(at).key();
    }

    @Override
    public byte[] ownKey() {
      return key().clone();
    }

    @Override
    public long revision() {
      return entries.get(at).revision();
    }

    @Override
    public long expiresAt() {
      return entries.get(at).expiresAtMillis();
    }

    @Override
    public boolean isDelete() {
      return false;
    }

    @Override
    public int valueLength() {
      return entries.get(at).value().length;
    }

    @Override
    public byte[] value() {
      return entries.get(at).value();
    }
  }
}

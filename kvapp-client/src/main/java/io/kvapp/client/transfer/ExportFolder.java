package io.kvapp.client.transfer;

import com.google.gson.stream.JsonReader;
import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.Snapshot;
import io.kvapp.StoreOptions;
import io.kvapp.client.json.Json;
import io.kvapp.transfer.ExportFormat;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.RandomAccessFile;
import java.io.StringReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * A folder with the export of a store in it: {@code export.ndjson}, a line of JSON for each entry
 * in the order of their keys, and a last one that says that it is whole. To read, it may be the
 * backup of a local store or the file of an export as well.
 *
 * <p>Used by one thread. Files are opened as streams, which an interrupt does not close.
 */
public final class ExportFolder {
  private static final byte[] NOTHING = {};
  private static final long PAGE_BYTES = 4 << 20;

  private final Path folder;

  /** The folder at this path; nothing is done yet. */
  public ExportFolder(Path folder) {
    this.folder = folder;
  }

  /** Writes lines, or a file of them. */
  private interface Filling {
    void into(Path file) throws IOException;
  }

  /**
   * Writes what a snapshot shows into the folder, which is made. The file has its name once it is
   * whole and on the disk.
   *
   * @throws KVException.FolderUnusable if it cannot be; what was begun is removed
   */
  public void write(Snapshot snapshot) {
    fill(file -> lines(snapshot, file));
  }

  /**
   * Has an export be put into a file of the folder, which is made. The file has its name once it is
   * whole and on the disk.
   *
   * @throws KVException.FolderUnusable if it cannot be; what was begun is removed
   */
  public void write(Consumer<Path> export) {
    fill(export::accept);
  }

  private void fill(Filling filling) {
    boolean isNew = !Files.exists(folder, LinkOption.NOFOLLOW_LINKS);
    Path export = folder.resolve(ExportFormat.FILE_NAME);
    Path part = folder.resolve(ExportFormat.FILE_NAME + ".part");
    try {
      if (!isNew) {
        requireEmpty();
      }
      Files.createDirectories(folder, permissions("rwx------"));
      Files.createFile(part, permissions("rw-------"));
    } catch (IOException failed) {
      throw unusable(failed);
    }
    boolean isDone = false;
    try {
      filling.into(part);
      requireEnd(part);
      sync(part);
      Files.move(part, export, StandardCopyOption.ATOMIC_MOVE);
      isDone = true;
    } catch (IOException failed) {
      throw unusable(failed);
    } finally {
      if (!isDone) {
        remove(part, isNew);
      }
    }
  }

  private void requireEmpty() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      if (files.findAny().isPresent()) {
        throw new KVException.FolderUnusable(folder, "it is not empty", null);
      }
    }
  }

  private static FileAttribute<?>[] permissions(String text) {
    boolean isPosix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    return isPosix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text))
        }
        : new FileAttribute<?>[0];
  }

  /** Looks whether the last line says that the export is whole. */
  private static void requireEnd(Path file) throws IOException {
    if (ExportFormat.End.of(file).isEmpty()) {
      throw new KVException.Unavailable("the export of the server ended early; try again");
    }
  }

  private static void sync(Path file) throws IOException {
    try (RandomAccessFile written = new RandomAccessFile(file.toFile(), "rw")) {
      written.getFD().sync();
    }
  }

  private void remove(Path part, boolean isNew) {
    try {
      Files.deleteIfExists(part);
      if (isNew) {
        Files.deleteIfExists(folder);
      }
    } catch (IOException left) {
      // What failed before is what the caller is told.
    }
  }

  private KVException.FolderUnusable unusable(IOException failed) {
    String what = failed.getMessage();
    return new KVException.FolderUnusable(
        folder, what == null ? failed.getClass().getSimpleName() : what, failed);
  }

  private static void lines(Snapshot snapshot, Path file) throws IOException {
    try (Writer lines =
        new BufferedWriter(
            new OutputStreamWriter(
                new FileOutputStream(file.toFile()), StandardCharsets.UTF_8.newEncoder()))) {
      long count = 0;
      Iterator<Entry> entries = snapshot.entries(Scan.all().maxBytes(PAGE_BYTES)).iterator();
      for (; entries.hasNext(); count++) {
        lines.write(Json.line(entries.next()));
      }
      lines.write(new ExportFormat.End(count, snapshot.revision()).line() + "\n");
    }
  }

  /**
   * Reads every entry, one at a time.
   *
   * @throws KVException.Corrupt if there is neither an export nor the backup of a local store, or
   *     it is damaged or torn; some entries may have been read until then
   */
  public void forEach(Consumer<Entry> reader) {
    Path export = export();
    if (Files.isRegularFile(export)) {
      readExport(export, reader);
      return;
    }
    try (KVStore backup = openBackup()) {
      backup.entries(Scan.all().maxBytes(PAGE_BYTES)).forEach(reader);
    }
  }

  /**
   * Has the file of an export be read, which is a copy where the folder is the backup of a local
   * store. All of it is read before, and torn or damaged ones are refused.
   *
   * @param check sees every entry before the file is taken
   * @return what {@code taker} returns
   * @throws KVException.Corrupt as {@link #forEach}; the file was not taken then
   */
  public long asFile(Consumer<Entry> check, ToLongFunction<Path> taker) {
    Path export = export();
    forEach(check);
    if (Files.isRegularFile(export)) {
      return taker.applyAsLong(export);
    }
    try {
      Path copy = Files.createTempFile("kvapp-restore", ".ndjson");
      try (KVStore backup = openBackup();
          Snapshot snapshot = backup.snapshot()) {
        lines(snapshot, copy);
        return taker.applyAsLong(copy);
      } finally {
        Files.deleteIfExists(copy);
      }
    } catch (IOException failed) {
      throw unreadable(folder, failed);
    }
  }

  private Path export() {
    return ExportFormat.file(folder);
  }

  private static KVException.Corrupt unreadable(Path file, IOException failed) {
    return new KVException.Corrupt(file, -1, "it cannot be read (" + failed.getMessage() + ")");
  }

  private static void readExport(Path file, Consumer<Entry> reader) {
    long entries = 0;
    boolean isWhole = false;
    byte[] before = NOTHING;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new FileInputStream(file.toFile()), StandardCharsets.UTF_8.newDecoder()))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Optional<ExportFormat.End> end = ExportFormat.End.of(line);
        if (end.isPresent()) {
          isWhole = end.get().entries() == entries && lines.readLine() == null;
          break;
        }
        Json.Members members = members(file, entries + 1, line);
        if (Arrays.compareUnsigned(before, members.key) >= 0) {
          throw bad(file, entries + 1, "is out of the order of keys");
        }
        reader.accept(members.entry());
        before = members.key;
        entries++;
      }
    } catch (IOException failed) {
      throw unreadable(file, failed);
    }
    if (!isWhole) {
      throw new KVException.Corrupt(
          file, -1, "its last line does not end an export of " + entries + " entries");
    }
  }

  private static Json.Members members(Path file, long line, String text) {
    Json.Members members;
    try {
      members = Json.members(new JsonReader(new StringReader(text)));
    } catch (IOException | RuntimeException malformed) {
      throw bad(file, line, "is no entry");
    }
    boolean isEntry = members.key.length > 0 && members.value != null;
    if (!isEntry || members.ttl != null && !members.ttl.equals("none")) {
      throw bad(file, line, "is no entry");
    }
    return members;
  }

  private static KVException.Corrupt bad(Path file, long line, String what) {
    return new KVException.Corrupt(file, -1, "line " + line + " " + what);
  }

  private KVStore openBackup() {
    StoreOptions options =
        StoreOptions.defaults().withReadOnly(true).withMaxValueBytes(StoreOptions.MAX_VALUE_BYTES);
    try {
      return KVStore.open(folder, options);
    } catch (KVException.FolderUnusable none) {
      throw new KVException.Corrupt(
          folder,
          -1,
          "there is neither " + ExportFormat.FILE_NAME + " nor the backup of a store in it");
    }
  }
}

package io.kvapp.client;

import com.google.gson.stream.JsonReader;
import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.StoreOptions;
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
import java.util.Iterator;
import java.util.stream.Stream;

/**
 * A folder with the export of a store in it: {@code export.ndjson}, a line of JSON for each entry
 * and a last one that says that it is whole.
 *
 * <p>Used by one thread. Files are opened as streams, which an interrupt does not close.
 */
final class ExportFolder {
  private static final String NAME = "export.ndjson";
  private static final byte[] NOTHING = {};

  private final Path folder;

  ExportFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Writes the export of a server into the folder, which is made.
   *
   * @throws KVException.FolderUnusable if it cannot be; what was begun is removed
   */
  void write(Requests requests) {
    boolean isNew = !Files.exists(folder, LinkOption.NOFOLLOW_LINKS);
    Path part = folder.resolve(NAME + ".part");
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
      requests.send(Request.get(Target.of("/v1/export")), Delivery.into(part), Response::status);
      requireEnd(part);
      sync(part);
      Files.move(part, folder.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
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
    try (RandomAccessFile read = new RandomAccessFile(file.toFile(), "r")) {
      byte[] tail = new byte[(int) Math.min(256, read.length())];
      read.seek(read.length() - tail.length);
      read.readFully(tail);
      String[] lines = new String(tail, StandardCharsets.UTF_8).split("\n");
      if (!lines[lines.length - 1].startsWith("{\"end\":true,")) {
        throw new KVException.Unavailable("the export of the server ended early; try again");
      }
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

  /**
   * Sends what the folder holds, an export or the backup of a local store, to a server.
   *
   * @return how many entries the server has taken
   * @throws KVException.Corrupt if it holds neither, or a torn export; nothing was sent then
   * @throws IllegalArgumentException if an entry is beyond the limits; nothing was sent then
   */
  long restore(Requests requests, ServerLimits limits) {
    Path export = Files.isRegularFile(folder) ? folder : folder.resolve(NAME);
    try {
      if (Files.isRegularFile(export)) {
        return send(export, requests, limits);
      }
      Path copy = Files.createTempFile("kvapp-restore", ".ndjson");
      try {
        copyBackup(copy);
        return send(copy, requests, limits);
      } finally {
        Files.deleteIfExists(copy);
      }
    } catch (IOException failed) {
      throw new KVException.Corrupt(export, -1, "it cannot be read (" + failed.getMessage() + ")");
    }
  }

  private long send(Path file, Requests requests, ServerLimits limits) throws IOException {
    check(file, limits);
    Request request =
        Request.write("POST", Target.of("/v1/import").with("sync", "true")).withBody(file);
    return requests.send(
        request,
        Delivery.PROGRESSING,
        response -> response.parse(json -> Json.number(json, "imported")));
  }

  /** Reads all of an export before anything is sent. */
  private static void check(Path file, ServerLimits limits) throws IOException {
    long entries = 0;
    boolean isWhole = false;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(new FileInputStream(file.toFile()), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Json.Members members = members(file, entries + 1, line);
        if (members.isEnd) {
          isWhole = members.number == entries && lines.readLine() == null;
          break;
        }
        limits.key(members.key);
        limits.value(members.value == null ? NOTHING : members.value);
        entries++;
      }
    }
    if (!isWhole) {
      throw new KVException.Corrupt(
          file, -1, "its last line does not end an export of " + entries + " entries");
    }
  }

  private static Json.Members members(Path file, long line, String text) {
    try {
      return Json.members(new JsonReader(new StringReader(text)));
    } catch (IOException | RuntimeException malformed) {
      throw new KVException.Corrupt(file, -1, "line " + line + " is no entry");
    }
  }

  /** Writes the entries of a local backup as an export. */
  private void copyBackup(Path file) throws IOException {
    try (KVStore backup = openBackup();
        Writer lines =
            new BufferedWriter(
                new OutputStreamWriter(
                    new FileOutputStream(file.toFile()), StandardCharsets.ISO_8859_1))) {
      long count = 0;
      Iterator<Entry> entries = backup.entries(Scan.all()).iterator();
      for (; entries.hasNext(); count++) {
        Entry entry = entries.next();
        StringBuilder line = Json.base64(new StringBuilder("{\"key_base64\":"), entry.key());
        Json.base64(line.append(",\"value_base64\":"), entry.value());
        if (entry.expiresAt().isPresent()) {
          String moment = Times.moment(entry.expiresAt().get());
          boolean isNever = moment.equals(Times.NEVER);
          line.append(isNever ? ",\"ttl\":\"" : ",\"expires_at\":\"").append(moment).append('"');
        }
        lines.write(line.append("}\n").toString());
      }
      lines.write("{\"end\":true,\"entries\":" + count + ",\"revision\":0}\n");
    }
  }

  private KVStore openBackup() {
    try {
      return KVStore.open(folder, StoreOptions.defaults().withReadOnly(true));
    } catch (KVException.FolderUnusable none) {
      throw new KVException.Corrupt(
          folder, -1, "there is neither " + NAME + " nor the backup of a store in it");
    }
  }
}

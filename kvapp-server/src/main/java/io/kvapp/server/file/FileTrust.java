package io.kvapp.server.file;

import io.kvapp.KVException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;

/**
 * Whether others could have put something else into a file. A secret is used only if it is this
 * user's or root's and nobody else can write or replace it, which is what sshd asks of its keys.
 * The group of a user alone, which has the user's name, is not somebody else.
 *
 * <p>Where files have no POSIX permissions, everything is trusted.
 *
 * <p>All methods may be called from any thread.
 */
public final class FileTrust {
  private static final int ROOT = 0;
  private static final int STICKY = 01000;

  private FileTrust() {}

  /**
   * Does nothing if nobody but this user and root can change or replace a file.
   *
   * @throws IOException if others can, or it cannot be looked at; the message says what to do
   */
  public static void requireFile(Path file) throws IOException {
    if (!OwnerOnlyFile.isPosix(file)) {
      return;
    }
    requireOwner(file);
    requireNoWriters(file);
    // Where a link was followed, whoever can replace the link chooses the file.
    Path absolute = file.toAbsolutePath();
    for (Path folder : List.of(absolute.getParent(), absolute.toRealPath().getParent())) {
      requireOwner(folder);
      if (!isSticky(folder)) {
        requireNoWriters(folder);
      }
    }
  }

  /**
   * Does nothing if nobody but this user and root can create, replace and remove files in a folder.
   *
   * @param name what the folder is, for messages
   * @throws KVException if others can, or it cannot be looked at; the message says what to do
   */
  public static void requireFolder(String name, Path folder) {
    if (!OwnerOnlyFile.isPosix(folder)) {
      return;
    }
    try {
      requireOwner(folder);
      requireNoWriters(folder);
    } catch (IOException failure) {
      throw new KVException(
          name + " " + folder + " cannot be used: " + FileErrors.reason(failure), failure);
    }
  }

  /** Whether other users may read a file, or list a folder. */
  public static boolean isReadableByOthers(Path file) throws IOException {
    return OwnerOnlyFile.isPosix(file)
        && hasAny(
            Files.getPosixFilePermissions(file),
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.OTHERS_READ);
  }

  private static void requireOwner(Path path) throws IOException {
    int owner = (int) Files.getAttribute(path, "unix:uid");
    if (owner != ROOT && owner != thisUser()) {
      throw new IOException(
          "%s belongs to %s, who can change it; run: chown %s %s"
              .formatted(
                  path, Files.getOwner(path).getName(), System.getProperty("user.name"), path));
    }
  }

  private static void requireNoWriters(Path path) throws IOException {
    PosixFileAttributes found = Files.readAttributes(path, PosixFileAttributes.class);
    boolean isOwnGroup = found.group().getName().equals(found.owner().getName());
    if (hasAny(found.permissions(), PosixFilePermission.OTHERS_WRITE)
        || !isOwnGroup && hasAny(found.permissions(), PosixFilePermission.GROUP_WRITE)) {
      throw new IOException("other users can write %s; run: chmod go-w %s".formatted(path, path));
    }
  }

  private static boolean hasAny(Set<PosixFilePermission> found, PosixFilePermission... wanted) {
    return List.of(wanted).stream().anyMatch(found::contains);
  }

  /** Whether only the owners of the files in a folder can replace them, as in {@code /tmp}. */
  private static boolean isSticky(Path folder) throws IOException {
    return ((int) Files.getAttribute(folder, "unix:mode") & STICKY) != 0;
  }

  private static int thisUser() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (Files.exists(status)) {
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith("Uid:")) {
          return Integer.parseInt(line.split("\\s+")[2]);
        }
      }
    }
    // Other systems tell the owner of a new file.
    Path made = Files.createTempFile("kvapp", null);
    try {
      return (int) Files.getAttribute(made, "unix:uid");
    } finally {
      Files.delete(made);
    }
  }
}

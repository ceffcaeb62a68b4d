package io.kvapp.engine.file;

import io.kvapp.KVException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * What to throw for failures that more than one class meets.
 *
 * <p>Safe for any thread.
 */
public final class StoreFailures {
  private StoreFailures() {}

  /** For a close that finds no space to leave the store clean. */
  public static KVException notClosedCleanly(Path folder, Exception cause) {
    KVException failure =
        new KVException.NoSpace(
            "no space left on the disk of "
                + folder
                + " to close its store cleanly; nothing is lost, and the next open recovers it once"
                + " there is space");
    failure.initCause(cause);
    return failure;
  }

  /** For a call to a store after its close. */
  public static KVException closed() {
    return new KVException.WrongState("the store is closed; open it again to go on");
  }

  /** For a read of a snapshot after its close. */
  public static KVException snapshotClosed() {
    return new KVException.WrongState("the snapshot is closed; take another one to go on");
  }

  /** For a reader of changes after its close. */
  public static KVException changesClosed() {
    return new KVException.WrongState("the changes are closed; ask for them again to go on");
  }

  /** For a write to a store that takes none, since this failure. */
  public static KVException readOnly(Path folder, IOException cause) {
    String prefix = "store " + folder + " is read-only: ";
    if (cause instanceof Disk.Fenced) {
      return new KVException.ReadOnly(prefix + cause.getMessage(), cause);
    }
    if (cause instanceof NoSuchFileException gone) {
      return new KVException.ReadOnly(
          prefix
              + gone.getFile()
              + " was deleted or moved while it was open; close it, put the folder or a backup in"
              + " its place, and open it again",
          cause);
    }
    return new KVException.ReadOnly(folder, cause);
  }

  /** For a data folder or backup folder that cannot be made, read or written. */
  public static KVException unusable(Path folder, IOException failure) {
    if (failure instanceof NoSpaceException) {
      return new KVException.NoSpace(folder, 0, failure);
    }
    return new KVException.FolderUnusable(
        folder,
        reason(failure) + "; correct the path or its permissions, or choose another folder",
        failure);
  }

  /**
   * Checks that a path is that of a file, unless nothing is there: a read of a named pipe would
   * wait for ever.
   *
   * @return the path
   */
  public static Path requireFile(Path path) throws IOException {
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new FileSystemException(path.toString(), null, "it is not a file");
    }
    return path;
  }

  /** For a folder to read from that has no store. */
  public static KVException notToRead(Path folder, String reason) {
    return new KVException.FolderUnusable(
        folder, reason + "; correct the path, as nothing is made where it is only read", null);
  }

  /** Why a path is not that of a folder. */
  public static String whyNoFolder(Path path) {
    if (Files.exists(path)) {
      return "it is a file, not a folder";
    }
    return Files.isSymbolicLink(path)
        ? "it is a symbolic link to what is not there"
        : "there is no such folder";
  }

  private static String reason(IOException failure) {
    if (failure instanceof AccessDeniedException denied) {
      return "access to " + denied.getFile() + " is denied";
    }
    if (failure instanceof NoSuchFileException missing) {
      return missing.getFile() + " cannot be made";
    }
    if (failure instanceof FileAlreadyExistsException taken) {
      Path link = Path.of(taken.getFile());
      if (Files.isSymbolicLink(link)) {
        return link + " is a symbolic link to what is not there";
      }
      return taken.getFile() + " is a file, not a folder";
    }
    return failure.getMessage();
  }
}

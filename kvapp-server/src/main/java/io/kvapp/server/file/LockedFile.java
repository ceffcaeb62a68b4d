package io.kvapp.server.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * Changes a {@link OwnerOnlyFile} according to what it says. Changes that are made at the same
 * time, by other processes too, all happen.
 *
 * <p>All methods may be called from any thread.
 */
public final class LockedFile {
  private LockedFile() {}

  /** Reads the file and makes its new content of it. */
  @FunctionalInterface
  public interface Change {
    /** The new content; the file is locked meanwhile. */
    byte[] content() throws IOException;
  }

  /**
   * Replaces {@code file}.
   *
   * @throws IOException if it is not there, or cannot be read or replaced
   */
  public static void change(Path file, Change change) throws IOException {
    // Within this process a file lock is not waited for but fails.
    synchronized (LockedFile.class) {
      while (!changeIfNotReplaced(file, change)) {
        Thread.onSpinWait();
      }
    }
  }

  /** False if another process replaced the file before it was locked. */
  private static boolean changeIfNotReplaced(Path file, Change change) throws IOException {
    Object before = identity(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.lock();
      if (!Objects.equals(before, identity(file))) {
        return false;
      }
      OwnerOnlyFile.replace(file, change.content());
      return true;
    }
  }

  private static Object identity(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }
}

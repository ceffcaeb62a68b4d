package io.kvapp.server.file;

import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/**
 * Says in words why a file could not be used, where the exception names the file only.
 *
 * <p>All methods may be called from any thread.
 */
public final class FileErrors {
  private FileErrors() {}

  /** The end of a sentence that names the file. */
  public static String reason(Exception failure) {
    if (failure instanceof NoSuchFileException) {
      return "there is no such file or folder";
    }
    if (failure instanceof AccessDeniedException) {
      return "it may not be read or written by this user";
    }
    return String.valueOf(failure.getMessage());
  }
}

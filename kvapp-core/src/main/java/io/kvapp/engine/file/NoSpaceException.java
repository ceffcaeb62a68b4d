package io.kvapp.engine.file;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A write that failed, or was not tried, since the file system has too little space for it: bytes,
 * files or a quota. {@link Disk} throws it after asking the file system; the text of a failure is
 * localized and decides nothing.
 */
public final class NoSpaceException extends IOException {
  private static final long serialVersionUID = 1;

  private final long neededBytes;

  /**
   * Space that is missing.
   *
   * @param file what was to be written
   * @param neededBytes how much has to be free for it; 0 where that is not known
   * @param cause the failed write; null for one that was not tried
   */
  public NoSpaceException(Path file, long neededBytes, IOException cause) {
    super(
        neededBytes > 0
            ? "no space for the " + neededBytes + " bytes of " + file
            : "no space for " + file,
        cause);
    this.neededBytes = neededBytes;
  }

  /** How many bytes have to be free; 0 where that is not known. */
  public long neededBytes() {
    return neededBytes;
  }
}

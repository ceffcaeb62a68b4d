package io.kvapp.server.command.data;

import io.kvapp.KVException;
import io.kvapp.server.command.terminal.Terminal;
import io.kvapp.server.file.FileErrors;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessMode;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that a command reads, or standard input; it knows how much of it is read.
 *
 * <p>Not thread-safe.
 */
final class InputFile extends FilterInputStream {
  private final long size;
  private long position;

  private InputFile(InputStream input, long size) {
    super(input);
    this.size = size;
  }

  /**
   * Opens a file.
   *
   * @param file null or - for standard input
   * @throws KVException if it cannot be read
   */
  static InputFile open(Path file, Terminal terminal) {
    if (isStandardInput(file)) {
      return new InputFile(terminal.input(), -1);
    }
    requireThere(file);
    try {
      long size = Files.isRegularFile(file) ? Files.size(file) : -1;
      return new InputFile(Files.newInputStream(file), size);
    } catch (IOException failure) {
      throw unreadable(file, failure);
    }
  }

  /**
   * Checks that a file can be read, and does not open it: a pipe is opened once.
   *
   * @param file null or - for standard input
   * @throws KVException if it cannot
   */
  static void requireThere(Path file) {
    if (isStandardInput(file)) {
      return;
    }
    if (Files.isDirectory(file)) {
      throw new KVException(file + " is a folder; name a file");
    }
    try {
      file.getFileSystem().provider().checkAccess(file, AccessMode.READ);
    } catch (IOException failure) {
      throw unreadable(file, failure);
    }
  }

  private static boolean isStandardInput(Path file) {
    return file == null || file.toString().equals("-");
  }

  private static KVException unreadable(Path file, IOException failure) {
    return new KVException(
        file + " cannot be read (" + FileErrors.reason(failure) + "); name a file that is there",
        failure);
  }

  /** How many bytes it has; -1 where that is not known. */
  long size() {
    return size;
  }

  /** How many bytes of it are read. */
  long position() {
    return position;
  }

  @Override
  public int read() throws IOException {
    int octet = super.read();
    position += octet < 0 ? 0 : 1;
    return octet;
  }

  @Override
  public int read(byte[] target, int from, int length) throws IOException {
    int read = super.read(target, from, length);
    position += Math.max(0, read);
    return read;
  }
}

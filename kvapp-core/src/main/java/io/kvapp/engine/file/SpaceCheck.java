package io.kvapp.engine.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Tells whether a call of the system failed for want of space, by asking the file system: first how
 * much is free, and where that is enough, whether it takes a small new file, as it does not when a
 * quota or the number of files is used up.
 *
 * <p>Safe for any thread that is never interrupted.
 */
final class SpaceCheck {
  /** The name of the small new file; it is deleted at once. */
  static final String PROBE = "space-probe.tmp";

  /** File systems take some space of their own for what they are given. */
  private static final long OVERHEAD_BYTES = 1 << 20;

  private static final int PROBE_BYTES = 4096;

  /** Space that a failed write lacked may be there again when it is asked for, so it is retried. */
  private static final int MAX_ATTEMPTS = 3;

  private SpaceCheck() {}

  /** A call of the system that takes space. */
  interface SpaceTaking<T> {
    T run() throws IOException;
  }

  /**
   * Makes a call that takes space.
   *
   * @param bytes how much it takes
   * @throws NoSpaceException if there is less, as the file system says
   */
  static <T> T taking(Disk disk, Path file, long bytes, SpaceTaking<T> call) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return call.run();
      } catch (IOException failure) {
        require(disk, file, bytes, failure);
        if (attempt == MAX_ATTEMPTS || !isUnnamed(failure)) {
          throw failure;
        }
      }
    }
  }

  /** Throws a NoSpaceException if that is why a call has failed. */
  static void require(Disk disk, Path file, long bytes, IOException failure)
      throws NoSpaceException {
    if (isUnnamed(failure) && isShort(disk, file.toAbsolutePath().getParent(), bytes)) {
      throw new NoSpaceException(file, bytes, failure);
    }
  }

  /**
   * Whether a failure to write says nothing of its reason but in its text. Others, such as one for
   * want of permission, have a type of their own.
   */
  private static boolean isUnnamed(IOException failure) {
    return !(failure instanceof NoSpaceException)
        && !(failure instanceof ClosedChannelException)
        && (!(failure instanceof FileSystemException)
            || failure.getClass() == FileSystemException.class);
  }

  /** Whether a write of so many bytes into a folder lacks space. */
  private static boolean isShort(Disk disk, Path folder, long bytes) {
    try {
      return disk.usableBytes(folder) < bytes + OVERHEAD_BYTES
          || !Files.getFileStore(folder).isReadOnly() && takesNoFile(folder);
    } catch (IOException unknown) {
      return false;
    }
  }

  private static synchronized boolean takesNoFile(Path folder) throws IOException {
    // What fails here is no lack of space: too many open files, for example.
    FileChannel.open(folder, StandardOpenOption.READ).close();
    Path probe = folder.resolve(PROBE);
    try (FileChannel channel =
        FileChannel.open(
            probe,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      channel.write(ByteBuffer.allocate(PROBE_BYTES));
      return false;
    } catch (IOException failure) {
      return isUnnamed(failure);
    }
  }
}

package io.kvapp.engine.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Fills new files with zeros, so that their blocks are there.
 *
 * <p>Safe for any thread.
 */
final class Zeros {
  /** How many bytes are written before they are synced, so that no sync takes long. */
  static final long BYTES_BETWEEN_SYNCS = 32 << 20;

  private static final int SMALL_PIECE_BYTES = 16 << 10;
  private static final int HUGE_PIECE_BYTES = 4 << 20;

  private Zeros() {}

  /**
   * Writes zeros from the beginning of a file on.
   *
   * @param hugePages whether to write in pieces so large that Linux keeps each in huge pages of its
   *     cache, where the file system lets it
   * @param bytesBetweenSyncs after how many bytes those before are synced
   */
  static void write(
      Disk disk,
      FileChannel channel,
      Path file,
      long bytes,
      boolean hugePages,
      long bytesBetweenSyncs)
      throws IOException {
    int pieceBytes = hugePages ? HUGE_PIECE_BYTES : SMALL_PIECE_BYTES;
    ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(bytes, pieceBytes));
    try {
      long synced = 0;
      for (long written = 0; written < bytes; ) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - written));
        long at = written;
        written += SpaceCheck.taking(disk, file, bytes - at, () -> channel.write(zeros, at));
        if (written - synced >= bytesBetweenSyncs) {
          disk.sync(channel, file);
          synced = written;
        }
      }
    } finally {
      Unmapper.unmap(zeros);
    }
  }
}

package io.kvapp.engine.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Fills the holes of a file where the system has no command for that: writes each page of zeros
 * again, since a hole reads as one.
 *
 * <p>For a thread that is never interrupted.
 */
final class Holes {
  private static final int PAGE_BYTES = 4096;

  private Holes() {}

  static void fill(Disk disk, Path file) throws IOException {
    ByteBuffer page = ByteBuffer.allocate(PAGE_BYTES);
    ByteBuffer zeros = ByteBuffer.allocate(PAGE_BYTES);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long bytes = channel.size();
      for (long at = 0; at < bytes; at += PAGE_BYTES) {
        int length = (int) Math.min(PAGE_BYTES, bytes - at);
        page.clear().limit(length);
        if (channel.read(page, at) == length && page.flip().equals(zeros.clear().limit(length))) {
          long from = at;
          SpaceCheck.taking(disk, file, length, () -> channel.write(zeros, from));
        }
      }
      disk.sync(channel, file);
    }
  }
}

package io.kvapp.engine.hashtable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Overwrites bytes of a mapped file by calls of the system instead of through the mapping; on Linux
 * only, where a change made in one way is visible in the other at once.
 *
 * <p>A store into a page of the mapping that the system has saved since the last one costs a page
 * fault, and saving such a page an interrupt of every processor. A call costs neither, but more
 * than a store into a page that is not saved in between. So calls pay off where there are more
 * pages than are written to again before the system saves them.
 *
 * <p>Safe for any thread, an interrupted one too.
 */
final class InPlaceWriter implements AutoCloseable {
  private final FileChannel channel;

  private InPlaceWriter(FileChannel channel) {
    this.channel = channel;
  }

  /** A writer of a file; null where calls are not to be had, so that the mapping has to do. */
  static InPlaceWriter open(Path file) {
    if (!System.getProperty("os.name").equals("Linux")) {
      return null;
    }
    try {
      return new InPlaceWriter(uninterruptible(FileChannel.open(file, StandardOpenOption.WRITE)));
    } catch (IOException | ReflectiveOperationException unavailable) {
      return null;
    }
  }

  /** A channel that no caller's interrupt closes. */
  private static FileChannel uninterruptible(FileChannel channel)
      throws IOException, ReflectiveOperationException {
    try {
      Class.forName("sun.nio.ch.FileChannelImpl").getMethod("setUninterruptible").invoke(channel);
      return channel;
    } catch (Throwable failure) {
      channel.close();
      throw failure;
    }
  }

  /** Writes the rest of {@code bytes} over those at an offset of the file. */
  void write(ByteBuffer bytes, long offset) {
    long at = offset;
    try {
      while (bytes.hasRemaining()) {
        at += channel.write(bytes, at);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}

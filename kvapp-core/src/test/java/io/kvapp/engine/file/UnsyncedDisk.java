package io.kvapp.engine.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** A disk that waits for nothing, for tests in which no power is cut. Safe for any thread. */
public final class UnsyncedDisk extends Disk {
  @Override
  public void preallocate(FileChannel channel, Path file, long bytes, boolean hugePages)
      throws IOException {
    channel.write(ByteBuffer.allocate(1), bytes - 1);
  }

  @Override
  public void force(FileChannel channel, Path file) {}

  @Override
  public void force(MappedByteBuffer mapping, int from, int length) {}

  @Override
  public void forceFolder(Path folder) {}
}

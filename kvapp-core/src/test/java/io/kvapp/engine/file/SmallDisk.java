package io.kvapp.engine.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A disk that has room for so many bytes of one folder, and counts what is written. It waits for
 * nothing. Safe for any thread.
 */
public final class SmallDisk extends Disk {
  private final Path folder;
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong questions = new AtomicLong();
  private volatile long capacity = Long.MAX_VALUE;
  private volatile IOException failure;

  public SmallDisk(Path folder) {
    this.folder = folder;
  }

  /** Leaves so many bytes free. */
  public void leave(long bytes) throws IOException {
    capacity = used() + bytes;
  }

  /** Has every sync fail from now on. */
  public void failSyncs() {
    failure = new IOException("Input/output error");
  }

  /** How many bytes were written to files so far, those of files that are gone included. */
  public long written() {
    return written.get();
  }

  /** How often it was asked what is free, as it is at least once in every tick of a store. */
  public long questions() {
    return questions.get();
  }

  private long used() throws IOException {
    while (true) {
      try {
        long bytes = 0;
        for (Path file : list(folder, "*")) {
          bytes += size(file);
        }
        return bytes;
      } catch (NoSuchFileException gone) {
        // deleted meanwhile
      }
    }
  }

  @Override
  public long usableBytes(Path any) throws IOException {
    questions.incrementAndGet();
    return capacity == Long.MAX_VALUE ? capacity : Math.max(0, capacity - used());
  }

  private void take(Path file, long bytes) throws IOException {
    if (usableBytes(folder) < bytes) {
      throw new NoSpaceException(file, bytes, new IOException("full"));
    }
    written.addAndGet(bytes);
  }

  @Override
  public void write(FileChannel channel, Path file, ByteBuffer bytes) throws IOException {
    take(file, bytes.remaining());
    super.write(channel, file, bytes);
  }

  @Override
  public void preallocate(FileChannel channel, Path file, long bytes, boolean hugePages)
      throws IOException {
    take(file, bytes);
    channel.write(ByteBuffer.allocate(1), bytes - 1);
  }

  @Override
  public void createWithZeros(Path file, byte[] head, long bytes, boolean hugePages)
      throws IOException {
    take(file, bytes);
    super.createWithZeros(file, head, bytes, hugePages);
  }

  @Override
  public void force(FileChannel channel, Path file) {}

  @Override
  public void force(MappedByteBuffer mapping, int from, int length) throws IOException {
    IOException now = failure;
    if (now != null) {
      throw now;
    }
  }

  @Override
  public void forceFolder(Path any) {}
}

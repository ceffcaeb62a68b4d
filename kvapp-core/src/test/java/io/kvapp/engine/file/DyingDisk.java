package io.kvapp.engine.file;

import io.kvapp.engine.crash.CrashChild;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** A disk that ends the process in the middle of its n-th change of a file, of those that count. */
public final class DyingDisk extends Disk {
  private final AtomicLong left;
  private final BooleanSupplier counts;

  /**
   * A disk for a process that dies.
   *
   * @param counts asked on the thread that changes a file
   */
  public DyingDisk(long lastCall, BooleanSupplier counts) {
    left = new AtomicLong(lastCall);
    this.counts = counts;
  }

  private boolean isLast() {
    return counts.getAsBoolean() && left.decrementAndGet() == 0;
  }

  private static void die() {
    Runtime.getRuntime().halt(CrashChild.DIED);
  }

  @Override
  public FileChannel create(Path file) throws IOException {
    FileChannel channel = super.create(file);
    if (isLast()) {
      die();
    }
    return channel;
  }

  @Override
  public void write(FileChannel channel, Path file, ByteBuffer bytes) throws IOException {
    if (isLast()) {
      super.write(channel, file, bytes.duplicate().limit(bytes.limit() / 2));
      die();
    }
    super.write(channel, file, bytes);
  }

  @Override
  public void write(RandomAccessFile file, long offset, byte[] bytes, int length)
      throws IOException {
    if (isLast()) {
      super.write(file, offset, bytes, length / 2);
      die();
    }
    super.write(file, offset, bytes, length);
  }

  @Override
  public void preallocate(FileChannel channel, Path file, long bytes, boolean hugePages)
      throws IOException {
    if (isLast()) {
      super.preallocate(channel, file, bytes / 2, hugePages);
      die();
    }
    super.preallocate(channel, file, bytes, hugePages);
  }

  @Override
  public void truncate(FileChannel channel, long bytes) throws IOException {
    super.truncate(channel, bytes);
    if (isLast()) {
      die();
    }
  }

  @Override
  public void force(FileChannel channel, Path file) throws IOException {
    if (isLast()) {
      die();
    }
    super.force(channel, file);
  }

  @Override
  public void force(MappedByteBuffer mapping, int from, int length) throws IOException {
    super.force(mapping, from, length);
    if (isLast()) {
      die();
    }
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    super.move(from, to);
    if (isLast()) {
      die();
    }
  }

  @Override
  public void forceFolder(Path folder) throws IOException {
    super.forceFolder(folder);
    if (isLast()) {
      die();
    }
  }

  @Override
  public void createWithZeros(Path file, byte[] head, long bytes, boolean hugePages)
      throws IOException {
    super.createWithZeros(file, head, bytes, hugePages);
    if (isLast()) {
      die();
    }
  }

  @Override
  public void delete(Path file) throws IOException {
    super.delete(file);
    if (isLast()) {
      die();
    }
  }
}

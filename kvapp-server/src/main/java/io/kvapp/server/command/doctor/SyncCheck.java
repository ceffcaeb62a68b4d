package io.kvapp.server.command.doctor;

import io.kvapp.server.file.FileErrors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * How long the disk takes to sync a write: 100 times 4 KiB over blocks that are there, as the
 * journal is written, in a file that is deleted afterwards.
 *
 * <p>For one thread; used once.
 */
final class SyncCheck implements Check {
  private static final int WRITES = 100;
  private static final int BLOCK_BYTES = 4096;
  private static final long SLOW_NANOS = 50_000_000;

  private final Path folder;
  private final boolean readOnly;
  private final LongSupplier nanoTime;

  SyncCheck(Path folder, boolean readOnly, LongSupplier nanoTime) {
    this.folder = folder;
    this.readOnly = readOnly;
    this.nanoTime = nanoTime;
  }

  @Override
  public List<Finding> findings() {
    if (readOnly) {
      return List.of();
    }
    Path existing = FolderCheck.existing(folder);
    try {
      Path file = Files.createTempFile(existing, "kvapp-doctor-", ".tmp");
      try {
        return List.of(finding(Latencies.of(measure(file))));
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException failure) {
      return List.of(
          Finding.fail(
              "write",
              existing + " cannot be written: " + FileErrors.reason(failure),
              "let this user write there, or choose another folder with --data"));
    }
  }

  private static Finding finding(Latencies found) {
    String text = WRITES + " synced writes took " + found;
    return found.p99Nanos() > SLOW_NANOS
        ? Finding.warn(
            "write",
            text,
            "with --durability sync writes wait for that; use a faster disk, or look what else"
                + " writes to this one")
        : Finding.ok("write", text);
  }

  private long[] measure(Path file) throws IOException {
    byte[] block = new byte[BLOCK_BYTES];
    long[] nanos = new long[WRITES];
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      write(channel, new byte[WRITES * BLOCK_BYTES], 0);
      channel.force(true);
      Arrays.fill(block, (byte) 1);
      for (int i = 0; i < WRITES; i++) {
        long start = nanoTime.getAsLong();
        write(channel, block, (long) i * BLOCK_BYTES);
        channel.force(false);
        nanos[i] = nanoTime.getAsLong() - start;
      }
    }
    return nanos;
  }

  private static void write(FileChannel channel, byte[] bytes, long position) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer, position + buffer.position());
    }
  }
}

package io.kvapp.engine.hashtable;

import io.kvapp.engine.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The {@linkplain PartChecksums checksums} of the parts of a closed hash table, in a file beside
 * it.
 *
 * <p>Stateless. Its channels are for threads that nobody interrupts.
 */
public final class PartChecksumsFile {
  private static final long MAX_BYTES = 4 << 20;

  private PartChecksumsFile() {}

  private static Path beside(Path table) {
    return table.resolveSibling(table.getFileName() + ".sums");
  }

  /** Writes the checksums of a hash table; returns their own. */
  static long write(Disk disk, Path table, int[] checksums) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(checksums.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(checksums);
    Path file = beside(table);
    disk.delete(file);
    try (FileChannel channel = disk.create(file)) {
      disk.write(channel, file, bytes.duplicate());
    }
    return checksum(bytes.array());
  }

  /**
   * The checksums of a hash table.
   *
   * @param expected what their own checksum must be
   * @throws IOException if the file is not as it was written
   */
  static int[] read(Path table, long expected) throws IOException {
    Path file = beside(table);
    if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
      throw new IOException(file + " is missing or has been changed");
    }
    byte[] bytes = Files.readAllBytes(file);
    if (checksum(bytes) != expected || bytes.length % Integer.BYTES != 0) {
      throw new IOException(file + " does not match its checksum");
    }
    int[] checksums = new int[bytes.length / Integer.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(checksums);
    return checksums;
  }

  private static long checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return crc.getValue();
  }
}

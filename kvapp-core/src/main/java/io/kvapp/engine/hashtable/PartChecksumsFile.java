package io.kvapp.engine.hashtable;

import io.kvapp.engine.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** The checksums of the segments of a closed map, in a file beside it. */
public final class PartChecksumsFile {
  private static final long MAX_BYTES = 4 << 20;

  private PartChecksumsFile() {}

  private static Path beside(Path map) {
    return map.resolveSibling(map.getFileName() + ".sums");
  }

  /** Writes the checksums of a map; returns their own. */
  static long write(Disk disk, Path map, int[] sums) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(sums.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(sums);
    Path file = beside(map);
    disk.delete(file);
    try (FileChannel channel = disk.create(file)) {
      disk.write(channel, bytes.duplicate());
    }
    return check(bytes.array());
  }

  /**
   * The checksums of a map.
   *
   * @param check what their own checksum must be
   * @throws IOException if the file is not as it was written
   */
  static int[] read(Path map, long check) throws IOException {
    Path file = beside(map);
    if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
      throw new IOException(file + " is missing or has been changed");
    }
    byte[] bytes = Files.readAllBytes(file);
    if (check(bytes) != check || bytes.length % Integer.BYTES != 0) {
      throw new IOException(file + " does not match its checksum");
    }
    int[] sums = new int[bytes.length / Integer.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(sums);
    return sums;
  }

  private static long check(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return crc.getValue();
  }
}

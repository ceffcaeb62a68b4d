package io.kvapp.engine.model;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The checksum of a value, made when the store takes the value and kept with it wherever it goes.
 *
 * <p>Safe for any thread.
 */
public final class ValueChecksum {
  private static final int PIECE_BYTES = 16 << 10;

  private ValueChecksum() {}

  /** The CRC32C of a value; 0 for an empty one. */
  public static int of(byte[] value) {
    CRC32C crc = new CRC32C();
    crc.update(value);
    return (int) crc.getValue();
  }

  /**
   * The CRC32C of all of a buffer, which may be part of a mapping: by copies, since the JVM dies
   * where a checksum meets a page of a mapping that is gone.
   *
   * @throws InternalError if a page is gone
   */
  public static int of(ByteBuffer value) {
    CRC32C crc = new CRC32C();
    byte[] piece = new byte[Math.min(value.capacity(), PIECE_BYTES)];
    for (int done = 0; done < value.capacity(); done += piece.length) {
      int length = Math.min(piece.length, value.capacity() - done);
      value.get(done, piece, 0, length);
      crc.update(piece, 0, length);
    }
    return (int) crc.getValue();
  }
}

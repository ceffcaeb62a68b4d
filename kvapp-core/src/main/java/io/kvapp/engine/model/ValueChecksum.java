package io.kvapp.engine.model;

import java.util.zip.CRC32C;

/**
 * The checksum of a value, made when the store takes the value and kept with it wherever it goes.
 *
 * <p>Safe for any thread.
 */
public final class ValueChecksum {
  private ValueChecksum() {}

  /** The CRC32C of a value; 0 for an empty one. */
  public static int of(byte[] value) {
    CRC32C crc = new CRC32C();
    crc.update(value);
    return (int) crc.getValue();
  }
}

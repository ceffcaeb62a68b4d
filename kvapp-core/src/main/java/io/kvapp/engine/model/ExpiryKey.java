package io.kvapp.engine.model;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Keys under which entries are found in the order in which they expire: the time as eight bytes,
 * big-endian, then the key of the entry.
 *
 * <p>Safe for any thread.
 */
public final class ExpiryKey {
  private ExpiryKey() {}

  public static byte[] key(long expiresAt, byte[] entryKey) {
    return ByteBuffer.allocate(Long.BYTES + entryKey.length)
        .putLong(expiresAt)
        .put(entryKey)
        .array();
  }

  /** Where the expiry keys of entries begin that expire at this time or later. */
  public static byte[] from(long expiresAt) {
    return key(expiresAt, new byte[0]);
  }

  /** The lowest key above another. */
  public static byte[] behind(byte[] expiryKey) {
    return Arrays.copyOf(expiryKey, expiryKey.length + 1);
  }

  public static long expiresAt(byte[] expiryKey) {
    return ByteBuffer.wrap(expiryKey).getLong();
  }

  public static byte[] entryKey(byte[] expiryKey) {
    return Arrays.copyOfRange(expiryKey, Long.BYTES, expiryKey.length);
  }
}

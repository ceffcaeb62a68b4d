package io.kvapp.engine.model;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Keys under which entries are found in the order in which they expire: the time as eight bytes,
 * big-endian with the sign bit flipped, so that times before 1970 come first, then the key of the
 * entry.
 *
 * <p>Safe for any thread.
 */
public final class ExpiryKey {
  private ExpiryKey() {}

  public static byte[] key(long expiresAt, byte[] entryKey) {
    return ByteBuffer.allocate(Long.BYTES + entryKey.length)
        .putLong(Limits.instant(expiresAt) ^ Long.MIN_VALUE)
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

  /** The point in time at which the entry of the key expires. */
  public static long instant(byte[] expiryKey) {
    return ByteBuffer.wrap(expiryKey).getLong() ^ Long.MIN_VALUE;
  }

  /** Whether a key is the one of an entry with this expiry. */
  public static boolean isOf(byte[] expiryKey, long expiresAt) {
    return expiresAt != 0 && instant(expiryKey) == Limits.instant(expiresAt);
  }

  public static byte[] entryKey(byte[] expiryKey) {
    return Arrays.copyOfRange(expiryKey, Long.BYTES, expiryKey.length);
  }
}

package io.kvapp.engine.model;

/**
 * One change of one key.
 *
 * <p>Immutable, as far as the arrays are.
 *
 * @param key the key
 * @param value the new value; null to delete
 * @param expiresAt when the new entry expires, in milliseconds since the epoch, 0 for never; of a
 *     delete, when the entry expired that it removes, 0 for one that did not
 * @param valueChecksum the {@link ValueChecksum} of the value; 0 for a delete
 */
public record Operation(byte[] key, byte[] value, long expiresAt, int valueChecksum) {
  /** A put of arrays that do not change any more. */
  public static Operation put(byte[] key, byte[] value, long expiresAt) {
    return new Operation(key, value, expiresAt, ValueChecksum.of(value));
  }

  public static Operation delete(byte[] key) {
    return new Operation(key, null, 0, 0);
  }

  /** The removal of an entry whose time, this one, has passed. */
  public static Operation expire(byte[] key, long expiresAt) {
    return new Operation(key, null, expiresAt, 0);
  }

  /** Whether it makes an entry that expires. */
  public boolean hasExpiry() {
    return value != null && expiresAt != 0;
  }

  public boolean isDelete() {
    return value == null;
  }

  public int valueLength() {
    return value == null ? 0 : value.length;
  }
}

package io.kvapp.engine.model;

/**
 * One change of one key.
 *
 * <p>Immutable, as far as the arrays are.
 *
 * @param key the key
 * @param value the new value; null to delete
 * @param expiresAt when the new entry expires, in milliseconds since the epoch; 0 for never
 */
public record Operation(byte[] key, byte[] value, long expiresAt) {
  public static Operation put(byte[] key, byte[] value, long expiresAt) {
    return new Operation(key, value, expiresAt);
  }

  public static Operation delete(byte[] key) {
    return new Operation(key, null, 0);
  }

  public boolean isDelete() {
    return value == null;
  }

  public int valueLength() {
    return value == null ? 0 : value.length;
  }
}

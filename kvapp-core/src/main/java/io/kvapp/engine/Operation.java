package io.kvapp.engine;

/**
 * One change of one key.
 *
 * @param key the key
 * @param value the new value; null to delete
 * @param expiresAt when the new entry expires, in milliseconds since the epoch; 0 for never
 */
record Operation(byte[] key, byte[] value, long expiresAt) {
  static Operation put(byte[] key, byte[] value, long expiresAt) {
    return new Operation(key, value, expiresAt);
  }

  static Operation delete(byte[] key) {
    return new Operation(key, null, 0);
  }

  boolean isDelete() {
    return value == null;
  }

  int valueLength() {
    return value == null ? 0 : value.length;
  }
}

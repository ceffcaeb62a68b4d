package io.kvapp;

/**
 * One operation of a {@link Batch}. Its arrays are the batch's own and must not be changed.
 *
 * <p>Immutable as long as the arrays are left alone, and then safe for any thread.
 */
public sealed interface BatchOperation {
  /** The key it is about. */
  byte[] key();

  /** Whether it may change something. */
  default boolean writes() {
    return !(this instanceof Get);
  }

  /**
   * Writes an entry.
   *
   * @param key the key
   * @param value the value
   * @param expiry when the entry expires
   */
  record Put(byte[] key, byte[] value, Expiry expiry) implements BatchOperation {}

  /**
   * Removes an entry where there is one.
   *
   * @param key the key
   */
  record Delete(byte[] key) implements BatchOperation {}

  /**
   * Changes when an entry expires, where there is one.
   *
   * @param key the key
   * @param expiry when it expires
   */
  record Touch(byte[] key, Expiry expiry) implements BatchOperation {}

  /**
   * Adds to a number.
   *
   * @param key the key
   * @param delta what is added
   * @param ofNew when the entry expires if this operation creates it
   */
  record Add(byte[] key, long delta, Expiry ofNew) implements BatchOperation {}

  /**
   * Reads an entry as it is before the batch.
   *
   * @param key the key
   */
  record Get(byte[] key) implements BatchOperation {}
}

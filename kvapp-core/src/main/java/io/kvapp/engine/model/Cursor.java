package io.kvapp.engine.model;

/**
 * Steps through sorted changes, upwards or downwards. Stands before the first one until {@link
 * #next()} is called; the accessors return that of the change it stands on.
 *
 * <p>For one thread.
 */
public interface Cursor {
  /** Goes to the next change; false when there is none. */
  boolean next();

  /** The key; the array must not be changed. */
  byte[] key();

  /** An array with the key that the caller may keep and change. */
  byte[] ownKey();

  long revision();

  /** Milliseconds since the epoch; 0 for never. */
  long expiresAt();

  /** Whether the change is a delete. */
  boolean isDelete();

  int valueLength();

  /** A new array with the value; empty for a delete. */
  byte[] value();
}

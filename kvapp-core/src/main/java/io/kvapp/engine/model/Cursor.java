package io.kvapp.engine.model;

/**
 * Steps through sorted changes, upwards or downwards. Stands before the first one until {@link
 * #next()} is called; the accessors return that of the change it stands on.
 *
 * <p>For one thread.
 */
public interface Cursor extends StoredChange {
  /** Goes to the next change; false when there is none. */
  boolean next();

  /** The key; the array must not be changed. */
  byte[] key();

  /** An array with the key that the caller may keep and change. */
  byte[] ownKey();
}

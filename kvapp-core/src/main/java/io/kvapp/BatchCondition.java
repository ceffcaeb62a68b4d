package io.kvapp;

/**
 * One condition of a {@link Batch}. Its arrays are the batch's own and must not be changed.
 *
 * <p>Immutable as long as the arrays are left alone, and then safe for any thread.
 */
public sealed interface BatchCondition {
  /** The key it is about. */
  byte[] key();

  /**
   * The entry has a revision.
   *
   * @param key the key
   * @param revision the revision it must have; 0 when there must be no entry
   */
  record Revision(byte[] key, long revision) implements BatchCondition {}

  /**
   * There is an entry.
   *
   * @param key the key
   */
  record Present(byte[] key) implements BatchCondition {}

  /**
   * There is an entry with a value.
   *
   * @param key the key
   * @param value the bytes it must have
   */
  record Value(byte[] key, byte[] value) implements BatchCondition {}
}

package io.kvapp;

import java.util.Optional;

/**
 * What became of one operation of a {@link Batch}. {@code expiresAtMillis} is in milliseconds since
 * the epoch, 0 for never, as {@link Entry#expiresAtMillis()}.
 *
 * <p>Immutable as long as the arrays of an entry are left alone, and then safe for any thread.
 */
public sealed interface OperationResult {
  /**
   * Of {@link Batch#put(byte[], byte[], Expiry)}.
   *
   * @param created whether there was no entry before
   * @param expiresAtMillis when the entry expires; it is gone already if that has passed
   */
  record Put(boolean created, long expiresAtMillis) implements OperationResult {}

  /**
   * Of {@link Batch#delete(byte[])}.
   *
   * @param deleted whether there was an entry
   */
  record Delete(boolean deleted) implements OperationResult {}

  /**
   * Of {@link Batch#touch(byte[], Expiry)}.
   *
   * @param touched whether there was an entry
   * @param expiresAtMillis when it expires, gone already if that has passed; 0 where there was none
   */
  record Touch(boolean touched, long expiresAtMillis) implements OperationResult {}

  /**
   * Of {@link Batch#add(byte[], long, Expiry)}.
   *
   * @param number the sum, which is the new value
   * @param expiresAtMillis when the entry expires; it is gone already if that has passed
   */
  record Add(long number, long expiresAtMillis) implements OperationResult {}

  /**
   * Of {@link Batch#get(byte[])}.
   *
   * @param entry the entry as it was before the batch; empty where there was none
   */
  record Get(Optional<Entry> entry) implements OperationResult {}
}

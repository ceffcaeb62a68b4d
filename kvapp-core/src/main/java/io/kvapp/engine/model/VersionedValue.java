package io.kvapp.engine.model;

import io.kvapp.Entry;

/**
 * The value of an entry with its revision.
 *
 * <p>Immutable, as far as the array is.
 *
 * @param revision the revision of the write that stored it
 * @param expiresAt when the entry expires, in milliseconds since the epoch; 0 for never
 * @param value its bytes, or null when they are stored elsewhere
 */
public record VersionedValue(long revision, long expiresAt, byte[] value) {
  /**
   * The entry that a caller gets.
   *
   * @param maxValueBytes the value is left out if it is larger
   */
  public Entry entry(byte[] key, int maxValueBytes) {
    return value.length <= maxValueBytes
        ? new Entry(key, value, revision, expiresAt)
        : Entry.withoutValue(key, value.length, revision, expiresAt);
  }
}

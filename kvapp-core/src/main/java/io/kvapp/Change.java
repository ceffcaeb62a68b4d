package io.kvapp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * One change of a store, or a mark between changes, from {@link Changes}.
 *
 * <p>The arrays belong to the caller. Two changes are equal when all their parts are. Immutable as
 * long as the caller leaves the arrays alone, and then safe for any thread.
 *
 * @param kind what has happened
 * @param key the key; empty for {@link Kind#RESET} and {@link Kind#SYNCED}
 * @param value the new value; empty for all but {@link Kind#PUT}, and where keys only were asked
 *     for
 * @param revision the revision of the write; of a mark, the one as of which it is true
 * @param expiresAtMillis when the entry expires, as in {@link Entry#expiresAtMillis()}; of an
 *     {@link Kind#EXPIRE}, when it did
 * @param valueBytes the length of the value in bytes, also where the value is left out
 */
public record Change(
    Kind kind, byte[] key, byte[] value, long revision, long expiresAtMillis, int valueBytes) {
  /** What a change is. */
  public enum Kind {
    /** An entry was written; as a part of the state, is there. */
    PUT,
    /** An entry was deleted. */
    DELETE,
    /** An entry was removed since its time to live had passed. */
    EXPIRE,
    /** Forget all entries: the state follows. */
    RESET,
    /** All there was has been told; what follows is told as it happens. */
    SYNCED
  }

  private static final byte[] EMPTY = {};

  /**
   * A change.
   *
   * @throws NullPointerException if {@code kind}, {@code key} or {@code value} is null
   */
  public Change {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
  }

  /** A change whose value is not left out. */
  public Change(Kind kind, byte[] key, byte[] value, long revision, long expiresAtMillis) {
    this(kind, key, value, revision, expiresAtMillis, value.length);
  }

  /** A mark: {@link Kind#RESET} or {@link Kind#SYNCED}. */
  public static Change mark(Kind kind, long revision) {
    return new Change(kind, EMPTY, EMPTY, revision, 0);
  }

  /** The key read as UTF-8; bytes that are not UTF-8 become U+FFFD. */
  public String keyString() {
    return new String(key, StandardCharsets.UTF_8);
  }

  /** The value read as UTF-8; bytes that are not UTF-8 become U+FFFD. */
  public String valueString() {
    return new String(value, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Change that
        && kind == that.kind
        && revision == that.revision
        && expiresAtMillis == that.expiresAtMillis
        && valueBytes == that.valueBytes
        && Arrays.equals(key, that.key)
        && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return (31 * kind.hashCode() + Arrays.hashCode(key)) * 31 + Long.hashCode(revision);
  }

  @Override
  public String toString() {
    return kind + " " + keyString() + " (revision " + revision + ", " + valueBytes + " bytes)";
  }
}

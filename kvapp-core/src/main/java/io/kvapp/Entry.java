package io.kvapp;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * One entry as a read found it: key, value, revision and expiry.
 *
 * <p>The arrays belong to the caller; changing them changes nothing in the store. Two entries are
 * equal when key, value, its size, revision and expiry are.
 *
 * <p>Immutable as long as the caller leaves the arrays alone, and then safe for any thread.
 */
public final class Entry {
  /** The {@link #expiresAtMillis()} of an entry that expires at the epoch itself, as 0 is never. */
  public static final long AT_EPOCH = Long.MIN_VALUE;

  private static final byte[] NO_VALUE = {};

  private final byte[] key;
  private final byte[] value;
  private final int valueBytes;
  private final long revision;
  private final long expiresAtMillis;

  /**
   * An entry with these parts.
   *
   * @param key the key, not copied
   * @param value the value, not copied
   * @param revision the revision of the write that made the entry
   * @param expiresAtMillis when it expires in milliseconds since the epoch, 0 for never, {@link
   *     #AT_EPOCH} for the epoch itself
   */
  public Entry(byte[] key, byte[] value, long revision, long expiresAtMillis) {
    this(key, value, value.length, revision, expiresAtMillis);
  }

  private Entry(byte[] key, byte[] value, int valueBytes, long revision, long expiresAtMillis) {
    this.key = key;
    this.value = value;
    this.valueBytes = valueBytes;
    this.revision = revision;
    this.expiresAtMillis = expiresAtMillis;
  }

  /**
   * An entry whose value is left out, as in a keys-only scan.
   *
   * @param key the key, not copied
   * @param valueBytes the size of the value in bytes
   * @param revision the revision of the write that made the entry
   * @param expiresAtMillis as in the constructor
   */
  public static Entry withoutValue(
      byte[] key, int valueBytes, long revision, long expiresAtMillis) {
    return new Entry(key, NO_VALUE, valueBytes, revision, expiresAtMillis);
  }

  /** The key, 1 to 4,096 bytes. */
  public byte[] key() {
    return key;
  }

  /** The value; an empty array when the scan asked for keys only. */
  public byte[] value() {
    return value;
  }

  /** The size of the value in bytes, also when the scan asked for keys only. */
  public int valueBytes() {
    return valueBytes;
  }

  /** The key read as UTF-8; bytes that are not UTF-8 become U+FFFD. */
  public String keyString() {
    return new String(key, StandardCharsets.UTF_8);
  }

  /** The value read as UTF-8; bytes that are not UTF-8 become U+FFFD. */
  public String valueString() {
    return new String(value, StandardCharsets.UTF_8);
  }

  /** The revision of the write that made this entry; larger is later, never 0. */
  public long revision() {
    return revision;
  }

  /**
   * When the entry expires, in milliseconds since the epoch, negative before it; 0 for never,
   * {@link #AT_EPOCH} for the epoch itself.
   */
  public long expiresAtMillis() {
    return expiresAtMillis;
  }

  /** When the entry expires; empty for never. */
  public Optional<Instant> expiresAt() {
    return expiresAtMillis == 0
        ? Optional.empty()
        : Optional.of(Instant.ofEpochMilli(expiresAtMillis == AT_EPOCH ? 0 : expiresAtMillis));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Entry that
        && revision == that.revision
        && expiresAtMillis == that.expiresAtMillis
        && valueBytes == that.valueBytes
        && Arrays.equals(key, that.key)
        && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(key) + Long.hashCode(revision);
  }

  @Override
  public String toString() {
    return keyString() + " (revision " + revision + ", " + valueBytes + " bytes)";
  }
}

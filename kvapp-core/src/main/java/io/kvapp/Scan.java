package io.kvapp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * What to scan: a prefix or a range of keys, how much of it, from where, and in which direction.
 *
 * <p>Keys are ordered as unsigned bytes, which for UTF-8 is the order of code points. The defaults
 * are {@value #DEFAULT_LIMIT} entries, {@value #DEFAULT_MAX_BYTES} bytes, ascending, with values.
 *
 * <pre>{@code
 * Page page = store.scan(Scan.prefix("user:").limit(100));
 * }</pre>
 *
 * <p>Immutable, safe for any thread.
 */
public final class Scan {
  /** The most entries in a page unless {@link #limit(int)} says otherwise. */
  public static final int DEFAULT_LIMIT = 1_000;

  /**
   * The most bytes of keys and values in a page unless {@link #maxBytes(long)} says otherwise: 64
   * MiB.
   */
  public static final long DEFAULT_MAX_BYTES = 64L << 20;

  private static final byte[] EMPTY = {};

  private final byte[] from;
  private final byte[] to;
  private final byte[] after;
  private final int limit;
  private final long maxBytes;
  private final boolean reversed;
  private final boolean keysOnly;
  private final boolean strict;

  private Scan(
      byte[] from,
      byte[] to,
      byte[] after,
      int limit,
      long maxBytes,
      boolean reversed,
      boolean keysOnly,
      boolean strict) {
    this.from = from;
    this.to = to;
    this.after = after;
    this.limit = limit;
    this.maxBytes = maxBytes;
    this.reversed = reversed;
    this.keysOnly = keysOnly;
    this.strict = strict;
  }

  /** Every key. */
  public static Scan all() {
    return new Scan(EMPTY, null, null, DEFAULT_LIMIT, DEFAULT_MAX_BYTES, false, false, false);
  }

  /**
   * Every key that starts with {@code prefix}; an empty prefix means every key.
   *
   * @throws NullPointerException if {@code prefix} is null
   */
  public static Scan prefix(byte[] prefix) {
    return range(prefix.clone(), endOfPrefix(prefix));
  }

  /** {@link #prefix(byte[])} of the UTF-8 bytes of {@code prefix}. */
  public static Scan prefix(String prefix) {
    return prefix(utf8(prefix));
  }

  /**
   * Every key from {@code from}, included, to {@code to}, excluded.
   *
   * @param from the lowest key; null for the first key there is
   * @param to the key to stop before; null for no end
   */
  public static Scan range(byte[] from, byte[] to) {
    return new Scan(
        from == null ? EMPTY : from.clone(),
        to == null ? null : to.clone(),
        null,
        DEFAULT_LIMIT,
        DEFAULT_MAX_BYTES,
        false,
        false,
        false);
  }

  /** {@link #range(byte[], byte[])} of UTF-8 strings, either of which may be null. */
  public static Scan range(String from, String to) {
    return range(utf8(from), utf8(to));
  }

  /**
   * The same scan with at most {@code limit} entries in a page.
   *
   * @throws IllegalArgumentException if {@code limit} is below 1
   */
  public Scan limit(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit: at least 1, not " + limit);
    }
    return new Scan(from, to, after, limit, maxBytes, reversed, keysOnly, strict);
  }

  /**
   * The same scan with pages whose keys and values together have at most {@code maxBytes}; only a
   * page of one entry may be larger, so that every entry can be read.
   *
   * @throws IllegalArgumentException if {@code maxBytes} is below 1
   */
  public Scan maxBytes(long maxBytes) {
    if (maxBytes < 1) {
      throw new IllegalArgumentException("maxBytes: at least 1, not " + maxBytes);
    }
    return new Scan(from, to, after, limit, maxBytes, reversed, keysOnly, strict);
  }

  /**
   * The same scan resumed behind {@code key}, whether or not that key is still there: the page
   * begins with the next larger key, or the next smaller one in a reversed scan.
   *
   * @param key the last key seen; null to begin at the beginning
   */
  public Scan after(byte[] key) {
    byte[] copy = key == null ? null : key.clone();
    return new Scan(from, to, copy, limit, maxBytes, reversed, keysOnly, strict);
  }

  /** {@link #after(byte[])} a UTF-8 key; null to begin at the beginning. */
  public Scan after(String key) {
    return after(utf8(key));
  }

  /** The same scan from the largest key to the smallest. */
  public Scan reversed() {
    return new Scan(from, to, after, limit, maxBytes, true, keysOnly, strict);
  }

  /** The same scan without values: {@link Entry#value()} is empty. */
  public Scan keysOnly() {
    return new Scan(from, to, after, limit, maxBytes, reversed, true, strict);
  }

  /**
   * The same scan whose pages never have more than {@link #maxBytes(long)}: an entry that has more
   * is the only one of its page and comes without its value, whose size {@link Entry#valueBytes()}
   * tells.
   */
  public Scan strict() {
    return new Scan(from, to, after, limit, maxBytes, reversed, keysOnly, true);
  }

  /** The lowest key that belongs to the scan, with {@link #after} not yet regarded; never null. */
  public byte[] from() {
    return from;
  }

  /** The first key beyond the scan, with {@link #after} not yet regarded; null for no end. */
  public byte[] to() {
    return to;
  }

  /** The key the scan resumes behind; null for none. */
  public byte[] after() {
    return after;
  }

  /** At most so many entries in a page. */
  public int limit() {
    return limit;
  }

  /** At most so many bytes of keys and values in a page of more than one entry. */
  public long maxBytes() {
    return maxBytes;
  }

  /** Whether the scan runs from the largest key to the smallest. */
  public boolean isReversed() {
    return reversed;
  }

  /** Whether values are left out. */
  public boolean isKeysOnly() {
    return keysOnly;
  }

  /** Whether a value that is too large for a page is left out. */
  public boolean isStrict() {
    return strict;
  }

  private static byte[] utf8(String text) {
    return text == null ? null : Utf8Bytes.of(text);
  }

  /** The smallest key larger than every key with this prefix; null where there is none. */
  private static byte[] endOfPrefix(byte[] prefix) {
    int last = prefix.length - 1;
    while (last >= 0 && prefix[last] == (byte) 0xff) {
      last--;
    }
    if (last < 0) {
      return null;
    }
    byte[] end = Arrays.copyOf(prefix, last + 1);
    end[last]++;
    return end;
  }

  @Override
  public String toString() {
    return "Scan[from="
        + new String(from, StandardCharsets.UTF_8)
        + ", to="
        + (to == null ? "end" : new String(to, StandardCharsets.UTF_8))
        + ", limit="
        + limit
        + (reversed ? ", reversed" : "")
        + (keysOnly ? ", keysOnly" : "")
        + (strict ? ", strict" : "")
        + (after == null ? "" : ", after=" + new String(after, StandardCharsets.UTF_8))
        + "]";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Scan that
        && Arrays.equals(from, that.from)
        && Arrays.equals(to, that.to)
        && Arrays.equals(after, that.after)
        && limit == that.limit
        && maxBytes == that.maxBytes
        && reversed == that.reversed
        && keysOnly == that.keysOnly
        && strict == that.strict;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        Arrays.hashCode(from), Arrays.hashCode(to), limit, reversed, keysOnly, strict);
  }
}

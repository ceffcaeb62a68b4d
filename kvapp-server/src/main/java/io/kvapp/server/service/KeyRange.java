package io.kvapp.server.service;

import io.kvapp.Scan;
import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.http.message.HttpException;
import java.util.Arrays;
import java.util.List;

/**
 * The keys from one, included, to another, excluded, in unsigned byte order.
 *
 * <p>Immutable, safe for any thread, as long as nobody changes its arrays.
 *
 * @param from the lowest key; never null
 * @param to the key to stop before; null for no end
 */
public record KeyRange(byte[] from, byte[] to) {
  private static final byte[] LOWEST = {};

  /** Every key. */
  public static final KeyRange ALL = new KeyRange(LOWEST, null);

  /** The keys that start with {@code prefix}; the empty prefix stands for every key. */
  public static KeyRange ofPrefix(byte[] prefix) {
    return new KeyRange(prefix, Scan.prefix(prefix).to());
  }

  /** Whether no key can be in it. */
  public boolean isEmpty() {
    return to != null && Arrays.compareUnsigned(from, to) >= 0;
  }

  /** The keys that are in both. */
  public KeyRange intersection(KeyRange other) {
    byte[] higher = Arrays.compareUnsigned(from, other.from) >= 0 ? from : other.from;
    return new KeyRange(higher, lower(to, other.to));
  }

  /** A scan of these keys. */
  public Scan scan() {
    return Scan.range(from, to);
  }

  /**
   * The parts of this range that a caller may read, in ascending order, without overlap.
   *
   * @param prefix every key of this range starts with it
   * @throws HttpException.Forbidden if there are none, though the range is not empty
   */
  List<KeyRange> granted(Caller caller, byte[] prefix) {
    List<KeyRange> parts =
        caller.requireSearch(prefix).stream()
            .map(each -> intersection(ofPrefix(each)))
            .filter(each -> !each.isEmpty())
            .toList();
    if (parts.isEmpty() && !isEmpty()) {
      throw new HttpException.Forbidden("the token does not grant any key of this range");
    }
    return parts;
  }

  /** Whether both are the same keys. */
  boolean isSameAs(KeyRange other) {
    return Arrays.equals(from, other.from) && Arrays.equals(to, other.to);
  }

  private static byte[] lower(byte[] one, byte[] other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return Arrays.compareUnsigned(one, other) <= 0 ? one : other;
  }
}

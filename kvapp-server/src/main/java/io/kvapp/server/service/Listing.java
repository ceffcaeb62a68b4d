package io.kvapp.server.service;

import io.kvapp.Entry;
import java.util.Arrays;
import java.util.Objects;

/**
 * What a list is to show: which keys, how much of them, from where, and in which direction.
 *
 * <p>Immutable, safe for any thread, as long as nobody changes its arrays.
 *
 * @param prefix what the keys start with; empty for all
 * @param range the keys among which they are
 * @param limit the most entries and folders of a page, at least 1
 * @param maxBytes the most bytes of keys and values of a page, beyond its first element; at least 1
 * @param cursor the key or folder to go on behind; null to begin at the beginning
 * @param reversed whether it runs from the largest key down
 * @param keysOnly whether values are left out
 * @param delimiter what ends the name of a folder; empty where there are none
 */
public record Listing(
    byte[] prefix,
    KeyRange range,
    int limit,
    long maxBytes,
    byte[] cursor,
    boolean reversed,
    boolean keysOnly,
    byte[] delimiter) {
  /** Checks that nothing but the cursor is null. */
  public Listing {
    Objects.requireNonNull(prefix, "prefix");
    Objects.requireNonNull(range, "range");
    Objects.requireNonNull(delimiter, "delimiter");
  }

  /** The keys that the list as a whole shows. */
  KeyRange keys() {
    return range.intersection(KeyRange.ofPrefix(prefix));
  }

  /** The keys that are left to show behind the cursor. */
  KeyRange left() {
    return cursor == null ? KeyRange.ALL : behind(cursor);
  }

  /** The keys that come after this key, or after the whole folder that it lies in. */
  KeyRange behind(byte[] key) {
    byte[] folder = folder(key);
    if (reversed) {
      return new KeyRange(KeyRange.ALL.from(), folder == null ? key : folder);
    }
    if (folder == null) {
      return new KeyRange(Arrays.copyOf(key, key.length + 1), null);
    }
    byte[] end = KeyRange.ofPrefix(folder).to();
    return end == null ? new KeyRange(folder, folder) : new KeyRange(end, null);
  }

  /** The folder that a key lies in: its start, through the first delimiter; null for none. */
  byte[] folder(byte[] key) {
    boolean isListed =
        key.length > prefix.length
            && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    if (delimiter.length == 0 || !isListed) {
      return null;
    }
    for (int at = prefix.length; at <= key.length - delimiter.length; at++) {
      int end = at + delimiter.length;
      if (Arrays.equals(key, at, end, delimiter, 0, delimiter.length)) {
        return Arrays.copyOf(key, end);
      }
    }
    return null;
  }

  /** The bytes that an entry counts for. */
  static long bytes(Entry entry) {
    return entry.key().length + entry.value().length;
  }
}

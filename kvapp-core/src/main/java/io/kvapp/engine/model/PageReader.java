package io.kvapp.engine.model;

import io.kvapp.Entry;
import io.kvapp.Page;
import io.kvapp.Scan;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads pages of scans from keys in their order, whatever holds them.
 *
 * <p>Safe for any thread that may use the keys.
 */
public final class PageReader {
  /** So many keys at most are looked at in a step of a count that holds writers up. */
  public static final int COUNTED_AT_ONCE = 1024;

  private static final int FIRST_ROOM = 128;

  private PageReader() {}

  /** Keys in their order. */
  @FunctionalInterface
  public interface OrderedKeys {
    /**
     * The newest change of each key from {@code from}, included, to {@code to}, excluded.
     *
     * @param from empty for the first key
     * @param to above {@code from}; null for no end
     */
    Cursor entries(byte[] from, byte[] to, boolean reverse);
  }

  /**
   * A page of what lives at {@code now}. It is larger than the scan allows by one entry at most,
   * which is then its only one, and without its value in a strict scan.
   */
  public static Page read(OrderedKeys keys, Scan scan, long now) {
    List<Entry> entries = new ArrayList<>(Math.min(scan.limit(), FIRST_ROOM));
    ScanBounds bounds = ScanBounds.of(scan);
    if (bounds.isEmpty()) {
      return new Page(entries, false);
    }
    Cursor cursor = keys.entries(bounds.from(), bounds.to(), scan.isReversed());
    long bytes = 0;
    while (cursor.next()) {
      if (cursor.isDelete()) {
        continue;
      }
      long expiresAt = cursor.expiresAt();
      if (Limits.isExpired(expiresAt, now)) {
        continue;
      }
      byte[] key = cursor.ownKey();
      bytes += key.length + (scan.isKeysOnly() ? 0L : cursor.valueLength());
      boolean isTooMuch = bytes > scan.maxBytes();
      if (entries.size() == scan.limit() || isTooMuch && !entries.isEmpty()) {
        return new Page(entries, true);
      }
      entries.add(
          scan.isKeysOnly() || isTooMuch && scan.isStrict()
              ? Entry.withoutValue(key, cursor.valueLength(), cursor.revision(), expiresAt)
              : new Entry(key, cursor.value(), cursor.revision(), expiresAt));
    }
    return new Page(entries, false);
  }

  /**
   * A count, or its beginning.
   *
   * @param last the last key that was looked at; null where none is left
   */
  public record Count(long entries, byte[] last) {}

  /** The keys of a scan as an ascending range, its limits left aside. */
  public static Scan range(Scan scan) {
    ScanBounds bounds = ScanBounds.of(scan);
    return Scan.range(bounds.from(), bounds.to()).keysOnly();
  }

  /** Counts a part of the keys of a range. */
  @FunctionalInterface
  public interface Counting {
    /**
     * A count from the first key of the range on.
     *
     * @param maxSteps at how many keys it stops
     */
    Count count(Scan range, long maxSteps);
  }

  /** Counts a range step by step, each of {@link #COUNTED_AT_ONCE} keys. */
  public static long countInSteps(Scan range, Counting counting) {
    Count step = counting.count(range, COUNTED_AT_ONCE);
    long count = step.entries();
    while (step.last() != null) {
      step = counting.count(range.after(step.last()), COUNTED_AT_ONCE);
      count += step.entries();
    }
    return count;
  }

  /** How many entries of a scan, its limits left aside, live at {@code now}. */
  public static long count(OrderedKeys keys, Scan scan, long now) {
    return count(keys, scan, now, Long.MAX_VALUE).entries();
  }

  /**
   * The same in steps.
   *
   * @param maxSteps at how many keys the count stops
   */
  public static Count count(OrderedKeys keys, Scan scan, long now, long maxSteps) {
    ScanBounds bounds = ScanBounds.of(scan);
    if (bounds.isEmpty()) {
      return new Count(0, null);
    }
    Cursor cursor = keys.entries(bounds.from(), bounds.to(), false);
    long count = 0;
    for (long steps = 0; steps < maxSteps; steps++) {
      if (!cursor.next()) {
        return new Count(count, null);
      }
      if (!cursor.isDelete() && !Limits.isExpired(cursor.expiresAt(), now)) {
        count++;
      }
    }
    return new Count(count, cursor.ownKey());
  }
}

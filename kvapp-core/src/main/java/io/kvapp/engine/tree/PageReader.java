package io.kvapp.engine.tree;

import io.kvapp.Entry;
import io.kvapp.Page;
import io.kvapp.Scan;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.MergeCursor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads pages of a scan from the ordered keys of a version. */
public final class PageReader {
  private static final int FIRST_ROOM = 128;
  private static final byte[] EMPTY = {};

  private PageReader() {}

  public static Page read(Version version, Scan scan, long now) {
    Cursor cursor = open(version, scan);
    List<Entry> entries = new ArrayList<>(Math.min(scan.limit(), FIRST_ROOM));
    long bytes = 0;
    while (cursor.next()) {
      if (isGone(cursor, now)) {
        continue;
      }
      if (entries.size() == scan.limit() || bytes >= scan.maxBytes()) {
        return new Page(entries, true);
      }
      byte[] value = scan.isKeysOnly() ? EMPTY : cursor.value();
      byte[] key = cursor.ownKey();
      entries.add(new Entry(key, value, cursor.revision(), cursor.expiresAt()));
      bytes += key.length + (long) value.length;
    }
    return new Page(entries, false);
  }

  public static long count(Version version, Scan scan, long now) {
    Cursor cursor = open(version, scan);
    long count = 0;
    while (cursor.next()) {
      if (!isGone(cursor, now)) {
        count++;
      }
    }
    return count;
  }

  private static boolean isGone(Cursor cursor, long now) {
    long expiresAt = cursor.expiresAt();
    return cursor.isDelete() || expiresAt != 0 && expiresAt <= now;
  }

  private static Cursor open(Version version, Scan scan) {
    byte[] from = scan.from();
    byte[] to = scan.to();
    byte[] after = scan.after();
    if (after != null) {
      if (scan.isReversed()) {
        to = to == null || Arrays.compareUnsigned(after, to) < 0 ? after : to;
      } else {
        byte[] behind = Arrays.copyOf(after, after.length + 1);
        from = Arrays.compareUnsigned(behind, from) > 0 ? behind : from;
      }
    }
    if (to != null && Arrays.compareUnsigned(from, to) >= 0) {
      return new MergeCursor(List.of(), false);
    }
    return version.entries(from, to, scan.isReversed());
  }
}

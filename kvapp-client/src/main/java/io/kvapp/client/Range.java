package io.kvapp.client;

import io.kvapp.Entry;
import io.kvapp.Scan;
import io.kvapp.client.http.message.Target;
import io.kvapp.client.json.Json;
import java.util.Arrays;
import java.util.List;

/**
 * The keys that a scan still has to read, as the parameters of a request.
 *
 * <p>Immutable as long as its arrays are left alone, and then safe for any thread.
 *
 * @param from the lowest key; empty for the first there is
 * @param to the key to stop before; null for no end
 */
record Range(byte[] from, byte[] to) {
  /** What the server puts into one page. */
  static final int MAX_PAGE_ENTRIES = 10_000;

  private static final long MAX_PAGE_BYTES = 64L << 20;

  /** What a request line has room for, besides other parameters. */
  private static final int MAX_TARGET = 15_500;

  /** The keys of a scan behind the one it resumes after. */
  static Range of(Scan scan, int maxKeyBytes) {
    byte[] from = scan.from();
    byte[] to = scan.to();
    byte[] after = scan.after();
    if (after != null && scan.isReversed()) {
      to = to == null || Arrays.compareUnsigned(after, to) < 0 ? after : to;
    } else if (after != null) {
      byte[] next = Arrays.copyOf(after, after.length + 1);
      from = Arrays.compareUnsigned(next, from) > 0 ? next : from;
    }
    return new Range(shortened(from, maxKeyBytes), shortened(to, maxKeyBytes));
  }

  /** A bound between the same keys, none of which is longer than {@code maxKeyBytes}. */
  private static byte[] shortened(byte[] bound, int maxKeyBytes) {
    if (bound == null || bound.length <= maxKeyBytes + 1) {
      return bound;
    }
    return Arrays.copyOf(Arrays.copyOf(bound, maxKeyBytes), maxKeyBytes + 1);
  }

  boolean isEmpty() {
    return to != null && Arrays.compareUnsigned(from, to) >= 0;
  }

  boolean contains(byte[] key) {
    return Arrays.compareUnsigned(key, from) >= 0
        && (to == null || Arrays.compareUnsigned(key, to) < 0);
  }

  /** Whether both bounds fit into one request. */
  boolean fits() {
    return with(Target.of("/v1/count")).length() <= MAX_TARGET;
  }

  /**
   * The range without the bound at which a scan ends, if both do not fit into one request; who
   * reads it then stops at the first entry that is not in the range.
   */
  private Range readable(boolean reversed) {
    if (fits()) {
      return this;
    }
    return reversed ? new Range(new byte[0], to) : new Range(from, null);
  }

  /** The target of one page of a scan. */
  Target target(Scan scan) {
    Target target =
        Target.of("/v1/kv")
            .with("limit", Math.min(scan.limit(), MAX_PAGE_ENTRIES))
            .with("max_bytes", Math.min(scan.maxBytes(), MAX_PAGE_BYTES));
    if (scan.isReversed()) {
      target.with("reverse", "true");
    }
    if (scan.isKeysOnly()) {
      target.with("keys_only", "true");
    }
    return readable(scan.isReversed()).with(target);
  }

  /** The page as far as it is in the range, and without a value that is too large. */
  Json.ListPage shown(Scan scan, Json.ListPage page) {
    List<Entry> entries = page.entries().stream().filter(entry -> contains(entry.key())).toList();
    boolean more = page.more() && entries.size() == page.entries().size();
    if (scan.isStrict() && entries.size() == 1) {
      Entry only = entries.get(0);
      if (only.key().length + (long) only.value().length > scan.maxBytes()) {
        entries =
            List.of(
                Entry.withoutValue(
                    only.key(), only.valueBytes(), only.revision(), only.expiresAtMillis()));
      }
    }
    return new Json.ListPage(entries, more, page.revision());
  }

  Target with(Target target) {
    if (from.length > 0) {
      target.with("from", from);
    }
    return to == null ? target : target.with("to", to);
  }
}

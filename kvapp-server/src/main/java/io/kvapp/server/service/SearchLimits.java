package io.kvapp.server.service;

import io.kvapp.Entry;
import io.kvapp.server.http.message.HttpException;
import java.util.Iterator;

/**
 * The most that one search by prefix may find. A larger result is refused, never cut short.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param maxEntries the most entries
 * @param maxBytes the most bytes of keys and values together
 */
public record SearchLimits(long maxEntries, long maxBytes) {
  /** No limit: a search returns everything it finds. */
  public static final SearchLimits NONE = new SearchLimits(Long.MAX_VALUE, Long.MAX_VALUE);

  /** The same entries, where going beyond a limit is refused with status 413. */
  Iterator<Entry> over(Iterator<Entry> found) {
    return new Counted(found);
  }

  private final class Counted implements Iterator<Entry> {
    private final Iterator<Entry> found;
    private long entries;
    private long bytes;

    private Counted(Iterator<Entry> found) {
      this.found = found;
    }

    @Override
    public boolean hasNext() {
      return found.hasNext();
    }

    @Override
    public Entry next() {
      Entry entry = found.next();
      bytes += entry.key().length + entry.valueBytes();
      if (++entries > maxEntries) {
        throw tooMuch(maxEntries + " entries");
      }
      if (bytes > maxBytes) {
        throw tooMuch(maxBytes + " bytes of keys and values");
      }
      return entry;
    }

    private static HttpException tooMuch(String limit) {
      return new HttpException(
          413, "the search finds more than the limit of " + limit + "; give a longer prefix");
    }
  }
}

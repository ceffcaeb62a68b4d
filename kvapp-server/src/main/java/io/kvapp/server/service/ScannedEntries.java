package io.kvapp.server.service;

import io.kvapp.Entry;
import io.kvapp.Page;
import io.kvapp.Scan;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The entries of some scans, one scan after the other, with one page in memory at a time.
 *
 * <p>Not thread-safe.
 */
final class ScannedEntries implements Iterator<Entry> {
  /** So many pages without a wanted entry, some milliseconds, are read between two looks. */
  static final int PAGES_BETWEEN_LOOKS = 64;

  private static final Iterator<Entry> NOTHING = List.<Entry>of().iterator();

  private final Function<Scan, Page> reading;
  private final Iterator<Scan> scans;
  private final Predicate<Entry> wanted;
  private final Runnable stillNeeded;
  private int pagesInVain;
  private Scan scan;
  private Iterator<Entry> page = NOTHING;
  private Entry next;

  /**
   * The entries that {@code wanted} wants; nothing is read yet.
   *
   * @param stillNeeded is called now and then while none is found, and throws if the search is to
   *     end; where entries are found, writing them tells that the client is gone
   */
  ScannedEntries(
      Function<Scan, Page> reading,
      List<Scan> scans,
      Predicate<Entry> wanted,
      Runnable stillNeeded) {
    this.stillNeeded = stillNeeded;
    this.reading = reading;
    this.scans = scans.iterator();
    this.wanted = wanted;
  }

  @Override
  public boolean hasNext() {
    while (next == null && (page.hasNext() || turnPage())) {
      if (page.hasNext()) {
        Entry entry = page.next();
        if (wanted.test(entry)) {
          next = entry;
          pagesInVain = 0;
        }
      }
    }
    return next != null;
  }

  @Override
  public Entry next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the scans are at their end");
    }
    Entry entry = next;
    next = null;
    return entry;
  }

  /** Reads the next page, which may be empty; returns whether there was one. */
  private boolean turnPage() {
    page = NOTHING;
    if (scan == null) {
      if (!scans.hasNext()) {
        return false;
      }
      scan = scans.next();
    }
    if (++pagesInVain % PAGES_BETWEEN_LOOKS == 0) {
      stillNeeded.run();
    }
    Page read = reading.apply(scan);
    List<Entry> entries = read.entries();
    scan =
        read.more() && !entries.isEmpty()
            ? scan.after(entries.get(entries.size() - 1).key())
            : null;
    page = entries.iterator();
    return true;
  }
}

package io.kvapp.server;

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
  private static final Iterator<Entry> NOTHING = List.<Entry>of().iterator();

  private final Function<Scan, Page> reading;
  private final Iterator<Scan> scans;
  private final Predicate<Entry> wanted;
  private Scan scan;
  private Iterator<Entry> page = NOTHING;
  private Entry next;

  /** The entries that {@code wanted} wants; nothing is read yet. */
  ScannedEntries(Function<Scan, Page> reading, List<Scan> scans, Predicate<Entry> wanted) {
    this.reading = reading;
    this.scans = scans.iterator();
    this.wanted = wanted;
  }

  @Override
  public boolean hasNext() {
    while (next == null && (page.hasNext() || turnPage())) {
      if (page.hasNext()) {
        Entry entry = page.next();
        next = wanted.test(entry) ? entry : null;
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

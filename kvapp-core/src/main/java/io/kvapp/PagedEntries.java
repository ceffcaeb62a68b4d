package io.kvapp;

import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The entries of a scan across its pages; a page is read when the first of its entries is asked
 * for.
 *
 * <p>For one thread at a time.
 */
final class PagedEntries extends AbstractSpliterator<Entry> {
  private static final Page BEFORE_THE_FIRST = new Page(List.of(), true);

  private final Function<Scan, Page> reading;
  private final Scan scan;
  private Page page = BEFORE_THE_FIRST;
  private Iterator<Entry> entries = page.entries().iterator();

  PagedEntries(Function<Scan, Page> reading, Scan scan) {
    super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.DISTINCT | Spliterator.NONNULL);
    this.reading = reading;
    this.scan = Objects.requireNonNull(scan, "scan");
  }

  @Override
  public boolean tryAdvance(Consumer<? super Entry> action) {
    if (!entries.hasNext() && page.more()) {
      turnPage();
    }
    boolean found = entries.hasNext();
    if (found) {
      action.accept(entries.next());
    }
    return found;
  }

  private void turnPage() {
    List<Entry> read = page.entries();
    page = reading.apply(read.isEmpty() ? scan : scan.after(read.get(read.size() - 1).key()));
    entries = page.entries().iterator();
  }
}

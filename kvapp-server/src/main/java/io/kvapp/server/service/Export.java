package io.kvapp.server.service;

import io.kvapp.Entry;
import io.kvapp.Snapshot;
import java.util.Iterator;

/**
 * Entries as they were at one moment, which are read page by page as they are asked for. It holds a
 * snapshot until it is closed.
 *
 * <p>Not thread-safe.
 */
public final class Export implements AutoCloseable {
  private final Snapshot snapshot;
  private final Iterator<Entry> entries;
  private final boolean filtered;

  Export(Snapshot snapshot, Iterator<Entry> entries, boolean filtered) {
    this.snapshot = snapshot;
    this.entries = entries;
    this.filtered = filtered;
  }

  /** The entries in the order of their keys. */
  public Iterator<Entry> entries() {
    return entries;
  }

  /** The moment, as the revision of the newest write before it. */
  public long revision() {
    return snapshot.revision();
  }

  /** Whether some entries are left out that the caller may not read. */
  public boolean filtered() {
    return filtered;
  }

  @Override
  public void close() {
    snapshot.close();
  }
}

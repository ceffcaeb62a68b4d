package io.kvapp.server.command.data;

import io.kvapp.Entry;
import io.kvapp.KVStore;
import io.kvapp.Page;
import io.kvapp.Scan;
import java.io.IOException;
import java.util.Arrays;

/**
 * One level of keys as folders: keys that have a slash behind the prefix are not told; each
 * distinct start, through that slash, is one folder, and costs one search however many keys it has.
 *
 * <p>Not thread-safe.
 */
final class FolderScan {
  private static final int MAX_PAGE = 1_000;
  private static final long PAGE_BYTES = 4 << 20;

  /** Takes what is found, in order. */
  @FunctionalInterface
  interface Sink<T> {
    /** Takes the next one. */
    void take(T found) throws IOException;
  }

  private final KVStore store;
  private final byte[] prefix;
  private final boolean keysOnly;
  private long left;

  /**
   * A scan that is not begun.
   *
   * @param limit the most entries and folders together
   */
  FolderScan(KVStore store, byte[] prefix, boolean keysOnly, long limit) {
    this.store = store;
    this.prefix = prefix;
    this.keysOnly = keysOnly;
    this.left = limit;
  }

  void run(Sink<Entry> entries, Sink<byte[]> folders) throws IOException {
    byte[] from = prefix;
    byte[] to = Scan.prefix(prefix).to();
    int size = 1;
    while (left > 0 && from != null) {
      Scan scan = Scan.range(from, to).limit((int) Math.min(size, left)).maxBytes(PAGE_BYTES);
      Page page = store.scan(keysOnly ? scan.keysOnly() : scan);
      byte[] folder = tell(page, entries);
      if (folder != null) {
        folders.take(folder);
        left--;
        from = Scan.prefix(folder).to();
        size = 1;
      } else if (page.more()) {
        byte[] last = page.entries().get(page.entries().size() - 1).key();
        from = Arrays.copyOf(last, last.length + 1);
        size = Math.min(MAX_PAGE, 4 * size);
      } else {
        from = null;
      }
    }
  }

  /** Tells the entries before the first folder of a page; returns that folder, or null. */
  private byte[] tell(Page page, Sink<Entry> entries) throws IOException {
    for (Entry entry : page.entries()) {
      byte[] key = entry.key();
      for (int at = prefix.length; at < key.length; at++) {
        if (key[at] == '/') {
          return Arrays.copyOf(key, at + 1);
        }
      }
      entries.take(entry);
      left--;
    }
    return null;
  }
}

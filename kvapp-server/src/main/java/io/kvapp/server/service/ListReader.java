package io.kvapp.server.service;

import io.kvapp.Entry;
import io.kvapp.Page;
import io.kvapp.Scan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/**
 * Reads one page of a list. Without folders that is one scan for each granted part of the keys;
 * with folders, a search behind each of them, however many keys it holds.
 *
 * <p>Not thread-safe.
 */
final class ListReader {
  private final Function<Scan, Page> reading;
  private final Listing listing;
  private final List<KeyRange> parts;
  private final List<Entry> entries = new ArrayList<>();
  private final List<byte[]> folders = new ArrayList<>();
  private byte[] last;
  private long bytes;

  /** Reads from the parts, which are in ascending order, without overlap. */
  ListReader(Function<Scan, Page> reading, Listing listing, List<KeyRange> parts) {
    this.reading = reading;
    this.listing = listing;
    this.parts = new ArrayList<>(parts);
    if (listing.reversed()) {
      Collections.reverse(this.parts);
    }
  }

  /** The page; {@code filtered} and {@code revision} are passed on. */
  ListPage read(boolean filtered, long revision) {
    boolean more = false;
    for (int index = 0; index < parts.size() && !more; index++) {
      more = read(parts.get(index));
    }
    return new ListPage(entries, folders, more ? last : null, filtered, revision);
  }

  /** Reads what is left of a part; returns whether the page is full before its end. */
  private boolean read(KeyRange part) {
    boolean hasFolders = listing.delimiter().length > 0;
    int ahead = hasFolders ? 1 : listing.limit();
    KeyRange rest = part.intersection(left());
    while (!rest.isEmpty()) {
      Page page = reading.apply(scan(rest, ahead));
      int foldersBefore = folders.size();
      for (Entry entry : page.entries()) {
        if (folders.size() > foldersBefore) {
          break;
        }
        if (!add(entry)) {
          return true;
        }
      }
      if (page.entries().isEmpty() || folders.size() == foldersBefore && !page.more()) {
        return false;
      }
      if (!hasFolders) {
        return true;
      }
      ahead = folders.size() > foldersBefore ? 1 : Math.min(2 * ahead, listing.limit());
      rest = part.intersection(left());
    }
    return false;
  }

  private Scan scan(KeyRange rest, int ahead) {
    int room = listing.limit() - elements();
    Scan scan =
        rest.scan()
            .limit(Math.max(1, Math.min(room, ahead)))
            .maxBytes(Math.max(1, listing.maxBytes() - bytes));
    scan = listing.reversed() ? scan.reversed() : scan;
    return listing.keysOnly() || room == 0 ? scan.keysOnly() : scan;
  }

  /** Adds an entry, or the folder it lies in; returns whether there was room for it. */
  private boolean add(Entry entry) {
    byte[] folder = listing.folder(entry.key());
    long size = folder == null ? Listing.bytes(entry) : folder.length;
    boolean isFull = elements() == listing.limit() || size > listing.maxBytes() - bytes;
    if (elements() > 0 && isFull) {
      return false;
    }
    if (folder == null) {
      entries.add(entry);
    } else {
      folders.add(folder);
    }
    bytes += size;
    last = folder == null ? entry.key() : folder;
    return true;
  }

  /** The keys that come after what has been read. */
  private KeyRange left() {
    return last == null ? listing.left() : listing.behind(last);
  }

  private int elements() {
    return entries.size() + folders.size();
  }
}

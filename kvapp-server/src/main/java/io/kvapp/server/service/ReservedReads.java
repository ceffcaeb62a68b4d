package io.kvapp.server.service;

import io.kvapp.Entry;
import io.kvapp.KVStore;
import io.kvapp.Page;
import io.kvapp.Scan;
import io.kvapp.server.http.message.Memory;
import java.util.Optional;
import java.util.function.Function;

/**
 * The reads of one request, which are held one after the other, or together where that is said.
 * None reads more than the request has reserved memory for: the store leaves out what is larger and
 * tells its size, and it is read once there is memory for it. Little is read without a reservation.
 *
 * <p>Not thread-safe.
 */
final class ReservedReads {
  private static final int FREE_BYTES = 16 << 10;
  private static final int FREE_ENTRIES = 160;
  private static final int GROWTH = 4;

  /** About as many bytes does an entry in memory take besides its key and value. */
  private static final long ENTRY_BYTES = 100;

  private final Memory memory;
  private long bytes = FREE_BYTES;
  private int entries = FREE_ENTRIES;
  private long heldBytes;

  ReservedReads(Memory memory) {
    this.memory = memory;
  }

  /**
   * The entry of a key.
   *
   * @throws io.kvapp.server.http.message.HttpException if the memory for it cannot be had
   */
  Optional<Entry> entry(KVStore store, byte[] key) {
    Optional<Entry> found = store.entry(key, valueBytes());
    while (found.isPresent() && isLeftOut(found.get())) {
      reserve(found.get().valueBytes(), entries);
      found = store.entry(key, valueBytes());
    }
    return found;
  }

  /**
   * A page, as {@code reading} gives it.
   *
   * @throws io.kvapp.server.http.message.HttpException if the memory for it cannot be had
   */
  Page page(Function<Scan, Page> reading, Scan scan) {
    // A long search lets others have its processor: virtual threads do not interrupt each other.
    Thread.yield();
    Page page = read(reading, scan);
    while (isIncomplete(page, scan)) {
      // What is read again must not be held meanwhile.
      Entry leftOut = leftOut(page, scan);
      boolean isAlone = leftOut != null && size(leftOut) > scan.maxBytes();
      page = null;
      if (leftOut == null) {
        grow(scan);
      } else {
        reserve(size(leftOut), entries);
      }
      page = isAlone ? alone(reading, scan) : read(reading, scan);
    }
    return page;
  }

  /** A page, as {@link #page}, while those that were read before by this method are still held. */
  Page furtherPage(Function<Scan, Page> reading, Scan scan) {
    memory.reserve(heldBytes);
    Page page = page(reading, scan);
    heldBytes = 0;
    for (Entry entry : page.entries()) {
      heldBytes += ENTRY_BYTES + entry.key().length + entry.value().length;
    }
    return page;
  }

  private Page read(Function<Scan, Page> reading, Scan scan) {
    return reading.apply(
        scan.limit(Math.min(scan.limit(), entries))
            .maxBytes(Math.min(scan.maxBytes(), bytes))
            .strict());
  }

  /** The first entry alone, however much it has. */
  private Page alone(Function<Scan, Page> reading, Scan scan) {
    return reading.apply(scan.limit(1).maxBytes(bytes).strict());
  }

  private boolean isIncomplete(Page page, Scan scan) {
    if (leftOut(page, scan) != null) {
      return true;
    }
    int count = page.entries().size();
    boolean isFull =
        count == scan.limit()
            || count == 1 && size(page.entries().get(0)) > scan.maxBytes()
            || bytes >= scan.maxBytes() && count < entries;
    return page.more() && !isFull;
  }

  private int valueBytes() {
    return (int) Math.min(bytes, Integer.MAX_VALUE);
  }

  private static Entry leftOut(Page page, Scan scan) {
    Entry first = page.entries().isEmpty() ? null : page.entries().get(0);
    return first != null && !scan.isKeysOnly() && isLeftOut(first) ? first : null;
  }

  private static boolean isLeftOut(Entry entry) {
    return entry.value().length < entry.valueBytes();
  }

  private static long size(Entry entry) {
    return (long) entry.key().length + entry.valueBytes();
  }

  private void grow(Scan scan) {
    reserve(
        Math.max(bytes, Math.min(scan.maxBytes(), GROWTH * bytes)),
        (int) Math.max(entries, Math.min(scan.limit(), (long) GROWTH * entries)));
  }

  private void reserve(long bytesNeeded, int entriesNeeded) {
    long more = Math.max(0, bytesNeeded - bytes) + ENTRY_BYTES * (entriesNeeded - entries);
    memory.reserve(more);
    bytes = Math.max(bytes, bytesNeeded);
    entries = entriesNeeded;
  }
}

package io.kvapp.server.service;

import io.kvapp.Entry;
import io.kvapp.KVStore;
import io.kvapp.Page;
import io.kvapp.Scan;
import io.kvapp.StoreLimits;
import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Memory;
import io.kvapp.server.settings.PrefixScope;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What callers may do with entries: the one place between endpoints and store where limits and
 * grants are looked after.
 *
 * <p>All methods may be called from any thread.
 */
public final class EntryService {
  private static final int PAGE_ENTRIES = 200;
  private static final long PAGE_BYTES = 64L << 10;

  /** About as many bytes does an entry in memory take besides its key and value. */
  private static final long ENTRY_BYTES = 100;

  private static final byte[] EVERYTHING = {};

  private final KVStore store;
  private final PrefixScope prefixScope;
  private final SearchLimits searchLimits;
  private final StoreLimits limits;
  private final BoundedReads reads;

  public EntryService(KVStore store, PrefixScope prefixScope, SearchLimits searchLimits) {
    this.store = store;
    this.searchLimits = searchLimits;
    this.prefixScope = prefixScope;
    this.limits = store.limits();
    this.reads = new BoundedReads(limits.maxValueBytes());
  }

  /**
   * Writes an entry.
   *
   * @throws HttpException if key or value is too long
   * @throws io.kvapp.server.http.message.HttpException.Forbidden if the caller may not write this
   *     key
   */
  public void insert(Caller caller, byte[] key, byte[] value) {
    requireKey(key);
    if (value.length > limits.maxValueBytes()) {
      throw new HttpException(
          413,
          "the value has " + value.length + " bytes, and the limit is " + limits.maxValueBytes());
    }
    caller.requireWrite(key);
    store.put(key, value);
  }

  /**
   * The value of a key; empty where there is none.
   *
   * @param memory where a large value is reserved
   * @throws HttpException if the key is too long
   * @throws io.kvapp.server.http.message.HttpException.Forbidden if the caller may not read this
   *     key
   */
  public Optional<byte[]> find(Caller caller, byte[] key, Memory memory) {
    requireKey(key);
    caller.requireRead(key);
    return reads.read(() -> store.get(key), EntryService::bytes, new LargestReservation(memory));
  }

  /**
   * The entries whose key, or value, starts with {@code prefix}, in the order of their keys, as far
   * as the caller may read them. They are read page by page as they are asked for. Where a limit is
   * set, they are read once before, so that a search beyond it is refused before its response
   * begins; one that others make larger meanwhile throws later.
   *
   * @param memory where large pages are reserved
   * @param stillNeeded is called now and then, and throws if the search is to end
   * @throws HttpException if there is more than may be found
   * @throws io.kvapp.server.http.message.HttpException.Forbidden if the caller may read none of
   *     them
   */
  public Iterator<Entry> search(Caller caller, byte[] prefix, Memory memory, Runnable stillNeeded) {
    boolean isOfKeys = prefixScope == PrefixScope.KEYS;
    List<Scan> scans =
        caller.requireSearch(isOfKeys ? prefix : EVERYTHING).stream()
            .map(each -> Scan.prefix(each).limit(PAGE_ENTRIES).maxBytes(PAGE_BYTES))
            .toList();
    Predicate<Entry> wanted = entry -> isOfKeys || startsWith(entry.value(), prefix);
    LargestReservation reserve = new LargestReservation(memory);
    Supplier<Iterator<Entry>> search =
        () ->
            searchLimits.over(
                new ScannedEntries(scan -> page(scan, reserve), scans, wanted, stillNeeded));
    if (!searchLimits.equals(SearchLimits.NONE)) {
      search.get().forEachRemaining(entry -> {});
    }
    return search.get();
  }

  private Page page(Scan scan, LargestReservation memory) {
    // A long search lets others have its processor: virtual threads do not interrupt each other.
    Thread.yield();
    return reads.read(() -> store.scan(scan), EntryService::bytes, memory);
  }

  private static long bytes(Optional<byte[]> value) {
    return value.isPresent() ? value.get().length : 0;
  }

  private static long bytes(Page page) {
    long bytes = 0;
    for (Entry entry : page.entries()) {
      bytes += ENTRY_BYTES + entry.key().length + entry.value().length;
    }
    return bytes;
  }

  private void requireKey(byte[] key) {
    if (key.length > limits.maxKeyBytes()) {
      throw HttpException.badRequest(
          "the key has " + key.length + " bytes, and the limit is " + limits.maxKeyBytes());
    }
  }

  private static boolean startsWith(byte[] value, byte[] prefix) {
    return value.length >= prefix.length
        && Arrays.equals(value, 0, prefix.length, prefix, 0, prefix.length);
  }
}

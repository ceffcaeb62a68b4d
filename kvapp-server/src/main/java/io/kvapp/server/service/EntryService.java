package io.kvapp.server.service;

import io.kvapp.Batch;
import io.kvapp.BatchCondition;
import io.kvapp.BatchOperation;
import io.kvapp.BatchResult;
import io.kvapp.Changes;
import io.kvapp.Durability;
import io.kvapp.Entry;
import io.kvapp.KVStore;
import io.kvapp.Page;
import io.kvapp.Scan;
import io.kvapp.Snapshot;
import io.kvapp.StoreLimits;
import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Memory;
import io.kvapp.server.settings.PrefixScope;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/**
 * What callers may do with entries: the one place between endpoints and store where limits and
 * grants are looked after.
 *
 * <p>All methods may be called from any thread.
 */
public final class EntryService {
  private static final int PAGE_ENTRIES = 200;
  private static final long PAGE_BYTES = 64L << 10;
  private static final int EXPORT_PAGE_ENTRIES = 1_000;
  private static final long EXPORT_PAGE_BYTES = 256L << 10;

  private static final byte[] EVERYTHING = {};

  /**
   * How many entries there are.
   *
   * @param count how many the caller may read
   * @param filtered whether there may be more that are not granted
   * @param revision of the store before they were counted
   */
  public record Count(long count, boolean filtered, long revision) {}

  private final KVStore store;
  private final PrefixScope prefixScope;
  private final SearchLimits searchLimits;
  private final StoreLimits limits;

  public EntryService(KVStore store, PrefixScope prefixScope, SearchLimits searchLimits) {
    this.store = store;
    this.searchLimits = searchLimits;
    this.prefixScope = prefixScope;
    this.limits = store.limits();
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
      throw HttpException.tooLarge(
          413,
          limits.maxValueBytes(),
          "the value has "
              + value.length
              + " bytes, and the limit is "
              + limits.maxValueBytes()
              + limits.bytesRemedyClause());
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
    return new ReservedReads(memory).entry(store, key).map(Entry::value);
  }

  /** What the store takes. */
  public StoreLimits limits() {
    return limits;
  }

  /** What a write has survived when the store has made it. */
  public Durability durability() {
    return store.durability();
  }

  /**
   * The revision up to which every write can be seen: a read that begins behind this call sees all
   * of them.
   */
  public long revision() {
    return store.revision();
  }

  /**
   * The entry of a key; empty where there is none.
   *
   * @param memory where a large value is reserved
   * @throws io.kvapp.server.http.message.HttpException.Forbidden if the caller may not read this
   *     key
   */
  public Optional<Entry> read(Caller caller, byte[] key, Memory memory) {
    caller.requireRead(key);
    return new ReservedReads(memory).entry(store, key);
  }

  /**
   * Commits a batch.
   *
   * @param sync whether the call waits until the writes are on the disk, whatever the store's
   *     durability
   * @throws io.kvapp.server.http.message.HttpException.Forbidden if the caller may not write a key
   *     that it writes, or not read one that it reads or that a condition is about
   * @throws HttpException with status 413 if the batch is beyond the limits of the store
   */
  public BatchResult commit(Caller caller, Batch batch, boolean sync) {
    requireGranted(caller, batch);
    return commit(batch, sync);
  }

  /**
   * Commits a batch of no more than so many bytes of keys and values, written and read together.
   * What it reads is measured before, so that entries which grow meanwhile count as they were.
   *
   * @param maxBytes the most bytes
   * @param memory where the values that it reads are reserved
   * @throws io.kvapp.server.http.message.HttpException.Forbidden as {@link #commit(Caller, Batch,
   *     boolean)}
   * @throws HttpException with status 413 if the batch is beyond the limits
   */
  public BatchResult commit(
      Caller caller, Batch batch, boolean sync, long maxBytes, Memory memory) {
    requireGranted(caller, batch);
    long written = 0;
    long read = 0;
    for (BatchOperation operation : batch.operations()) {
      written += operation.key().length;
      if (operation instanceof BatchOperation.Put put) {
        written += put.value().length;
      } else if (operation instanceof BatchOperation.Get
          || operation instanceof BatchOperation.Touch) {
        read += store.entry(operation.key(), 0).map(Entry::valueBytes).orElse(0);
      }
    }
    if (written + read > maxBytes) {
      throw HttpException.tooLarge(
          413,
          maxBytes,
          "batch: at most "
              + maxBytes
              + " bytes of keys and values, not "
              + (written + read)
              + "; commit it in parts"
              + (maxBytes == limits.maxBatchBytes() ? limits.bytesRemedyClause() : ""));
    }
    memory.reserve(read);
    return commit(batch, sync);
  }

  private void requireGranted(Caller caller, Batch batch) {
    for (BatchCondition condition : batch.conditions()) {
      caller.requireRead(condition.key());
    }
    for (BatchOperation operation : batch.operations()) {
      if (operation.writes()) {
        caller.requireWrite(operation.key());
      } else {
        caller.requireRead(operation.key());
      }
    }
  }

  private BatchResult commit(Batch batch, boolean sync) {
    BatchResult result;
    try {
      result = store.commit(batch);
    } catch (IllegalArgumentException beyondLimits) {
      throw new HttpException(413, beyondLimits.getMessage());
    }
    if (sync && result.revision() > 0) {
      store.sync();
    }
    return result;
  }

  /** Waits until every write that was committed is on the disk. */
  public void sync() {
    store.sync();
  }

  /**
   * One page of a list, as far as the caller may read it.
   *
   * @param memory where a large page is reserved
   * @throws io.kvapp.server.http.message.HttpException.Forbidden if the caller may read none of it
   */
  public ListPage list(Caller caller, Listing listing, Memory memory) {
    KeyRange keys = listing.keys();
    List<KeyRange> parts = keys.granted(caller, listing.prefix());
    boolean filtered = isFiltered(keys, parts);
    long revision = store.revision();
    ReservedReads reads = new ReservedReads(memory);
    return new ListReader(scan -> reads.furtherPage(store::scan, scan), listing, parts)
        .read(filtered, revision);
  }

  /**
   * How many entries of a range the caller may read.
   *
   * @param prefix what their keys start with; empty for all
   * @throws io.kvapp.server.http.message.HttpException.Forbidden if the caller may read none of
   *     them
   */
  public Count count(Caller caller, byte[] prefix, KeyRange range) {
    KeyRange keys = range.intersection(KeyRange.ofPrefix(prefix));
    List<KeyRange> parts = keys.granted(caller, prefix);
    long revision = store.revision();
    boolean isAll = parts.size() == 1 && parts.get(0).isSameAs(KeyRange.ALL);
    long count =
        isAll ? store.size() : parts.stream().mapToLong(part -> store.count(part.scan())).sum();
    return new Count(count, isFiltered(keys, parts), revision);
  }

  /**
   * Deletes the entries whose key starts with {@code prefix} and that are there already, in steps.
   *
   * @param prefix empty for every key
   * @param sync as in {@link #commit}
   * @param progress is told after each step how many entries are deleted so far
   * @return how many entries were deleted
   * @throws io.kvapp.server.http.message.HttpException.Forbidden if the caller may not write each
   *     of the keys
   */
  public long deletePrefix(Caller caller, byte[] prefix, boolean sync, LongConsumer progress) {
    caller.requireWrite(prefix);
    long deleted = store.deletePrefix(prefix, progress);
    if (sync && deleted > 0) {
      store.sync();
    }
    return deleted;
  }

  /**
   * The entries of a range at one moment, as far as the caller may read them; the caller of this
   * method closes it.
   *
   * @param prefix what their keys start with; empty for all
   * @param memory where large pages are reserved
   * @param stillNeeded is called now and then, and throws if the export is to end
   * @throws io.kvapp.server.http.message.HttpException.Forbidden if the caller may read none of
   *     them
   */
  public Export export(
      Caller caller, byte[] prefix, KeyRange range, Memory memory, Runnable stillNeeded) {
    KeyRange keys = range.intersection(KeyRange.ofPrefix(prefix));
    List<KeyRange> parts = keys.granted(caller, prefix);
    ReservedReads reads = new ReservedReads(memory);
    Snapshot snapshot = store.snapshot();
    Function<Scan, Page> reading = scan -> reads.page(snapshot::scan, scan);
    List<Scan> scans =
        parts.stream()
            .map(part -> part.scan().limit(EXPORT_PAGE_ENTRIES).maxBytes(EXPORT_PAGE_BYTES))
            .toList();
    Iterator<Entry> entries = new ScannedEntries(reading, scans, entry -> true, stillNeeded);
    return new Export(snapshot, entries, isFiltered(keys, parts));
  }

  /**
   * The changes of some keys, as far as the caller may read them; the caller of this method closes
   * it.
   *
   * @param wanted empty prefixes and keys for all that is granted
   * @param maxValueBytes larger values are left out
   * @param room is told how many bytes the next changes take before they are read
   * @throws io.kvapp.server.http.message.HttpException.Forbidden if the caller may read no part of
   *     a prefix, or not a key
   * @throws io.kvapp.KVException.HistoryGone as {@link KVStore#changes} throws it
   */
  public Changes changes(Caller caller, WatchedKeys wanted, int maxValueBytes, LongConsumer room) {
    return store.changes(wanted.granted(caller).maxValueBytes(maxValueBytes).room(room));
  }

  private static boolean isFiltered(KeyRange keys, List<KeyRange> parts) {
    return !keys.isEmpty() && (parts.size() != 1 || !parts.get(0).isSameAs(keys));
  }

  /**
   * The entries whose key, or value, starts with {@code prefix}, in the order of their keys, as far
   * as the caller may read them. They are read page by page as they are asked for. Where a limit is
   * set, their sizes are added up before, so that a search beyond it is refused before its response
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
    ReservedReads reads = new ReservedReads(memory);
    Function<Scan, Page> reading = scan -> reads.page(store::scan, scan);
    if (!searchLimits.equals(SearchLimits.NONE)) {
      // Sizes are known without the values; only a search of values has to read them.
      List<Scan> counted = isOfKeys ? scans.stream().map(Scan::keysOnly).toList() : scans;
      searchLimits
          .over(new ScannedEntries(reading, counted, wanted, stillNeeded))
          .forEachRemaining(entry -> {});
    }
    return searchLimits.over(new ScannedEntries(reading, scans, wanted, stillNeeded));
  }

  private void requireKey(byte[] key) {
    if (key.length > limits.maxKeyBytes()) {
      throw new HttpException(
          400,
          "bad-key",
          "the key has " + key.length + " bytes, and the limit is " + limits.maxKeyBytes());
    }
  }

  private static boolean startsWith(byte[] value, byte[] prefix) {
    return value.length >= prefix.length
        && Arrays.equals(value, 0, prefix.length, prefix, 0, prefix.length);
  }
}

package io.kvapp;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * An ordered key-value store: what every implementation does, in this process or elsewhere.
 *
 * <p>Keys have at least one byte, values may be empty; {@link #limits()} tells how large they may
 * be. Order is that of unsigned bytes. Every write has a revision, one number that grows through
 * the whole store; an entry carries the revision of the write that made it.
 *
 * <p><b>Common to all methods.</b> A null argument is a {@link NullPointerException}; a key or
 * value outside its limits, or a time-to-live that is not above zero, an {@link
 * IllegalArgumentException}, and so is a string with half of a surrogate pair, which UTF-8 cannot
 * express. After {@link #close()} every method but {@code close}, {@code limits} and {@code admin}
 * throws {@link KVException.WrongState}, and so may a call in flight. What an implementation cannot
 * give is {@link KVException.Unsupported}. What a damaged file keeps from being read is {@link
 * KVException.Corrupt}. A write throws {@link KVException.NoSpace} when the disk is full, and then
 * nothing has changed; it throws {@link KVException.ReadOnly} once the disk has failed, and then no
 * reader sees it, though the write during which the disk failed may be there after the next open.
 * Arrays passed in are copied, arrays returned belong to the caller. An entry is gone the moment
 * its time to live has passed.
 *
 * <p><b>Durability.</b> When a write method returns, the write is as safe as {@link
 * StoreOptions#durability()} says.
 *
 * <p><b>Threads.</b> Any number of threads, virtual ones included, may call any method at any time.
 * Each write is atomic and takes effect at one moment between its call and its return. Interrupts
 * are left alone: no method fails because of one, and the interrupt status stays set.
 */
public interface KVStore extends AutoCloseable {
  /** {@link #open(Path, StoreOptions)} with {@link StoreOptions#defaults()}. */
  static KVStore open(Path folder) {
    return open(folder, StoreOptions.defaults());
  }

  /**
   * Opens the store in a folder, which is made if it is not there; the caller closes it. The folder
   * is held until then: no other process, and no other store of this one, can open it.
   *
   * @param folder a folder of the default file system
   * @throws IllegalArgumentException if it is the empty path, or of another file system
   * @throws KVException.FolderInUse if another store has the folder open
   * @throws KVException.FolderUnusable if the folder cannot be made, read or written, or with
   *     {@link StoreOptions#readOnly()} if there is no store in it
   * @throws KVException.Corrupt if a file is damaged and {@link StoreOptions#openDamaged()} is not
   *     set
   * @throws KVException.UnknownFormat if another version of KVApp wrote the folder
   * @throws KVException.NoSpace if the disk is full
   * @throws KVException if Chronicle Map is not on the class path
   */
  static KVStore open(Path folder, StoreOptions options) {
    return StoreAddress.of(folder).open(options);
  }

  /** {@link #open(String, StoreOptions)} with {@link StoreOptions#defaults()}. */
  static KVStore open(String pathOrUri) {
    return open(pathOrUri, StoreOptions.defaults());
  }

  /**
   * Opens the store at a URI, or in a folder; the caller closes it. Text that begins with a scheme
   * of at least two letters and a colon is a URI, everything else the path of a folder, {@code
   * C:\data} included.
   *
   * @throws IllegalArgumentException if it is blank, or neither a path nor a URI
   * @throws KVException as {@link #open(URI, StoreOptions)} and {@link #open(Path, StoreOptions)}
   */
  static KVStore open(String pathOrUri, StoreOptions options) {
    return StoreAddress.of(pathOrUri).open(options);
  }

  /** {@link #open(URI, StoreOptions)} with {@link StoreOptions#defaults()}. */
  static KVStore open(URI uri) {
    return open(uri, StoreOptions.defaults());
  }

  /**
   * Opens the store at a URI; the caller closes it. {@code file:} is a folder, {@code mem:} a new
   * store in memory; further schemes come with the jars of other {@link StoreProvider}s.
   *
   * @throws IllegalArgumentException if the URI has no scheme, or its provider cannot take it
   * @throws KVException if no provider on the class path serves the scheme, which names the jar to
   *     add, or as {@link #open(Path, StoreOptions)}
   */
  static KVStore open(URI uri, StoreOptions options) {
    return StoreAddress.of(uri).open(options);
  }

  /** {@link #inMemory(StoreOptions)} with {@link StoreOptions#defaults()}. */
  static KVStore inMemory() {
    return inMemory(StoreOptions.defaults());
  }

  /** A new, empty store in memory, which is gone when it is closed; the caller closes it. */
  static KVStore inMemory(StoreOptions options) {
    return StoreAddress.MEMORY.open(options);
  }

  /**
   * Writes an entry that lives until it is overwritten or deleted.
   *
   * @return the revision of this write
   */
  long put(byte[] key, byte[] value);

  /**
   * Writes an entry that expires.
   *
   * @param ttl how long it lives from now, in whole milliseconds, rounded up; above zero
   * @return the revision of this write
   */
  long put(byte[] key, byte[] value, Duration ttl);

  /** The value of {@code key}; empty where there is none. */
  Optional<byte[]> get(byte[] key);

  /** The entry of {@code key} with its revision and expiry; empty where there is none. */
  Optional<Entry> entry(byte[] key);

  /**
   * The same without a value that is larger than so many bytes: {@link Entry#valueBytes()} tells
   * its size, and the store reads no more of it than that. With 0 it tells revision, expiry and
   * size at the cost of a look-up.
   *
   * @param maxValueBytes not below 0
   */
  default Optional<Entry> entry(byte[] key, int maxValueBytes) {
    byte[] next = Arrays.copyOf(key, key.length + 1);
    List<Entry> found = scan(Scan.range(key, next).limit(1).keysOnly()).entries();
    return found.isEmpty() || found.get(0).valueBytes() > maxValueBytes
        ? found.stream().findFirst()
        : entry(key);
  }

  /**
   * Removes the entry of {@code key}.
   *
   * @return whether there was one
   */
  boolean delete(byte[] key);

  /**
   * Writes an entry where there is none.
   *
   * @return the revision of this write; empty when the key is taken, and then nothing has changed
   */
  default OptionalLong putIfAbsent(byte[] key, byte[] value) {
    return compareAndSet(key, 0, value);
  }

  /**
   * Writes an entry that expires, where there is none.
   *
   * @param ttl how long it lives from now, in whole milliseconds, rounded up; above zero
   * @return the revision of this write; empty when the key is taken, and then nothing has changed
   */
  default OptionalLong putIfAbsent(byte[] key, byte[] value, Duration ttl) {
    return compareAndSet(key, 0, value, ttl);
  }

  /**
   * Overwrites the entry of {@code key} if it still has this revision; it then lives until it is
   * overwritten or deleted.
   *
   * @param expectedRevision the revision it must have; 0 when there must be no entry
   * @return the revision of this write; empty when the entry has another revision, and then nothing
   *     has changed
   */
  OptionalLong compareAndSet(byte[] key, long expectedRevision, byte[] value);

  /**
   * Overwrites the entry of {@code key} with one that expires, if it still has this revision.
   *
   * @param expectedRevision the revision it must have; 0 when there must be no entry
   * @param ttl how long it lives from now, in whole milliseconds, rounded up; above zero
   * @return the revision of this write; empty when the entry has another revision, and then nothing
   *     has changed
   */
  OptionalLong compareAndSet(byte[] key, long expectedRevision, byte[] value, Duration ttl);

  /**
   * Overwrites an entry where there is one; it then lives until it is overwritten or deleted.
   *
   * @return the revision of this write; empty when there is no entry, and then nothing has changed
   */
  default OptionalLong putIfPresent(byte[] key, byte[] value) {
    return applied(commit(new Batch().ifPresent(key).put(key, value)));
  }

  /**
   * Overwrites an entry with one that expires, where there is one.
   *
   * @param ttl how long it lives from now, in whole milliseconds, rounded up; above zero
   * @return the revision of this write; empty when there is no entry, and then nothing has changed
   */
  default OptionalLong putIfPresent(byte[] key, byte[] value, Duration ttl) {
    return applied(commit(new Batch().ifPresent(key).put(key, value, ttl)));
  }

  /**
   * Changes when an entry expires; its value stays, its revision is new.
   *
   * @param ttl how long it lives from now, in whole milliseconds, rounded up; above zero. {@link
   *     Batch#touch} knows other ways
   * @return whether there is an entry
   */
  default boolean touch(byte[] key, Duration ttl) {
    return commit(new Batch().touch(key, Expiry.in(ttl))).revision() > 0;
  }

  /**
   * Adds to a number, which is 0 where there is no entry; an entry that is there keeps its expiry.
   * The value is decimal digits in ASCII, as {@link Batch#add(byte[], long, Expiry)} says.
   *
   * @param delta what is added; below zero it is subtracted
   * @return the sum, which is the new value
   * @throws KVException.NotANumber if the value is no number; nothing has changed then
   * @throws KVException.Overflow if the sum is beyond 64 bits; nothing has changed then
   */
  default long add(byte[] key, long delta) {
    return sum(commit(new Batch().add(key, delta)));
  }

  /**
   * {@link #add(byte[], long)} to an entry that expires if it is new, such as the count of a
   * minute.
   *
   * @param ttlOfNew how long the entry lives if this call creates it; above zero
   */
  default long add(byte[] key, long delta, Duration ttlOfNew) {
    return sum(commit(new Batch().add(key, delta, Expiry.in(ttlOfNew))));
  }

  /**
   * Removes the entry of {@code key} if it still has this revision.
   *
   * @return whether it was removed
   */
  boolean compareAndDelete(byte[] key, long expectedRevision);

  /**
   * Changes the value of {@code key} by a function: reads it, applies the function, and writes the
   * result if nobody wrote in between; else begins again. The function may so be called more than
   * once and should do nothing else. What it throws ends the update, and nothing has changed.
   *
   * <pre>{@code
   * store.update("visits", now -> Optional.of(now.map(Long::parseLong).orElse(0L) + 1 + ""));
   * }</pre>
   *
   * @param change gets the value, empty where there is no entry, and returns the new one; empty
   *     deletes the entry. The new entry has no time to live, whatever the one before had.
   * @return what the function returned last, which is in the store
   */
  default Optional<byte[]> update(byte[] key, UnaryOperator<Optional<byte[]>> change) {
    Objects.requireNonNull(change, "change");
    while (true) {
      Optional<Entry> before = entry(key);
      long revision = before.map(Entry::revision).orElse(0L);
      Optional<byte[]> after = change.apply(before.map(Entry::value));
      boolean done =
          after.isPresent()
              ? compareAndSet(key, revision, after.get()).isPresent()
              : before.isEmpty() || compareAndDelete(key, revision);
      if (done) {
        return after;
      }
    }
  }

  /**
   * Makes all operations of a batch, or none when one of its conditions does not hold.
   *
   * @throws IllegalArgumentException if an operation, or the batch as a whole, is outside the
   *     {@link #limits()}; nothing has changed then
   * @throws KVException.NotANumber if it adds to a value that is no number; nothing has changed
   *     then
   * @throws KVException.Overflow if a sum is beyond 64 bits; nothing has changed then
   */
  BatchResult commit(Batch batch);

  /**
   * One page of a scan. A page never holds half of a batch. Single writes made while it is read may
   * be in it or not. A page may end before its limits; {@link Page#more()} says whether to go on.
   */
  Page scan(Scan scan);

  /**
   * Every entry of a scan, across its pages. The stream is lazy: it reads the next page when it is
   * needed, and nothing before the first entry is. Each page is of its own moment, so that an entry
   * written meanwhile may be in the stream or not, and one that stands still is in it once.
   *
   * @param scan its {@link Scan#limit()} and {@link Scan#maxBytes()} are those of a page, and no
   *     end of the stream; {@link Stream#limit} is
   * @return in the order of the scan, sequential; need not be closed
   */
  default Stream<Entry> entries(Scan scan) {
    return StreamSupport.stream(new PagedEntries(this::scan, scan), false);
  }

  /** How many keys start with {@code prefix}, as {@link #count(Scan)}. */
  default long count(byte[] prefix) {
    return count(Scan.prefix(prefix));
  }

  /**
   * How many entries a scan has across its pages; reads the keys of all, and no values, so it costs
   * what it counts. Writers are not held up: beside batches, a count of many keys is made in steps,
   * each of its own moment and with no half of a batch.
   *
   * @param scan its {@link Scan#limit()} and {@link Scan#maxBytes()} do not count
   */
  long count(Scan scan);

  /** {@link #deletePrefix(byte[], LongConsumer)} that reports nothing on its way. */
  default long deletePrefix(byte[] prefix) {
    return deletePrefix(prefix, deleted -> {});
  }

  /**
   * Removes every entry whose key starts with {@code prefix} and that is there when the call
   * begins; what is written meanwhile stays. It goes in steps of at most 1,000 keys, each of which
   * is atomic as a batch is; a failure, or what {@code progress} throws, ends it between two steps.
   *
   * @param prefix the beginning of the keys; empty for every key
   * @param progress is told after each step how many entries are removed so far
   * @return how many entries were removed
   */
  default long deletePrefix(byte[] prefix, LongConsumer progress) {
    return new PrefixDelete(this, prefix, progress).run();
  }

  /**
   * The revision up to which every write is made and can be seen. A read that begins behind this
   * call sees all of them, and a write that begins behind it has a higher revision. Never goes
   * back; the revision of a write that has returned may be above it for a moment, while a write
   * before that one is still under way.
   */
  long revision();

  /**
   * Waits until every write that has returned is on the disk, whatever {@link
   * StoreOptions#durability()} says; those of other threads are synced together. Does nothing in a
   * store in memory.
   *
   * @throws KVException.ReadOnly if the sync fails, or a write or sync has failed before
   */
  void sync();

  /**
   * Does nothing as long as the store takes reads and writes, at next to no cost and without a
   * write.
   *
   * @throws KVException.ReadOnly if it takes no writes: a write or sync has failed before, or it
   *     was opened to read only
   */
  default void requireHealthy() {
    revision();
  }

  /** How many entries there are; what is written meanwhile may count or not. */
  long size();

  /**
   * The store as it is at one moment between call and return, to be read for as long as one likes
   * while writers go on; the caller closes it.
   *
   * <p>A store in a folder writes what is not in an SSTable yet to one, as a flush does, and keeps
   * the files until the snapshot is closed. A store in memory holds writers up while it notes every
   * entry, a reference each.
   *
   * @throws KVException.NoSpace if the disk is full
   * @throws KVException.Unsupported if the store cannot give one
   */
  Snapshot snapshot();

  /**
   * The changes of the store as they happen, the state before them if that is asked for; the caller
   * closes it. {@link Changes} says what comes.
   *
   * @param from which keys, and from which revision on
   * @throws KVException.HistoryGone if changes behind a revision are asked for, without the state,
   *     and not all of them are kept; also if the revision is above every one of this store, or
   *     belongs to a write that a power cut has taken
   */
  Changes changes(Changes.From from);

  /** What this store takes; may be called after {@link #close()}. */
  StoreLimits limits();

  /**
   * What a write has survived when its method returns; may be called after {@link #close()}. {@link
   * Durability#OS} where there is no disk.
   */
  default Durability durability() {
    return Durability.OS;
  }

  /**
   * Whether any number of processes open the same store, each of which may serve it: servers then
   * need one signing key for their tokens. False unless overridden; may be called after {@link
   * #close()}.
   */
  default boolean isShared() {
    return false;
  }

  /**
   * The keeping of this store: backup, restore, verify, compact, figures. Always the same object,
   * which may be asked for after {@link #close()}.
   */
  StoreAdmin admin();

  /**
   * Closes the store; a second call does nothing. Reads and writes of entries in flight finish
   * first.
   *
   * @throws KVException.NoSpace if there is no space for a last SSTable; everything is closed and
   *     nothing acknowledged is lost, as the next open recovers it from the journal
   * @throws KVException.ReadOnly if a write or sync of its files has failed, now or before;
   *     everything is closed, and the next open recovers what is on the disk
   */
  @Override
  void close();

  /** {@link #put(byte[], byte[])} of UTF-8 strings. */
  default long put(String key, String value) {
    return put(utf8(key), utf8(value));
  }

  /** {@link #put(byte[], byte[], Duration)} of UTF-8 strings. */
  default long put(String key, String value, Duration ttl) {
    return put(utf8(key), utf8(value), ttl);
  }

  /** {@link #get(byte[])} of UTF-8 strings. */
  default Optional<String> get(String key) {
    return get(utf8(key)).map(KVStore::string);
  }

  /** {@link #entry(byte[])} of a UTF-8 key. */
  default Optional<Entry> entry(String key) {
    return entry(utf8(key));
  }

  /** {@link #delete(byte[])} of a UTF-8 key. */
  default boolean delete(String key) {
    return delete(utf8(key));
  }

  /** {@link #putIfAbsent(byte[], byte[])} of UTF-8 strings. */
  default OptionalLong putIfAbsent(String key, String value) {
    return putIfAbsent(utf8(key), utf8(value));
  }

  /** {@link #putIfAbsent(byte[], byte[], Duration)} of UTF-8 strings. */
  default OptionalLong putIfAbsent(String key, String value, Duration ttl) {
    return putIfAbsent(utf8(key), utf8(value), ttl);
  }

  /** {@link #compareAndSet(byte[], long, byte[])} of UTF-8 strings. */
  default OptionalLong compareAndSet(String key, long expectedRevision, String value) {
    return compareAndSet(utf8(key), expectedRevision, utf8(value));
  }

  /** {@link #compareAndSet(byte[], long, byte[], Duration)} of UTF-8 strings. */
  default OptionalLong compareAndSet(
      String key, long expectedRevision, String value, Duration ttl) {
    return compareAndSet(utf8(key), expectedRevision, utf8(value), ttl);
  }

  /** {@link #putIfPresent(byte[], byte[])} of UTF-8 strings. */
  default OptionalLong putIfPresent(String key, String value) {
    return putIfPresent(utf8(key), utf8(value));
  }

  /** {@link #putIfPresent(byte[], byte[], Duration)} of UTF-8 strings. */
  default OptionalLong putIfPresent(String key, String value, Duration ttl) {
    return putIfPresent(utf8(key), utf8(value), ttl);
  }

  /** {@link #touch(byte[], Duration)} of a UTF-8 key. */
  default boolean touch(String key, Duration ttl) {
    return touch(utf8(key), ttl);
  }

  /** {@link #add(byte[], long)} of a UTF-8 key. */
  default long add(String key, long delta) {
    return add(utf8(key), delta);
  }

  /** {@link #add(byte[], long, Duration)} of a UTF-8 key. */
  default long add(String key, long delta, Duration ttlOfNew) {
    return add(utf8(key), delta, ttlOfNew);
  }

  /** {@link #update(byte[], UnaryOperator)} of UTF-8 strings. */
  default Optional<String> update(String key, UnaryOperator<Optional<String>> change) {
    Objects.requireNonNull(change, "change");
    return update(utf8(key), before -> change.apply(before.map(KVStore::string)).map(KVStore::utf8))
        .map(KVStore::string);
  }

  /** {@link #compareAndDelete(byte[], long)} of a UTF-8 key. */
  default boolean compareAndDelete(String key, long expectedRevision) {
    return compareAndDelete(utf8(key), expectedRevision);
  }

  /** {@link #count(byte[])} of a UTF-8 prefix. */
  default long count(String prefix) {
    return count(utf8(prefix));
  }

  /** {@link #deletePrefix(byte[])} of a UTF-8 prefix. */
  default long deletePrefix(String prefix) {
    return deletePrefix(utf8(prefix));
  }

  private static OptionalLong applied(BatchResult result) {
    return result.applied() ? OptionalLong.of(result.revision()) : OptionalLong.empty();
  }

  private static long sum(BatchResult result) {
    return ((OperationResult.Add) result.results().get(0)).number();
  }

  private static String string(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private static byte[] utf8(String text) {
    return Utf8Bytes.of(text);
  }
}

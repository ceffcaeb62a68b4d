package io.kvapp.engine.hashtable;

import io.kvapp.KVException;
import io.kvapp.engine.event.GrowthEvent;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.Lease;
import io.kvapp.engine.file.Shortage;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.model.VersionedValue;
import io.kvapp.engine.tree.Manifest;
import io.kvapp.engine.tree.Version;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hash index, which answers gets and conditions in constant time at any size of the store.
 *
 * <p>A {@link HashTable} has a fixed capacity. When the current one fills up, a larger one is made
 * beside it; from then on every write goes to the larger one while a {@link Migration} copies the
 * rest, and then it takes over. Entries that fit into neither meanwhile wait in the heap. A hash
 * table that has become far too large is replaced by a smaller one in the same way.
 *
 * <p>After a crash the index begins with an empty hash table and is {@linkplain #rebuild rebuilt}
 * in the background from the truth, the entries in key order, which answers meanwhile for what the
 * hash table does not hold yet.
 *
 * <p>Small values are kept in the index, larger ones only in the truth.
 *
 * <p>Safe for any thread: a writer holds the stripe of its key exclusively, a reader shared. {@link
 * #resize} and {@link #rebuild} are for one background thread; {@link #finish} and {@link #close}
 * require that no call is in flight.
 */
public final class HashIndex implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HashIndex.class);

  /** The length of the largest value that is kept in the index. */
  public static final int MAX_INLINE_VALUE_BYTES = 2048;

  /** The names of the files of hash tables. */
  public static final Pattern FILES = HashTableFolder.FILES;

  private final HashTableFolder folder;
  private final StripedLocks stripes;
  private final Truth truth;

  /** Not an adder, which may allocate after a change is made. */
  private final AtomicLong count = new AtomicLong();

  private final long maxWaitingBytes;
  private final WaitingEntries waiting;

  private volatile HashTable current;

  /** Replaces the current one as soon as it holds all entries; null where there is none. */
  private volatile HashTable next;

  /** Whether damage was found, so that the count and the files cannot be relied on. */
  private volatile boolean damaged;

  /** Whether some entries are in the truth only. */
  private volatile boolean partial;

  /** Why the hash tables may hold anything, so that all is left to the truth; else null. */
  private volatile Throwable suspicion;

  private HashIndex(
      HashTableFolder folder,
      StripedLocks stripes,
      Supplier<Lease<Version>> versions,
      HashTable current,
      long entries,
      EngineOptions options) {
    this.folder = folder;
    this.stripes = stripes;
    this.truth = new Truth(versions);
    this.current = current;
    this.maxWaitingBytes = options.memtableBytes();
    this.waiting = new WaitingEntries(maxWaitingBytes);
    count.set(entries);
  }

  /**
   * Creates an index with an empty hash table.
   *
   * @param versions supplies the newest version of the truth, leased for the caller
   * @param size the wanted size, which a disk with little space may not give
   * @param entries how many entries there are, all of them in the truth so far
   */
  public static HashIndex create(
      Disk disk,
      Path folder,
      StripedLocks stripes,
      Supplier<Lease<Version>> versions,
      EngineOptions options,
      HashTableSize size,
      long entries)
      throws IOException {
    HashTableFolder tables = new HashTableFolder(disk, folder, options);
    HashTable table = tables.createFirst(size, entries);
    HashIndex index = new HashIndex(tables, stripes, versions, table, entries, options);
    index.partial = entries > 0;
    return index;
  }

  /**
   * Opens the hash table that a manifest names.
   *
   * @param versions as for a new index
   * @throws IOException if the file is not as it was when the manifest was written
   */
  public static HashIndex open(
      Disk disk,
      Path folder,
      StripedLocks stripes,
      Supplier<Lease<Version>> versions,
      EngineOptions options,
      Manifest.MapFile named)
      throws IOException {
    HashTableFolder tables = new HashTableFolder(disk, folder, options);
    HashTable table = tables.open(named);
    return new HashIndex(tables, stripes, versions, table, table.size(), options);
  }

  /** The entry of a key, expired or not; its value is null if only the truth has it. */
  public VersionedValue get(byte[] key) {
    try {
      return getUndamaged(key);
    } catch (HashTable.DamagedException damage) {
      damaged = true;
      return truth.lookUp(key);
    }
  }

  /**
   * As {@link #get}, but reports damage instead of asking the truth.
   *
   * @throws HashTable.DamagedException if the entry does not match its checksum
   */
  public VersionedValue getUndamaged(byte[] key) {
    if (isSuspect()) {
      return truth.lookUp(key);
    }
    try {
      return getOrFail(key);
    } catch (HashTable.DamagedException | KVException known) {
      throw known;
    } catch (InternalError | RuntimeException unreadable) {
      suspect(unreadable);
      return truth.lookUp(key);
    }
  }

  private VersionedValue getOrFail(byte[] key) {
    try {
      return getHere(key);
    } catch (HashTable.DamagedException damage) {
      Disk.throwLateError();
      throw damage;
    }
  }

  private VersionedValue getHere(byte[] key) {
    // Before the look into the hash table, which may be filled in between.
    boolean mayBeElsewhere = partial;
    VersionedValue found = current.get(key);
    // Before the look into the next one, to which growth moves waiting entries beside readers.
    if (found == null) {
      found = waiting.get(key);
    }
    HashTable growing = next;
    if (found == null && growing != null) {
      found = growing.get(key);
    }
    return found == null && mayBeElsewhere ? truth.lookUp(key) : found;
  }

  static boolean isInline(int valueBytes) {
    return valueBytes <= MAX_INLINE_VALUE_BYTES;
  }

  /** Stores an entry, before it is in the truth; its value may be of any size. */
  public void put(byte[] key, long revision, long expiresAt, byte[] value) {
    change(key, revision, expiresAt, value);
  }

  /** Removes an entry, as {@link #put} before the change is in the truth. */
  public void remove(byte[] key) {
    change(key, 0, 0, null);
  }

  private void change(byte[] key, long revision, long expiresAt, byte[] value) {
    boolean leftToTruth = isSuspect();
    boolean mayBeElsewhere = partial || leftToTruth;
    boolean known = false;
    try {
      if (!leftToTruth) {
        known = value == null ? removeHere(key) : putHere(key, revision, expiresAt, value);
      }
    } catch (HashTable.DamagedException damage) {
      mayBeElsewhere = leaveToTruth(key);
    } catch (Throwable failure) {
      mayBeElsewhere = suspect(failure);
    }
    boolean wasThere = known || mayBeElsewhere && truthHolds(key);
    if (wasThere == (value == null)) {
      count.addAndGet(value == null ? -1 : 1);
    }
  }

  /** Whether the hash tables, or else those that wait, had an entry of the key. */
  private boolean putHere(byte[] key, long revision, long expiresAt, byte[] value) {
    HashTable growing = next;
    HashTable table = growing == null ? current : growing;
    byte[] inline = isInline(value.length) ? value : null;
    HashTable.Put outcome = table.put(key, revision, expiresAt, inline);
    boolean known = outcome == HashTable.Put.REPLACED;
    if (outcome == HashTable.Put.NO_ROOM) {
      VersionedValue entry = new VersionedValue(revision, expiresAt, inline);
      known = table.remove(key) | waiting.put(key, entry);
    } else {
      known |= waiting.remove(key);
    }
    return growing == null ? known : current.remove(key) | known;
  }

  private boolean removeHere(byte[] key) {
    HashTable growing = next;
    boolean known = waiting.remove(key);
    if (growing != null) {
      known |= growing.remove(key);
    }
    return current.remove(key) | known;
  }

  /**
   * Leaves a key whose part of the current hash table is damaged to the truth: reads of it end
   * there until another hash table takes over.
   */
  private boolean leaveToTruth(byte[] key) {
    damaged = true;
    waiting.remove(key);
    return true;
  }

  /** Whether the truth has an entry of the key; the caller's write is in the journal already. */
  private boolean truthHolds(byte[] key) {
    for (int tries = 0; ; tries++) {
      try {
        return truth.holds(key);
      } catch (KVException.Corrupt unreadable) {
        damaged = true;
        return true;
      } catch (VirtualMachineError shortage) {
        // The hash table is changed, so that a second change would find the first one's entry.
        Shortage.pause(shortage, tries);
      }
    }
  }

  /** How many entries there are, expired ones included. */
  public long size() {
    return count.get();
  }

  /** As {@link #size()}, or {@link Manifest#UNKNOWN} if damage may have led to a wrong count. */
  public long countedSize() {
    return damaged ? Manifest.UNKNOWN : size();
  }

  /** Notes that damage was found, so that the file is not used again after it is closed. */
  public void noteDamage() {
    damaged = true;
  }

  /**
   * Leaves everything to the truth from now on, since the hash tables may hold anything, until
   * {@link #renew}. Never fails.
   *
   * @return true
   */
  public boolean suspect(Throwable cause) {
    suspicion = cause;
    return true;
  }

  /** Whether the truth alone answers until {@link #renew}. */
  public boolean isSuspect() {
    return suspicion != null;
  }

  /**
   * Begins a new hash table, which is to be {@linkplain #rebuild filled}, in place of suspect ones;
   * for the thread that resizes.
   */
  public void renew() throws IOException {
    HashTable old = current;
    LOG.warn(
        "{} is replaced by one filled anew; the tree answers meanwhile", old.file(), suspicion);
    HashTable unfinished = next;
    HashTable fresh = folder.createLike(old);
    stripes.alone(
        () -> {
          current = fresh;
          next = null;
          waiting.clear();
          partial = true;
          suspicion = null;
        });
    folder.abandon(old);
    if (unfinished != null) {
      folder.abandon(unfinished);
    }
  }

  /**
   * Waits until the file of the hash table is on the disk, while readers and writers go on. If the
   * system could not write some of it since the table was made or opened, all is left to the truth
   * as {@link #suspect} says, since what it could not write may read as absence. For the thread
   * that resizes, which must never be interrupted.
   *
   * @throws Disk.Fenced if the folder is not the store's to write; all stays as it is
   */
  public void sync() throws IOException {
    suspectUnlessWritten(current, folder::sync);
  }

  /** Brings a hash table to the disk, or fails if that cannot be. */
  private interface Sync {
    void run(HashTable table) throws IOException;
  }

  private void suspectUnlessWritten(HashTable table, Sync sync) throws IOException {
    try {
      sync.run(table);
    } catch (Disk.Fenced foreign) {
      throw foreign;
    } catch (IOException | OutOfMemoryError failure) {
      // The failure that is reported once may be what there was no memory for.
      suspect(new IOException("the system could not write all of " + table.file(), failure));
    }
  }

  /** The bytes of the files of the hash tables. */
  public long fileBytes() {
    HashTable growing = next;
    return current.fileBytes() + (growing == null ? 0 : growing.fileBytes());
  }

  /** Whether so many entries wait that writers had better wait until the index has grown. */
  public boolean isOverfull() {
    return waiting.areTooMany();
  }

  /**
   * Whether the hash table is to be replaced by a larger one, or because it is damaged.
   *
   * @param added how many entries are added in a second, as a growth that began late would find the
   *     hash table full
   */
  public boolean needsGrowth(long added) {
    return next == null
        && !isSuspect()
        && (current.isDamaged()
            || HashTableSizing.canGrow(current.layoutSize())
                && (!waiting.isEmpty() || HashTableSizing.isCrowded(current, added)));
  }

  /** Whether a much smaller hash table would do, or a smaller one where few entries are added. */
  public boolean needsShrinking(boolean steady) {
    return next == null
        && !partial
        && !isSuspect()
        && HashTableSizing.isFarTooLarge(current, steady);
  }

  /** Whether so many bytes of writes in a second are few, see {@link PagePolicy}. */
  public boolean isCalm(long bytesWritten) {
    return PagePolicy.isCalm(current, bytesWritten);
  }

  /**
   * Whether pages of the other size pay off, so that the hash table is to be replaced.
   *
   * @param calm whether times have been calm lately, or else busy
   * @param bytesWritten how much was written in these times
   */
  public boolean needsOtherPages(boolean calm, long bytesWritten) {
    return next == null
        && !partial
        && !isSuspect()
        && folder.pages.needsOther(current, calm, bytesWritten);
  }

  /**
   * Has a hash table of fitting size take over, while readers and writers go on.
   *
   * @param busy whether much is written; a larger hash table is laid out for huge pages then
   * @param steady whether hardly any entries have been added lately; there is little room then
   * @param keptFree how many bytes have to be free on the disk afterwards
   * @param goOn asked now and then, with how many entries are left to copy; after a first no the
   *     old hash table stays, after a later one both stay as they are, to be closed
   */
  public void resize(boolean busy, boolean steady, long keptFree, LongPredicate goOn)
      throws IOException {
    HashTable old = current;
    long entries = Math.max(size(), old.size() + waiting.count());
    HashTable larger =
        folder.createReplacement(old, entries, !waiting.isEmpty(), busy, steady, keptFree);
    if (old.isDamaged()) {
      LOG.warn("{} is damaged and is replaced; the tree answers meanwhile", old.file());
    }
    LongPredicate goOnCopying = left -> !isSuspect() && goOn.test(left);
    if (!goOnCopying.test(entries)) {
      folder.delete(larger);
      return;
    }
    LOG.debug("{} is migrated to {}", old.file(), larger.file());
    GrowthEvent event = new GrowthEvent();
    event.begin();
    event.bytesBefore = old.fileBytes();
    event.bytesAfter = larger.fileBytes();
    event.entries = entries;
    try {
      event.complete = migrate(old, larger, goOnCopying);
    } finally {
      event.commit();
    }
  }

  /** Moves all entries; returns whether the other hash table has taken over. */
  private boolean migrate(HashTable old, HashTable larger, LongPredicate goOn) throws IOException {
    Migration migration = migrationTo(larger);
    try {
      stripes.withoutWriters(
          () -> {
            next = larger;
            migration.takeWaiting();
          });
      migration.copyAll(old, goOn);
    } catch (KVException known) {
      throw known;
    } catch (RuntimeException unreadable) {
      // Pages that the system has lost are what no call of Chronicle expects.
      suspect(unreadable);
    } catch (Error failure) {
      suspect(failure);
      throw failure;
    }
    if (!goOn.test(0)) {
      return false;
    }
    stripes.alone(
        () -> {
          current = larger;
          next = null;
        });
    // What was copied may have been read from pages that the system had lost.
    suspectUnlessWritten(old, folder::discard);
    folder.delete(old);
    return true;
  }

  private Migration migrationTo(HashTable table) {
    return new Migration(stripes, truth, table, waiting, this::noteDamage);
  }

  /** Whether some entries are still to be {@linkplain #rebuild filled} in. */
  public boolean isPartial() {
    return partial;
  }

  /**
   * Fills in what is in the truth only, while readers and writers go on.
   *
   * @param revision supplies the last revision given to a write
   * @param goOn asked now and then
   * @return whether the index is complete now; false if it was told to stop, or became {@linkplain
   *     #isOverfull overfull}
   * @throws KVException.Corrupt if an entry cannot be read; the index stays partial
   */
  public boolean rebuild(LongSupplier revision, BooleanSupplier goOn) {
    BooleanSupplier goOnFilling = () -> goOn.getAsBoolean() && !isOverfull() && !isSuspect();
    GrowthEvent event = new GrowthEvent();
    event.begin();
    event.bytesAfter = current.fileBytes();
    event.entries = size();
    try {
      Rebuild filling = new Rebuild(stripes, truth, migrationTo(current), this::size, goOnFilling);
      event.complete = filling.run(revision);
    } finally {
      event.commit();
    }
    if (event.complete) {
      partial = false;
    }
    return !partial;
  }

  /** Makes a hash table of the entries of a version that nobody changes, as {@link #resize}. */
  public PreparedTable prepare(
      Version version, HashTableSize size, long entries, BooleanSupplier goOn) throws IOException {
    return PreparedTable.make(
        folder,
        HashTableSizing.initial(size, entries, folder.usableBytes()),
        maxWaitingBytes,
        (table, own, hasRoom) -> {
          BooleanSupplier goOnFilling = () -> goOn.getAsBoolean() && hasRoom.getAsBoolean();
          Migration migration = new Migration(stripes, truth, table, own, this::noteDamage);
          new Rebuild(stripes, truth, migration, () -> entries, goOnFilling).run(version);
        });
  }

  /** Has a prepared hash table take over in an empty index, with no call in flight. */
  public void takeOver(PreparedTable prepared, long entries) {
    try {
      current = prepared.replace(current, waiting);
    } catch (Throwable failure) {
      suspect(failure);
    }
    count.addAndGet(entries);
  }

  /** Deletes the files of earlier hash tables, which takes seconds for large ones. */
  public void deleteOthers() {
    folder.deleteOthers(current);
  }

  /** Looks for damage in parts that are unused since the hash table was opened. */
  public void checkAhead(BooleanSupplier goOn) {
    HashTable table = current;
    for (int turn = 0; turn < table.parts() && goOn.getAsBoolean(); turn++) {
      table.isSound(table.scattered(turn));
    }
  }

  /**
   * Closes the index; returns what a manifest says of its hash table, if that is complete and on
   * the disk. For a thread that is never interrupted.
   */
  public Optional<Manifest.MapFile> finish() throws IOException {
    boolean complete =
        next == null
            && waiting.isEmpty()
            && !partial
            && !isSuspect()
            && !damaged
            && !current.isDamaged();
    if (!complete || !isWritten()) {
      close();
      return Optional.empty();
    }
    try {
      return Optional.of(folder.finish(current));
    } catch (InternalError unreadable) {
      return Optional.empty();
    }
  }

  private boolean isWritten() throws IOException {
    try {
      sync();
    } catch (Throwable failure) {
      close();
      throw failure;
    }
    Throwable lost = suspicion;
    if (lost != null) {
      LOG.warn("the next open fills a new hash table: {}", lost.toString());
    }
    return lost == null;
  }

  @Override
  public void close() {
    current.close();
    HashTable growing = next;
    if (growing != null) {
      growing.close();
    }
  }
}

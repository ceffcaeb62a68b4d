package io.kvapp.engine.hashtable;

import io.kvapp.KVException;
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
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The hash index, which answers gets and conditions in constant time at any size of the store.
 *
 * <p>A {@link HashTable} has a fixed capacity. When the current one fills up, a larger one is made
 * beside it; from then on every write goes to the larger one while a {@link Migration} copies the
 * rest, and then it takes over. Entries that fit into neither meanwhile wait in the heap. A hash
 * table that has become far too large is replaced by a smaller one in the same way.
 *
 * <p>After a crash the index begins with an empty hash table and is rebuilt in the background from
 * the truth, the entries in key order, which answers meanwhile for what the hash table does not
 * hold yet. {@link HashTableUpkeep} does this and the growth.
 *
 * <p>Small values are kept in the index, larger ones only in the truth.
 *
 * <p>Safe for any thread: a writer holds the stripe of its key exclusively, a reader shared. {@link
 * #close} requires that no call is in flight.
 */
public final class HashIndex implements AutoCloseable {
  /** The length of the largest value that is kept in the index. */
  public static final int MAX_INLINE_VALUE_BYTES = 2048;

  /** The names of the files of hash tables. */
  public static final Pattern FILES = HashTableFolder.FILES;

  private final StripedLocks stripes;
  private final Truth truth;
  private final HashTableUpkeep upkeep;

  /** Not an adder, which may allocate after a change is made. */
  private final AtomicLong count = new AtomicLong();

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
    this.stripes = stripes;
    this.truth = new Truth(versions);
    this.current = current;
    this.waiting = new WaitingEntries(Integer.MAX_VALUE, options.memtableBytes());
    this.upkeep =
        new HashTableUpkeep(this, folder, stripes, truth, waiting, options.memtableBytes());
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

  /** What replaces and fills the hash table, and brings it to the disk. */
  public HashTableUpkeep upkeep() {
    return upkeep;
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
   * {@link HashTableUpkeep#renew}. Never fails.
   *
   * @return true
   */
  public boolean suspect(Throwable cause) {
    suspicion = cause;
    return true;
  }

  /** Whether the truth alone answers until {@link HashTableUpkeep#renew}. */
  public boolean isSuspect() {
    return suspicion != null;
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

  /** Whether so many bytes of writes in a second are few, see {@link PagePolicy}. */
  public boolean isCalm(long bytesWritten) {
    return PagePolicy.isCalm(current, bytesWritten);
  }

  /** Whether some entries are still to be {@linkplain HashTableUpkeep#rebuild filled} in. */
  public boolean isPartial() {
    return partial;
  }

  // Steps of its upkeep

  /** Whether damage was found, so that the file is not used again. */
  boolean isDamaged() {
    return damaged;
  }

  /** Why the truth alone answers; null where it does not. */
  Throwable suspicion() {
    return suspicion;
  }

  HashTable current() {
    return current;
  }

  /** Whether another hash table is to take over. */
  boolean isMoving() {
    return next != null;
  }

  /** Has writes go to another hash table from now on, while no write is in flight. */
  void moveTo(HashTable larger) {
    next = larger;
  }

  /** Ends the use of the hash table from which all has been moved. */
  void endMove() {
    stripes.alone(
        () -> {
          current = next;
          next = null;
        });
  }

  /**
   * Begins anew with an empty hash table, which is to be filled.
   *
   * @return the hash tables that were in use
   */
  List<HashTable> beginAnew(HashTable fresh) {
    List<HashTable> suspects = next == null ? List.of(current) : List.of(current, next);
    stripes.alone(
        () -> {
          current = fresh;
          next = null;
          waiting.clear();
          partial = true;
          suspicion = null;
        });
    return suspects;
  }

  /** Says that nothing is in the truth only. */
  void endFilling() {
    partial = false;
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

  @Override
  public void close() {
    current.close();
    HashTable growing = next;
    if (growing != null) {
      growing.close();
    }
  }
}

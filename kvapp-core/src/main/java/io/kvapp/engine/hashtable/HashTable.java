package io.kvapp.engine.hashtable;

import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.VersionedValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import net.openhft.chronicle.algo.hashing.LongHashFunction;
import net.openhft.chronicle.map.VanillaChronicleMap;

/**
 * A hash table of fixed capacity on one file: a Chronicle Map that never grows.
 *
 * <p>Each entry is a key, a revision, an expiry and either the value or a mark that the value is
 * stored elsewhere, under one checksum that every read verifies. The file has its full size, every
 * block allocated, before the first entry is stored; nothing is mapped or allocated on the disk
 * later. A file can be opened again only after {@link #finish()}: what a killed process leaves
 * behind must be rebuilt.
 *
 * <p>Any number of threads, virtual ones included, may use a hash table at once; interrupts neither
 * fail a call nor get lost. Only {@link #close()} and {@link #finish()} require that no call is in
 * flight.
 */
public final class HashTable implements AutoCloseable {
  private static final int MAX_DIRECT_THREADS = 256;
  private static final int SAMPLED_PARTS = 16;

  /**
   * Odd, so that no part is left out, and near the golden ratio of all integers, as in the
   * Fibonacci hashing of Knuth, The Art of Computer Programming, volume 3, section 6.4.
   */
  private static final int SCATTERING = 0x9E3779B1;

  private final VanillaChronicleMap<byte[], StoredEntry, Object> map;
  private final EntryOperations entries;
  private final ContextPool contexts;
  private final Path file;
  private final HashTableSize size;
  private final long fileBytes;

  /** Open as long as the map, since Linux reports a failed write to channels that were open. */
  private final FileChannel channel;

  private final ChronicleThreads<StoredEntry> threads;
  private volatile boolean damaged;
  private volatile boolean closed;

  /** Null once every part is known to be as it was left. */
  private volatile PartChecksums checksums;

  private HashTable(
      Path file,
      HashTableSize size,
      HashTableFile content,
      ChronicleThreads<StoredEntry> threads,
      int[] checksums)
      throws IOException {
    this.file = file;
    this.size = size;
    this.threads = threads;
    fileBytes = content.fileBytes();
    channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      map = content.open(file);
    } catch (Throwable failure) {
      channel.close();
      throw failure;
    }
    entries = new EntryOperations(map);
    contexts = new ContextPool(map);
    try {
      this.checksums = checksums == null ? null : PartChecksums.of(map, checksums, file);
    } catch (Throwable failure) {
      map.close();
      channel.close();
      throw failure;
    }
  }

  /**
   * Creates an empty hash table.
   *
   * @param disk makes the file
   * @param file must not exist yet; its permissions are 0600 where the file system knows them
   * @param entries how many entries of the average size it holds at least
   * @param averageKeyBytes the average length of a key
   * @param averageValueBytes the average length of a value stored in the table
   * @param hugePages whether the file is laid out for the processor's huge pages, where the system
   *     has them: writing all over it costs a fraction then, and writing a little here and there
   *     makes the system write megabytes to the disk for each entry
   * @throws IOException if the file exists or the disk is full, among others; a half-made file is
   *     deleted
   * @throws io.kvapp.KVException if the JVM keeps Chronicle Map out, naming the missing flags
   */
  public static HashTable create(
      Disk disk,
      Path file,
      long entries,
      int averageKeyBytes,
      int averageValueBytes,
      boolean hugePages)
      throws IOException {
    ModuleAccess.open();
    HashTableSize size = new HashTableSize(entries, averageKeyBytes, averageValueBytes);
    HashTableLayout layout = HashTableLayout.of(size);
    return start(
        threads -> {
          HashTableFile content = new HashTableFile(layout);
          content.create(disk, file, hugePages);
          try {
            return new HashTable(file, size, content, threads, null);
          } catch (Throwable failure) {
            try {
              disk.delete(file);
            } catch (IOException suppressed) {
              failure.addSuppressed(suppressed);
            }
            throw failure;
          }
        });
  }

  /**
   * Opens a hash table that was closed in good order.
   *
   * @param file made by {@link #create} with these same sizes
   * @param checksums what {@link #finish} returned; each part is compared with its own when it is
   *     first used
   * @throws IOException if the head of the file is not, byte for byte, what {@link #create} writes
   *     for these sizes, naming the first difference. No class named by a foreign head is ever
   *     loaded.
   * @throws io.kvapp.KVException if the JVM keeps Chronicle Map out, naming the missing flags
   */
  public static HashTable open(
      Path file, long entries, int averageKeyBytes, int averageValueBytes, int[] checksums)
      throws IOException {
    ModuleAccess.open();
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is not a file");
    }
    HashTableSize size = new HashTableSize(entries, averageKeyBytes, averageValueBytes);
    HashTableLayout layout = HashTableLayout.of(size);
    return start(
        threads -> new HashTable(file, size, new HashTableFile(layout), threads, checksums));
  }

  /** Makes a hash table that uses these threads. */
  private interface Start {
    HashTable run(ChronicleThreads<StoredEntry> threads) throws IOException;
  }

  private static HashTable start(Start start) throws IOException {
    int poolThreads = Math.max(2, Runtime.getRuntime().availableProcessors());
    ChronicleThreads<StoredEntry> threads =
        new ChronicleThreads<>(
            "kvapp-hashtable", MAX_DIRECT_THREADS, poolThreads, StoredEntry::new);
    try {
      // In the pool, since file channels are used, which a caller's interrupt would close.
      return threads.call(none -> start.run(threads));
    } catch (Throwable failure) {
      threads.close();
      throw failure;
    }
  }

  Path file() {
    return file;
  }

  /** What the table was laid out for. */
  HashTableSize layoutSize() {
    return size;
  }

  /**
   * Returns the entry of a key, or null if there is none.
   *
   * @throws DamagedException if a checksum does not match, of the entry or of its part
   */
  public VersionedValue get(byte[] key) {
    StoredEntry mine = enter();
    requireSound(key);
    return mine != null ? entries.get(key, mine) : borrow(stored -> entries.get(key, stored));
  }

  /** The outcome of a put. */
  enum Put {
    /** There was no entry of the key. */
    ADDED,
    /** There was one, and it is replaced. */
    REPLACED,
    /** There is no room for it, or it would never fit; nothing has changed. */
    NO_ROOM
  }

  /**
   * Stores the entry of a key, in place of the one it may have. Atomic towards other calls.
   *
   * @param value null if the value is stored elsewhere
   * @throws DamagedException if the checksum of the part does not match; nothing has changed
   * @throws UncheckedIOException if the file cannot be written; the entry may be damaged
   */
  public Put put(byte[] key, long revision, long expiresAt, byte[] value) {
    StoredEntry mine = enter();
    requireSound(key);
    return mine != null
        ? entries.put(key, mine.set(key, revision, expiresAt, value))
        : borrow(stored -> entries.put(key, stored.set(key, revision, expiresAt, value)));
  }

  /** Stores an entry, as the other put does. */
  Put put(byte[] key, VersionedValue entry) {
    return put(key, entry.revision(), entry.expiresAt(), entry.value());
  }

  /**
   * Removes the entry of a key; true if there was one.
   *
   * @throws DamagedException if the checksum of the part does not match; nothing has changed
   */
  boolean remove(byte[] key) {
    StoredEntry mine = enter();
    requireSound(key);
    return mine != null ? entries.remove(key) : borrow(stored -> entries.remove(key));
  }

  /**
   * Begins to fill a table that is empty and not used by anybody before that is finished.
   *
   * @param waiting takes the entries for which there is no room
   */
  TableFilling filling(WaitingEntries waiting) {
    return new TableFilling(map, waiting);
  }

  /**
   * From now on overwrites entries {@linkplain InPlaceWriter by calls of the system}, where they
   * are to be had, instead of through the mapping.
   */
  public void overwriteByCalls() {
    entries.overwriteByCalls(file);
  }

  /**
   * Returns the part of the file that the entry of a key is in. Calls for keys of the same part,
   * one after the other, find in the processor's cache what the calls before have touched.
   */
  int part(byte[] key) {
    return map.hashSplitting.segmentIndex(LongHashFunction.xx_r39().hashBytes(key));
  }

  /** How many parts there are, a power of two. */
  int parts() {
    return map.actualSegments;
  }

  /**
   * The order of the parts, from turn 0 to the number of parts, for a reader that leaves each part
   * far behind before it begins the next. The system keeps what is read in order in pieces of up to
   * 2 MiB, and a write into such a piece costs as much as dozens into a page.
   */
  int scattered(int turn) {
    return turn * SCATTERING & map.actualSegments - 1;
  }

  /**
   * The keys of a part; writers of the part wait for a millisecond or less.
   *
   * @throws DamagedException if there is one that cannot be
   */
  List<byte[]> keys(int part) {
    return run(stored -> entries.keys(part));
  }

  /**
   * Whether a part is as it was left; compares it with its checksum unless that is done already, as
   * the first call that touches the part would.
   */
  boolean isSound(int part) {
    PartChecksums known = checksums;
    return known == null || run(stored -> check(known, part));
  }

  private void requireSound(byte[] key) {
    PartChecksums known = checksums;
    if (known != null && !check(known, part(key))) {
      throw new DamagedException(key);
    }
  }

  private boolean check(PartChecksums known, int part) {
    boolean sound = known.isSound(part);
    if (!sound) {
      damaged = true;
    } else if (known.areAllSound()) {
      checksums = null;
    }
    return sound;
  }

  /** Whether a part was found that is not as it was left; calls for its keys fail. */
  boolean isDamaged() {
    return damaged;
  }

  /** How many entries there are; visits the counter of each part. */
  long size() {
    return run(stored -> map.longSize());
  }

  /**
   * How full the fullest part is, from 0 to 1, in entries or in bytes, whichever is more. Looks at
   * a few parts in turn; one of the others may be fuller.
   */
  double load() {
    return run(stored -> entries.loadOfSample());
  }

  /**
   * The average bytes of an entry, its lengths included, as a few parts have them; 0 where they
   * have none. What an entry leaves unused of its last chunk does not count, or each table would be
   * laid out for a little more than the one before.
   */
  long averageEntryBytes() {
    LongAdder count = new LongAdder();
    LongAdder bytes = new LongAdder();
    int sampled = Math.min(map.actualSegments, SAMPLED_PARTS);
    for (int i = 0; i < sampled; i++) {
      int part = map.actualSegments / sampled * i;
      if (isSound(part)) {
        run(
            stored -> {
              entries.addSizes(part, count, bytes);
              return null;
            });
      }
    }
    long found = count.sum();
    return found == 0 ? 0 : (bytes.sum() + found - 1) / found;
  }

  /** The size of the file, which never changes. */
  long fileBytes() {
    return fileBytes;
  }

  /** How many threads Chronicle may hold state for. */
  int threadsHeld() {
    return threads.holders();
  }

  /**
   * Waits until the file is on the disk, beside any other call; for a thread that is never
   * interrupted.
   *
   * @throws IOException if the system could not write some of it, at any time since the table was
   *     made or opened; entries may be missing then, or as they were before
   */
  void sync(Disk disk) throws IOException {
    checkOpen();
    disk.force(channel, file);
  }

  /**
   * Closes a table that is not needed any more and empties its file, so that nothing is left to be
   * written.
   *
   * @throws IOException as {@link #sync} does; the table is closed all the same
   */
  void discard(Disk disk) throws IOException {
    checkOpen();
    closed = true;
    try (channel) {
      closeAfter(() -> null);
      disk.truncate(channel, 0);
      disk.force(channel, file);
    }
  }

  /** Closes the file. No other call may be in flight; every later one fails. Idempotent. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      closeAllAfter(() -> null);
    }
  }

  /** Closes an open hash table in good order; returns what {@link #open} needs to open it again. */
  public int[] finish() {
    checkOpen();
    closed = true;
    return closeAllAfter(() -> PartChecksums.compute(map, checksums));
  }

  private <R> R closeAllAfter(Supplier<R> last) {
    try (channel) {
      return closeAfter(last);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private <R> R closeAfter(Supplier<R> last) {
    ThreadLocal<?> contexts = ThreadValues.localOf(map, "cxt");
    try (threads) {
      return threads.call(
          stored -> {
            try (entries) {
              return last.get();
            }
          });
    } finally {
      threads.forget(contexts);
    }
  }

  private <R> R run(ChronicleThreads.Call<StoredEntry, R, RuntimeException> call) {
    StoredEntry mine = enter();
    return mine != null ? call.with(mine) : threads.call(call);
  }

  private <R> R borrow(ChronicleThreads.Call<StoredEntry, R, RuntimeException> call) {
    return contexts.call(call, threads);
  }

  private StoredEntry enter() {
    checkOpen();
    return threads.mine();
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("closed");
    }
  }

  /** A stored entry is not what was put there. */
  public static final class DamagedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    DamagedException(byte[] key) {
      super("checksum mismatch at key " + Arrays.toString(key));
    }

    DamagedException(long keyBytes) {
      super("a key of " + keyBytes + " bytes");
    }
  }
}

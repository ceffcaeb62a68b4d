package io.kvapp.engine.hashtable;

import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.ModuleAccess;
import io.kvapp.engine.model.VersionedValue;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import net.openhft.chronicle.algo.hashing.LongHashFunction;
import net.openhft.chronicle.map.MapEntry;
import net.openhft.chronicle.map.MapSegmentContext;
import net.openhft.chronicle.map.VanillaChronicleMap;
import net.openhft.chronicle.map.impl.CompiledMapIterationContext;
import net.openhft.chronicle.map.impl.CompiledMapQueryContext;

/**
 * A hash map of fixed capacity on one file: a view of the journal that can be rebuilt at any time.
 *
 * <p>Each entry is a key, a revision, an expiry and either the value or the mark that it is stored
 * elsewhere, under one checksum that every read verifies. The file has its full size, every page
 * written, from the moment it exists; nothing is mapped or allocated on disk later. A file is good
 * for opening only after {@link #close()}; what a killed process leaves behind is to be rebuilt.
 *
 * <p>Chronicle Map is confined to this class, its {@link HashTableFile} and {@link StoredEntry},
 * and to {@link ModuleAccess}, which lets it in.
 *
 * <p>Any number of threads, virtual ones included, may use a view at once; interrupts neither fail
 * a call nor get lost. Only {@link #close()} wants to be alone: no call may be in flight.
 */
public final class HashTable implements AutoCloseable {
  private static final int MAX_DIRECT_THREADS = 256;
  private static final int SAMPLED_SEGMENTS = 16;
  private static final int SUMMED_AT_ONCE = 16 << 10;

  /** Odd, so that no part is left out, and near the golden ratio of all integers. */
  private static final int SCATTERING = 0x9E3779B1;

  private final VanillaChronicleMap<byte[], StoredEntry, Object> map;
  private final long fileBytes;
  private final ChronicleThreads<StoredEntry> threads;
  private final AtomicInteger nextSample = new AtomicInteger();
  private volatile boolean crowded;
  private volatile boolean damaged;
  private volatile boolean closed;

  /** Null while entries are overwritten through the mapping. */
  private volatile FileChannel overwriting;

  /** Null once every segment is known to be as it was left. */
  private volatile PartChecksums checks;

  @SuppressWarnings("unchecked")
  private HashTable(
      Path file, HashTableLayout shape, ChronicleThreads<StoredEntry> threads, int[] sums)
      throws IOException {
    this.threads = threads;
    try (RandomAccessFile head = new RandomAccessFile(file.toFile(), "r")) {
      fileBytes = head.length();
      new HashTableFile(shape).check(file, head);
    }
    map =
        (VanillaChronicleMap<byte[], StoredEntry, Object>)
            HashTableFile.builder(shape).createPersistedTo(file.toFile());
    try {
      checkUnlocked(file);
      if (sums != null) {
        checkHeaders(file, sums);
        checks = new PartChecksums(Arrays.copyOfRange(sums, 1, sums.length), this::sumOf);
      }
    } catch (Throwable failure) {
      map.close();
      throw failure;
    }
  }

  private void checkHeaders(Path file, int[] sums) throws IOException {
    if (sums.length != map.actualSegments + 1 || sums[0] != sumOfHeaders()) {
      throw new IOException(file + " does not match its checksum");
    }
  }

  private int sumOfHeaders() {
    long from = map.segmentHeaderAddress(0);
    return sum(from, map.segmentBaseAddr(0) - from);
  }

  private int sumOf(int segment) {
    return sum(map.segmentBaseAddr(segment), map.tierSize);
  }

  private static int sum(long address, long bytes) {
    CRC32C crc = new CRC32C();
    byte[] piece = new byte[(int) Math.min(bytes, SUMMED_AT_ONCE)];
    for (long at = 0; at < bytes; at += piece.length) {
      int length = (int) Math.min(piece.length, bytes - at);
      StoredEntry.Codec.MEMORY.readBytes(address + at, piece, 0, length);
      crc.update(piece, 0, length);
    }
    return (int) crc.getValue();
  }

  /** The checksums of what the segments are now: of their headers together, then of each. */
  private int[] sums() {
    int[] sums = new int[map.actualSegments + 1];
    sums[0] = sumOfHeaders();
    PartChecksums known = checks;
    IntStream.range(0, map.actualSegments)
        .parallel()
        .forEach(
            segment ->
                sums[segment + 1] =
                    known != null && known.isUnused(segment) ? known.sum(segment) : sumOf(segment));
    return sums;
  }

  /**
   * Whether a part is as it was left; compares it with its checksum if that was not done yet, as
   * the first call that touches it would.
   */
  boolean isSound(int part) {
    PartChecksums known = checks;
    return known == null || run(stored -> check(known, part));
  }

  private boolean check(PartChecksums known, int segment) {
    boolean sound = known.isSound(segment);
    if (!sound) {
      damaged = true;
    } else if (known.areAllSound()) {
      checks = null;
    }
    return sound;
  }

  private void requireSound(byte[] key) {
    PartChecksums known = checks;
    if (known != null && !check(known, part(key))) {
      throw new DamagedException(key);
    }
  }

  /** Whether a segment was found that is not as it was left; calls for its keys fail. */
  boolean isDamaged() {
    return damaged;
  }

  /** A lock that a killed process left behind would hold every caller up for a minute. */
  private void checkUnlocked(Path file) throws IOException {
    for (int segment = 0; segment < map.actualSegments; segment++) {
      if (StoredEntry.Codec.MEMORY.readLong(map.segmentHeaderAddress(segment)) != 0) {
        throw new IOException(file + " was not closed: segment " + segment + " is locked");
      }
    }
  }

  /**
   * Makes a new, empty view.
   *
   * @param disk makes the file
   * @param file does not exist yet; its permissions are 0600 where the file system knows them
   * @param entries how many entries of the average size it holds at least
   * @param averageKeyBytes the average length of a key
   * @param averageValueBytes the average length of a value stored in the view
   * @param hugePages whether the file is laid out for the processor's huge pages, where the system
   *     has them: writing all over it costs a fraction then, and writing a little here and there
   *     makes the system write megabytes to the disk for each entry
   * @throws IOException when the file exists or the disk is full, among others; a half-made file is
   *     deleted
   * @throws IllegalStateException when the JVM keeps Chronicle Map out, naming the missing flags
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
    HashTableLayout shape = HashTableLayout.of(entries, averageKeyBytes, averageValueBytes);
    return start(
        threads -> {
          new HashTableFile(shape).create(disk, file, hugePages);
          try {
            return new HashTable(file, shape, threads, null);
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
   * Opens a view that was closed in good order.
   *
   * @param file made by {@link #create} with these same sizes
   * @param sums what {@link #finish} returned; each segment is compared with its own when it is
   *     first used
   * @throws IOException when the head of the file is not, byte for byte, what {@link #create} makes
   *     for these sizes, naming the first difference. No class a foreign head names is ever loaded.
   * @throws IllegalStateException when the JVM keeps Chronicle Map out, naming the missing flags
   */
  public static HashTable open(
      Path file, long entries, int averageKeyBytes, int averageValueBytes, int[] sums)
      throws IOException {
    ModuleAccess.open();
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is not a file");
    }
    HashTableLayout shape = HashTableLayout.of(entries, averageKeyBytes, averageValueBytes);
    return start(threads -> new HashTable(file, shape, threads, sums));
  }

  /** Makes a view that uses these threads. */
  private interface Start {
    HashTable run(ChronicleThreads<StoredEntry> threads) throws IOException;
  }

  private static HashTable start(Start start) throws IOException {
    int poolThreads = Math.max(2, Runtime.getRuntime().availableProcessors());
    ChronicleThreads<StoredEntry> threads =
        new ChronicleThreads<>("kvapp-view", MAX_DIRECT_THREADS, poolThreads, StoredEntry::new);
    try {
      // In the pool, since file channels are used, which a caller's interrupt would close.
      return threads.call(none -> start.run(threads));
    } catch (Throwable failure) {
      threads.close();
      throw failure;
    }
  }

  /**
   * The entry of a key, or null when there is none.
   *
   * @throws DamagedException when a checksum does not match, of the entry or of its segment
   */
  public VersionedValue get(byte[] key) {
    StoredEntry mine = enter();
    return mine != null ? get(key, mine) : threads.call(stored -> get(key, stored));
  }

  private VersionedValue get(byte[] key, StoredEntry stored) {
    requireSound(key);
    return map.getUsing(key, stored) == null ? null : stored.hit(key);
  }

  /**
   * Which part of the file the entry of a key is in: calls for keys of the same part, one after the
   * other, find in the processor's cache what the calls before have touched.
   */
  int part(byte[] key) {
    return map.hashSplitting.segmentIndex(LongHashFunction.xx_r39().hashBytes(key));
  }

  /** How many parts there are. */
  int parts() {
    return map.actualSegments;
  }

  /**
   * Which part comes at a turn, from 0 to the number of parts, when one is to lie far from the
   * next. What is read in order the system keeps in pieces of up to 2 MiB, and a write into one
   * costs as much as dozens into a page.
   */
  int scattered(int turn) {
    return turn * SCATTERING & map.actualSegments - 1;
  }

  /** The keys of a part; writers of the part wait for it, a millisecond or less. */
  List<byte[]> keys(int part) {
    return run(stored -> keysOf(part));
  }

  private List<byte[]> keysOf(int part) {
    List<byte[]> keys = new ArrayList<>();
    try (MapSegmentContext<byte[], StoredEntry, ?> context = map.segmentContext(part)) {
      context.forEachSegmentEntry(entry -> keys.add(StoredEntry.keyOf(entry.key())));
    }
    return keys;
  }

  /**
   * From now on overwrites entries by calls of the system instead of through the mapping, where
   * that is Linux, which shows what is written in one way in the other at once.
   *
   * <p>A store into a page of the mapping that the system has saved since the last one costs a page
   * fault, and saving such a page an interrupt of every processor; a call costs neither, and more
   * than a store into a page that is not saved in between. So calls pay off where there are more
   * pages than are written to again before the system saves them.
   *
   * @param file the view's own; where it cannot be opened once more, nothing changes
   */
  public void overwriteByCalls(Path file) {
    if (System.getProperty("os.name").equals("Linux")) {
      try {
        overwriting = uninterruptible(FileChannel.open(file, StandardOpenOption.WRITE));
      } catch (IOException | ReflectiveOperationException unavailable) {
        // The mapping will do.
      }
    }
  }

  /** A channel that no caller's interrupt closes. */
  private static FileChannel uninterruptible(FileChannel channel)
      throws IOException, ReflectiveOperationException {
    try {
      Class.forName("sun.nio.ch.FileChannelImpl").getMethod("setUninterruptible").invoke(channel);
      return channel;
    } catch (Throwable failure) {
      channel.close();
      throw failure;
    }
  }

  /** What became of a put. */
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
   * @param value holds the value's bytes, or is null when they are stored elsewhere; offset and
   *     length do not matter then
   * @throws IndexOutOfBoundsException when value has no such range
   * @throws DamagedException when the checksum of the segment does not match; nothing has changed
   * @throws UncheckedIOException when the file cannot be written; the entry may be damaged
   */
  public Put put(byte[] key, long revision, long expiresAt, byte[] value, int offset, int length) {
    StoredEntry mine = enter();
    return mine != null
        ? put(key, mine.set(key, revision, expiresAt, value, offset, length))
        : threads.call(s -> put(key, s.set(key, revision, expiresAt, value, offset, length)));
  }

  private Put put(byte[] key, StoredEntry stored) {
    requireSound(key);
    try (CompiledMapQueryContext<byte[], StoredEntry, Object> query = query(key)) {
      int chunks = map.inChunks(query.entrySize(key.length, stored.size()));
      if (chunks > map.maxChunksPerEntry) {
        return Put.NO_ROOM;
      }
      query.updateLock().lock();
      MapEntry<byte[], StoredEntry> old = query.entry();
      if (old == null) {
        return crowded && !hasRoom(query, chunks) ? Put.NO_ROOM : insert(query, stored, chunks);
      }
      if (overwriting != null && chunks == query.entrySizeInChunks()) {
        overwrite(query, stored);
        return Put.REPLACED;
      }
      // Chronicle frees the old entry before it finds that there is no room for a bigger one.
      if (chunks > query.entrySizeInChunks() && !hasRoom(query, chunks)) {
        return Put.NO_ROOM;
      }
      query.replaceValue(old, stored);
      return Put.REPLACED;
    } finally {
      stored.forget();
    }
  }

  /** Replaces what follows the key of an entry by as many chunks, which are where they were. */
  private void overwrite(
      CompiledMapQueryContext<byte[], StoredEntry, Object> query, StoredEntry stored) {
    query.writeLock().lock();
    ByteBuffer bytes = stored.withLength();
    long at = query.segmentBS().addressForRead(query.valueSizeOffset()) - map.bsAddress();
    try {
      while (bytes.hasRemaining()) {
        at += overwriting.write(bytes, at);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private Put insert(
      CompiledMapQueryContext<byte[], StoredEntry, Object> query, StoredEntry stored, int chunks) {
    try {
      query.insert(query.absentEntry(), stored);
      return Put.ADDED;
    } catch (IllegalStateException perhapsFull) {
      if (hasRoom(query, chunks)) {
        throw perhapsFull;
      }
      crowded = true; // from now on looks before it leaps, as an exception costs more
      return Put.NO_ROOM;
    }
  }

  /** Takes the room and gives it back; what comes next finds it, as the update lock is held. */
  private static boolean hasRoom(
      CompiledMapQueryContext<byte[], StoredEntry, Object> query, int chunks) {
    long position = query.allocReturnCodeGuarded(chunks);
    if (position >= 0) {
      query.freeGuarded(position, chunks);
    }
    return position >= 0;
  }

  /**
   * Removes the entry of a key; true if there was one.
   *
   * @throws DamagedException when the checksum of the segment does not match; nothing has changed
   */
  boolean remove(byte[] key) {
    StoredEntry mine = enter();
    return mine != null ? removeHere(key) : threads.call(stored -> removeHere(key));
  }

  private boolean removeHere(byte[] key) {
    requireSound(key);
    try (CompiledMapQueryContext<byte[], StoredEntry, Object> query = query(key)) {
      query.updateLock().lock();
      MapEntry<byte[], StoredEntry> entry = query.entry();
      if (entry != null) {
        query.remove(entry);
      }
      return entry != null;
    }
  }

  private CompiledMapQueryContext<byte[], StoredEntry, Object> query(byte[] key) {
    return (CompiledMapQueryContext<byte[], StoredEntry, Object>) map.queryContext(key);
  }

  /** How many entries there are; walks the segments' counters. */
  long size() {
    return run(stored -> map.longSize());
  }

  /**
   * How full the fullest segment is, from 0 to 1, in entries or in bytes, whichever is more. Looks
   * at a few segments in turn; one that is fuller may be among the others.
   */
  double fill() {
    return run(stored -> fillOfSample());
  }

  private double fillOfSample() {
    int segments = map.actualSegments;
    int first = nextSample.getAndAdd(SAMPLED_SEGMENTS);
    double fullest = 0;
    for (int i = 0; i < Math.min(segments, SAMPLED_SEGMENTS); i++) {
      int segment = Integer.remainderUnsigned(first + i, segments);
      try (CompiledMapIterationContext<?, ?, ?> context =
          (CompiledMapIterationContext<?, ?, ?>) map.segmentContext(segment)) {
        context.goToFirstTier();
        double byEntries = (double) context.tierEntries() / map.maxEntriesPerHashLookup;
        double byBytes = (double) context.freeList().cardinality() / map.actualChunksPerSegmentTier;
        fullest = Math.max(fullest, Math.max(byEntries, byBytes));
      }
    }
    return fullest;
  }

  /** How much of the file entries take; walks all segments. */
  long usedBytes() {
    return run(stored -> usedChunks() * map.chunkSize);
  }

  private long usedChunks() {
    long chunks = 0;
    for (int segment = 0; segment < map.actualSegments; segment++) {
      try (CompiledMapIterationContext<?, ?, ?> context =
          (CompiledMapIterationContext<?, ?, ?>) map.segmentContext(segment)) {
        context.goToFirstTier();
        chunks += context.freeList().cardinality();
      }
    }
    return chunks;
  }

  /** The size of the file, which never changes. */
  long fileBytes() {
    return fileBytes;
  }

  /** Closes the file. No other call may be in flight; every later one fails. Idempotent. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      closeAfter(() -> null);
    }
  }

  /** As {@link #close}, for a view that is open; what {@link #open} wants to open it again. */
  public int[] finish() {
    checkOpen();
    closed = true;
    return closeAfter(this::sums);
  }

  private <R> R closeAfter(Supplier<R> last) {
    try (threads) {
      return threads.call(
          stored -> {
            try {
              return last.get();
            } finally {
              map.close();
              closeChannel();
            }
          });
    }
  }

  private void closeChannel() {
    try {
      if (overwriting != null) {
        overwriting.close();
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** How many threads Chronicle may hold state for. */
  int threadsHeld() {
    return threads.holders();
  }

  private <R> R run(ChronicleThreads.Call<StoredEntry, R, RuntimeException> call) {
    StoredEntry mine = enter();
    return mine != null ? call.with(mine) : threads.call(call);
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
  }
}

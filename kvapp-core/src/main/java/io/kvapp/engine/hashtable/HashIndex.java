package io.kvapp.engine.hashtable;

import io.kvapp.KVException;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.model.VersionedValue;
import io.kvapp.engine.tree.Manifest;
import io.kvapp.engine.tree.Version;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hash map that gets and conditions are answered from, at any size.
 *
 * <p>A {@link HashTable} has a fixed capacity. When one fills, a larger one is made beside it; from
 * then on every write goes there while a background thread copies the rest, and once that is done
 * the larger one takes over. What fits neither meanwhile waits in the heap. A map that has become
 * far too large is replaced by a smaller one in the same way.
 *
 * <p>A map that cannot be used again after a crash is made anew, empty, and {@linkplain #fill
 * filled} in the background from the ordered keys, which answer meanwhile what it does not hold
 * yet.
 *
 * <p>Small values are kept in the map, larger ones where the ordered keys have them. Writers of one
 * key come one after the other, and hold its stripe; readers hold it shared.
 */
public final class HashIndex implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HashIndex.class);

  /** The largest value that is kept in the map. */
  public static final int MAX_INLINE_VALUE_BYTES = 2048;

  private static final long MIN_ENTRIES = 16_384;
  private static final long SMALL_BYTES = 64 << 20;
  private static final double FULL = 0.75;
  private static final double FULL_IF_BUSY = 0.65;
  private static final long MIN_FREE_BYTES = 256 << 20;
  private static final int MAX_DIGITS = 18;
  private static final long MIN_BUSY_BYTES = 32 << 10;
  private static final long CALM_SHARE = 8192;

  /** In huge pages, a byte written in calm makes the system write as many. */
  private static final long CALM_COST = 32_768;

  private static final int WAITING_LIMIT = 20_000;
  private static final int GATHERED_BYTES = 4 << 20;
  private static final int OBJECT_BYTES = 100;
  private static final int DEFAULT_KEY_BYTES = 24;
  private static final int DEFAULT_VALUE_BYTES = 100;
  private static final String FILES = "live-*";
  private static final String HUGE = "-huge.map";
  private static final long MIN_HUGE_BYTES = 32 << 20;

  /** How large a map is laid out. */
  public record Size(long entries, int keyBytes, int valueBytes) {
    public static final Size SMALLEST =
        new Size(MIN_ENTRIES, DEFAULT_KEY_BYTES, DEFAULT_VALUE_BYTES);

    /** Room for so many entries and as many again, or more where that costs little. */
    public static Size forEntries(long entries, int keyBytes, int valueBytes) {
      Size twice = roomy(entries * 2, keyBytes, valueBytes);
      return twice.bytes() < SMALL_BYTES ? roomy(entries * 4, keyBytes, valueBytes) : twice;
    }

    /** Hardly more room than so many entries need, for where the disk has no more. */
    static Size barelyForEntries(long entries, int keyBytes, int valueBytes) {
      return roomy(entries + entries / 2, keyBytes, valueBytes);
    }

    /** Room for so many entries and for those that come while a map is made that large. */
    static Size forMoreThan(long entries, int keyBytes, int valueBytes) {
      return roomy(entries * 4, keyBytes, valueBytes);
    }

    private static Size roomy(long wanted, int keyBytes, int valueBytes) {
      long roomy = Math.min(HashTableLayout.MAX_ENTRIES, Math.max(MIN_ENTRIES, wanted));
      return new Size(roomy, Math.max(1, keyBytes), valueBytes);
    }

    long bytes() {
      return entries * (keyBytes + HashTableLayout.HEADER_BYTES + valueBytes);
    }

    Size doubled() {
      return new Size(Math.min(HashTableLayout.MAX_ENTRIES, entries * 2), keyBytes, valueBytes);
    }
  }

  /** A map with its file. */
  private record Table(HashTable view, Path file, Size size) {
    public HashTable.Put put(byte[] key, VersionedValue hit) {
      byte[] value = hit.value();
      int length = value == null ? 0 : value.length;
      return view.put(key, hit.revision(), hit.expiresAt(), value, 0, length);
    }

    boolean hasHugePages() {
      return file.getFileName().toString().endsWith(HUGE);
    }

    void delete(Disk disk) throws IOException {
      view.close();
      disk.delete(file);
    }
  }

  private final Disk disk;
  private final Path folder;
  private final StripedLocks stripes;
  private final Supplier<Version> versions;
  private final long maxMappedBytes;
  private final LongAdder count = new LongAdder();
  private final Map<byte[], VersionedValue> waiting =
      new ConcurrentSkipListMap<>(Arrays::compareUnsigned);
  private long generation;
  private volatile Table current;
  private volatile Table next;
  private volatile boolean damaged;
  private volatile boolean partial;

  private HashIndex(
      Disk disk,
      Path folder,
      StripedLocks stripes,
      Supplier<Version> versions,
      EngineOptions tuning,
      long generation,
      Table table,
      long entries) {
    this.disk = disk;
    this.folder = folder;
    this.stripes = stripes;
    this.versions = versions;
    this.maxMappedBytes = tuning.maxMappedTableBytes();
    this.generation = generation;
    this.current = table;
    count.add(entries);
  }

  /**
   * A new map.
   *
   * @param versions gives the newest version of the ordered keys, with a use that the taker ends
   * @param entries how many entries there are, all of them in the ordered keys so far
   */
  public static HashIndex create(
      Disk disk,
      Path folder,
      StripedLocks stripes,
      Supplier<Version> versions,
      EngineOptions tuning,
      Size size,
      long entries)
      throws IOException {
    List<Path> left = Disk.list(folder, FILES);
    if (entries == 0 || disk.usableBytes(folder) < MIN_FREE_BYTES + 2 * size.bytes()) {
      for (Path file : left) {
        disk.delete(file);
      }
    }
    long generation = left.stream().mapToLong(HashIndex::generation).max().orElse(0) + 1;
    Size least = Size.barelyForEntries(entries, size.keyBytes, size.valueBytes);
    // Journal and checkpoints need space too.
    boolean scarce = size.bytes() > disk.usableBytes(folder) / 2;
    Size fitting = scarce && least.bytes() < size.bytes() ? least : size;
    Table table = table(disk, folder, generation, fitting, false, tuning.maxMappedTableBytes());
    HashIndex map =
        new HashIndex(disk, folder, stripes, versions, tuning, generation, table, entries);
    map.partial = entries > 0;
    return map;
  }

  private static long generation(Path file) {
    String digits = file.getFileName().toString().replaceAll("\\D", "");
    return digits.isEmpty() || digits.length() > MAX_DIGITS ? 0 : Long.parseLong(digits);
  }

  /**
   * The map that a manifest names.
   *
   * @param versions as for a new map
   * @throws IOException if the file is not as it was when the manifest was written
   */
  public static HashIndex open(
      Disk disk,
      Path folder,
      StripedLocks stripes,
      Supplier<Version> versions,
      EngineOptions tuning,
      Manifest.MapFile named)
      throws IOException {
    Path file = folder.resolve(named.name());
    int[] sums = PartChecksumsFile.read(file, named.check());
    Size size = new Size(named.entries(), named.keyBytes(), named.valueBytes());
    for (Path left : Disk.list(folder, FILES)) {
      if (!left.equals(file)) {
        disk.delete(left);
      }
    }
    HashTable view = HashTable.open(file, size.entries, size.keyBytes, size.valueBytes, sums);
    Table table = table(view, file, size, tuning.maxMappedTableBytes());
    return new HashIndex(
        disk, folder, stripes, versions, tuning, generation(file), table, view.size());
  }

  private static Table table(
      Disk disk, Path folder, long generation, Size size, boolean hugePages, long maxMappedBytes)
      throws IOException {
    Path file = folder.resolve("live-" + generation + (hugePages ? HUGE : ".map"));
    HashTable view =
        HashTable.create(disk, file, size.entries, size.keyBytes, size.valueBytes, hugePages);
    return table(view, file, size, maxMappedBytes);
  }

  private static Table table(HashTable view, Path file, Size size, long maxMappedBytes) {
    if (size.bytes() > maxMappedBytes) {
      // It gets no huge pages, busy or not, and so a page fault for nearly every store.
      view.overwriteByCalls(file);
    }
    return new Table(view, file, size);
  }

  /** The entry of a key, expired or not; its value is null where only the ordered keys have it. */
  public VersionedValue get(byte[] key) {
    try {
      return getUndamaged(key);
    } catch (HashTable.DamagedException damage) {
      damaged = true;
      return inTruth(now -> now.lookUp(key));
    }
  }

  /**
   * As {@link #get}, for who wants to know of damage.
   *
   * @throws HashTable.DamagedException if the map's entry does not match its checksum
   */
  public VersionedValue getUndamaged(byte[] key) {
    // Before the look into the map, which may be filled in between.
    boolean mayBeElsewhere = partial;
    VersionedValue hit = current.view.get(key);
    // Before the look into the next map, to which growth moves what waits while readers are in.
    if (hit == null && !waiting.isEmpty()) {
      hit = copyOf(waiting.get(key));
    }
    Table growing = next;
    if (hit == null && growing != null) {
      hit = growing.view.get(key);
    }
    return hit == null && mayBeElsewhere ? inTruth(now -> now.lookUp(key)) : hit;
  }

  /** With a value of its own, since callers keep what they are given and what they gave. */
  private static VersionedValue copyOf(VersionedValue hit) {
    return hit == null || hit.value() == null
        ? hit
        : new VersionedValue(hit.revision(), hit.expiresAt(), hit.value().clone());
  }

  private <T> T inTruth(Function<Version, T> read) {
    Version now = versions.get();
    try {
      return read.apply(now);
    } finally {
      now.release();
    }
  }

  /** Stores an entry, before it is in the ordered keys; its value may be of any size. */
  public void put(byte[] key, long revision, long expiresAt, byte[] value) {
    byte[] kept = value.length > MAX_INLINE_VALUE_BYTES ? null : value;
    store(key, new VersionedValue(revision, expiresAt, kept));
  }

  /** Whether some entries are still to be {@linkplain #fill filled} in. */
  public boolean isPartial() {
    return partial;
  }

  /** Deletes the files of the maps before this one, which takes seconds for large ones. */
  public void deleteOthers() {
    try {
      for (Path file : Disk.list(folder, FILES)) {
        if (!file.equals(current.file)) {
          disk.delete(file);
        }
      }
    } catch (IOException failure) {
      LOG.warn("a map that is not needed any more cannot be deleted: {}", failure.toString());
    }
  }

  /**
   * Stores the entries that a cursor steps over and that have not changed since, without reading
   * values that are not kept, while readers and writers go on. Many are gathered and stored
   * {@linkplain HashTable#part part} by part, which takes half the time of the order of their keys.
   *
   * @param since the revision up to which the cursor has every change
   * @param goOn is told now and then how many more were stepped over, and says whether to go on
   */
  public void fill(Cursor cursor, long since, IntPredicate goOn) {
    List<byte[]> keys = new ArrayList<>();
    List<VersionedValue> hits = new ArrayList<>();
    long gathered = 0;
    int steps = 0;
    while (cursor.next()) {
      steps++;
      if (!cursor.isDelete()) {
        byte[] key = cursor.ownKey();
        byte[] kept = cursor.valueLength() > MAX_INLINE_VALUE_BYTES ? null : cursor.value();
        keys.add(key);
        hits.add(new VersionedValue(cursor.revision(), cursor.expiresAt(), kept));
        gathered += OBJECT_BYTES + key.length + (kept == null ? 0 : kept.length);
      }
      if (gathered > GATHERED_BYTES) {
        fillPartByPart(keys, hits, since);
        if (!goOn.test(steps)) {
          return;
        }
        keys.clear();
        hits.clear();
        gathered = 0;
        steps = 0;
      }
    }
    fillPartByPart(keys, hits, since);
    goOn.test(steps);
  }

  private void fillPartByPart(List<byte[]> keys, List<VersionedValue> hits, long since) {
    for (int i : partByPart(keys, current.view)) {
      fill(keys.get(i), hits.get(i), since);
    }
  }

  private void fill(byte[] key, VersionedValue hit, long since) {
    StripedLocks.Stripe stripe = stripes.of(key);
    stripe.writing.lock();
    try {
      if (!inTruth(now -> now.hasChanged(key, since))
          && current.put(key, hit) == HashTable.Put.NO_ROOM) {
        waiting.put(key, hit);
      }
    } finally {
      stripe.writing.unlock();
    }
  }

  /** Says that every entry has been filled in. */
  public void endFilling() {
    partial = false;
  }

  /**
   * The positions of keys, sorted by their parts of a view from one of them round to it again: any,
   * so that threads that do this at once do not meet at each part.
   */
  private static int[] partByPart(List<byte[]> keys, HashTable view) {
    int[] parts = new int[keys.size()];
    int[] next = new int[view.parts() + 1];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = view.part(keys.get(i));
      next[parts[i] + 1]++;
    }
    for (int part = 1; part < next.length; part++) {
      next[part] += next[part - 1];
    }
    int[] order = new int[parts.length];
    int begin = parts.length == 0 ? 0 : ThreadLocalRandom.current().nextInt(parts.length);
    for (int i = 0; i < parts.length; i++) {
      order[(next[parts[i]]++ + begin) % parts.length] = i;
    }
    return order;
  }

  private void store(byte[] key, VersionedValue hit) {
    boolean mayBeElsewhere = partial;
    Table growing = next;
    boolean known = false;
    try {
      known = storeIn(growing == null ? current : growing, key, hit);
      if (growing != null) {
        known |= current.view.remove(key);
      }
    } catch (HashTable.DamagedException damage) {
      mayBeElsewhere = leaveToTruth(key);
    }
    if (!known && !(mayBeElsewhere && truthHolds(key))) {
      count.increment();
    }
  }

  private boolean storeIn(Table target, byte[] key, VersionedValue hit) {
    HashTable.Put outcome = target.put(key, hit);
    if (outcome == HashTable.Put.NO_ROOM) {
      return target.view.remove(key) | waiting.put(key, copyOf(hit)) != null;
    }
    boolean waited = !waiting.isEmpty() && waiting.remove(key) != null;
    return waited || outcome == HashTable.Put.REPLACED;
  }

  /** Removes an entry, as {@link #put} before the change is in the ordered keys. */
  public void remove(byte[] key) {
    boolean mayBeElsewhere = partial;
    Table growing = next;
    boolean known = false;
    try {
      known = !waiting.isEmpty() && waiting.remove(key) != null;
      if (growing != null) {
        known |= growing.view.remove(key);
      }
      known |= current.view.remove(key);
    } catch (HashTable.DamagedException damage) {
      mayBeElsewhere = leaveToTruth(key);
    }
    if (known || mayBeElsewhere && truthHolds(key)) {
      count.decrement();
    }
  }

  /**
   * Leaves a key to the ordered keys, whose part of the current map is damaged: reads of it end
   * there, until a new map takes over.
   */
  private boolean leaveToTruth(byte[] key) {
    damaged = true;
    waiting.remove(key);
    return true;
  }

  /** Whether the ordered keys have an entry; the write that asks is in the journal already. */
  private boolean truthHolds(byte[] key) {
    try {
      return inTruth(now -> now.holds(key));
    } catch (KVException.Corrupt unreadable) {
      damaged = true;
      return true;
    }
  }

  /** How many entries there are, expired ones included. */
  public long size() {
    return count.sum();
  }

  /** As {@link #size()}, or {@link Manifest#UNKNOWN} if damage may have led to a wrong count. */
  public long countedSize() {
    return damaged ? Manifest.UNKNOWN : size();
  }

  /**
   * Notes that an entry was found damaged, so that the map is not used again after it is closed.
   */
  public void noteDamage() {
    damaged = true;
  }

  public long fileBytes() {
    Table growing = next;
    return current.view.fileBytes() + (growing == null ? 0 : growing.view.fileBytes());
  }

  /** Whether writers had better wait until the map has grown. */
  public boolean isOverfull() {
    return waiting.size() > WAITING_LIMIT;
  }

  /**
   * Whether it is time to {@link #resize}.
   *
   * @param busy whether there is much writing, so that the map would be full before a larger one is
   *     there if that began late
   */
  public boolean needsGrowth(boolean busy) {
    return next == null && (current.view.isDamaged() || isCrowded(busy));
  }

  private boolean isCrowded(boolean busy) {
    return !waiting.isEmpty() || current.view.fill() > (busy ? FULL_IF_BUSY : FULL);
  }

  /**
   * Whether so many bytes of writes in a second are few for this map: in huge pages they would make
   * the system write much more to the disk than in small ones.
   */
  public boolean isCalm(long bytesWritten) {
    return bytesWritten < Math.max(MIN_BUSY_BYTES, current.view.fileBytes() / CALM_SHARE);
  }

  /**
   * Whether the pages are of the wrong size for how much is written.
   *
   * @param bytesWritten by how many bytes of writes in calm, or else in busy times on end
   */
  public boolean needsOtherPages(boolean calm, long bytesWritten) {
    Table table = current;
    long paysOffAt = table.view.fileBytes() / (calm ? CALM_COST : 1);
    return next == null
        && !partial
        && (calm
            ? table.hasHugePages()
            : !table.hasHugePages() && fitsHugePages(table.size.bytes()))
        && bytesWritten > paysOffAt;
  }

  /** Whether a much smaller map would do. */
  public boolean needsShrinking() {
    Size size = current.size;
    return next == null
        && !partial
        && size.entries > MIN_ENTRIES
        && current.view.size() < size.entries / 8;
  }

  /**
   * Makes a map of fitting size take over, while readers and writers go on. For one thread.
   *
   * <p>Where there is much writing, a larger map is laid out for huge pages.
   *
   * <p>Goes part by part, as all entries of one go to few of the larger map, and what is touched
   * again and again stays in the processor's cache.
   *
   * @param busy whether there is much writing, see {@link #isCalm}
   * @param goOn is asked now and then; once it says no, the maps stay as they are, to be closed
   */
  public void resize(boolean busy, BooleanSupplier goOn) throws IOException {
    Table old = current;
    Table larger = larger(old, busy);
    if (old.view.isDamaged()) {
      LOG.warn("{} is damaged and is replaced; the ordered keys answer meanwhile", old.file);
    }
    LOG.debug("{} grows into {}", old.file, larger.file);
    stripes.withoutWriters(() -> startFilling(larger));
    copyAll(larger, goOn);
    if (!goOn.getAsBoolean()) {
      return;
    }
    stripes.alone(
        () -> {
          current = larger;
          next = null;
        });
    old.delete(disk);
  }

  private Table larger(Table old, boolean busy) throws IOException {
    Size size = fittingSize(old, busy);
    boolean hugePages = busy && fitsHugePages(size.bytes());
    try {
      return table(disk, folder, ++generation, size, hugePages, maxMappedBytes);
    } catch (IOException failure) {
      if (!busy || !Disk.isNoSpace(failure)) {
        throw failure;
      }
      Size smaller = fittingSize(old, false);
      return table(disk, folder, ++generation, smaller, false, maxMappedBytes);
    }
  }

  private boolean fitsHugePages(long bytes) {
    return bytes >= MIN_HUGE_BYTES && bytes <= maxMappedBytes;
  }

  private Size fittingSize(Table old, boolean busy) {
    long held = old.view.size();
    long entries = Math.max(size(), held + waiting.size());
    long entryBytes = held == 0 ? 0 : old.view.usedBytes() / held;
    int valueBytes =
        (int) Math.max(0, entryBytes - old.size.keyBytes - HashTableLayout.HEADER_BYTES);
    if (entries < MIN_ENTRIES / 4) {
      valueBytes = Math.max(valueBytes, old.size.valueBytes);
    }
    Size fitting = Size.forEntries(entries, old.size.keyBytes, valueBytes);
    if (busy) {
      Size roomier = Size.forMoreThan(entries, old.size.keyBytes, valueBytes);
      fitting = roomier.bytes() <= maxMappedBytes ? roomier : fitting;
    }
    // Entries that crowd into few segments leave no room there though the average would fit.
    return isCrowded(busy) && fitting.bytes() <= old.size.bytes() ? old.size.doubled() : fitting;
  }

  private void startFilling(Table larger) {
    next = larger;
    for (Map.Entry<byte[], VersionedValue> entry : waiting.entrySet()) {
      if (larger.put(entry.getKey(), entry.getValue()) != HashTable.Put.NO_ROOM) {
        waiting.remove(entry.getKey());
      }
    }
  }

  private void copyAll(Table larger, BooleanSupplier goOn) {
    HashTable old = current.view;
    BitSet unsound = new BitSet();
    for (int turn = 0; turn < old.parts() && goOn.getAsBoolean(); turn++) {
      int part = old.scattered(turn);
      if (old.isSound(part)) {
        copyPartByPart(old.keys(part), larger);
      } else {
        unsound.set(part);
      }
    }
    if (!unsound.isEmpty()) {
      copyFromTruth(larger, key -> unsound.get(old.part(key)), goOn);
    }
  }

  /** Copies the entries that are in parts of which nothing can be read. */
  private void copyFromTruth(Table larger, Predicate<byte[]> wanted, BooleanSupplier goOn) {
    Version version = versions.get();
    try {
      Cursor cursor = version.entries(new byte[0], null, false);
      while (goOn.getAsBoolean() && cursor.next()) {
        if (!cursor.isDelete() && wanted.test(cursor.key())) {
          copy(cursor.ownKey(), larger);
        }
      }
    } finally {
      version.release();
    }
  }

  private void copyPartByPart(List<byte[]> keys, Table larger) {
    for (int i : partByPart(keys, larger.view)) {
      copy(keys.get(i), larger);
    }
  }

  private void copy(byte[] key, Table larger) {
    StripedLocks.Stripe stripe = stripes.of(key);
    stripe.writing.lock();
    try {
      VersionedValue hit = toCopy(key);
      if (hit != null && larger.put(key, hit) == HashTable.Put.NO_ROOM) {
        waiting.put(key, hit);
      }
    } finally {
      stripe.writing.unlock();
    }
  }

  private VersionedValue toCopy(byte[] key) {
    try {
      return current.view.get(key);
    } catch (HashTable.DamagedException damage) {
      damaged = true;
      VersionedValue hit = inTruth(now -> now.lookUp(key));
      return hit == null || hit.value().length <= MAX_INLINE_VALUE_BYTES
          ? hit
          : new VersionedValue(hit.revision(), hit.expiresAt(), null);
    }
  }

  /** Looks for damage in parts that nobody has used since the map was opened, as long as told. */
  public void checkAhead(BooleanSupplier goOn) {
    HashTable view = current.view;
    for (int turn = 0; turn < view.parts() && goOn.getAsBoolean(); turn++) {
      view.isSound(view.scattered(turn));
    }
  }

  /** Closes the map, with no call in flight; the manifest's word for it, if it is whole. */
  public Optional<Manifest.MapFile> finish() throws IOException {
    Table last = current;
    if (next != null || !waiting.isEmpty() || partial || damaged || last.view.isDamaged()) {
      close();
      return Optional.empty();
    }
    return Optional.of(
        new Manifest.MapFile(
            last.file.getFileName().toString(),
            last.size.entries,
            last.size.keyBytes,
            last.size.valueBytes,
            PartChecksumsFile.write(disk, last.file, last.view.finish())));
  }

  @Override
  public void close() {
    current.view.close();
    Table growing = next;
    if (growing != null) {
      growing.view.close();
    }
  }
}

package io.kvapp.engine;

import io.kvapp.Batch;
import io.kvapp.BatchResult;
import io.kvapp.Durability;
import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.Page;
import io.kvapp.RecoveryReport;
import io.kvapp.Scan;
import io.kvapp.StoreAdmin;
import io.kvapp.StoreLimits;
import io.kvapp.StoreOptions;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.FolderLock;
import io.kvapp.engine.file.StoreFailures;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.journal.Journal;
import io.kvapp.engine.journal.JournalPosition;
import io.kvapp.engine.memtable.Memtable;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.model.ExpiryKey;
import io.kvapp.engine.model.Limits;
import io.kvapp.engine.model.Operation;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.model.VersionedValue;
import io.kvapp.engine.tree.Flusher;
import io.kvapp.engine.tree.Manifest;
import io.kvapp.engine.tree.PageReader;
import io.kvapp.engine.tree.Version;
import io.kvapp.engine.tree.VersionSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.StampedLock;

/**
 * A store in a folder: a journal and sorted SSTables are the truth, a Chronicle Map is the view
 * that answers gets.
 *
 * <p>A write takes the stripe of its key, checks its condition, appends to the journal, waits for a
 * sync where the durability asks for one, applies the change to the map and the ordered keys, and
 * returns. A get is one look-up in the map; a scan merges the ordered keys.
 *
 * <p>All methods may be called from any thread.
 */
public final class DiskStore implements KVStore {
  private static final int REVISIONS_BETWEEN_REQUESTS = 1024;
  private static final int SWEPT_AT_ONCE = 500;
  private static final int READ_ATTEMPTS = 1000;

  final InstantSource clock;
  final Disk disk;
  private final Path folder;
  final Limits limits;
  private final boolean syncEachWrite;
  private final FolderLock folderLock;
  private final ExecutorService preparing;
  final StripedLocks stripes;
  final Journal journal;
  final HashIndex map;
  final VersionSet versions;
  final Flusher flusher;
  final Maintenance maintenance;
  final RecoveryReport report;
  private final StoreAdmin admin = new DiskStoreAdmin(this);
  private final StampedLock batches = new StampedLock();
  private final AtomicLong earliestExpiry = new AtomicLong(Long.MAX_VALUE);
  private volatile boolean closed;

  private DiskStore(
      Path folder,
      StoreOptions options,
      Disk disk,
      EngineOptions tuning,
      FolderLock folderLock,
      ExecutorService preparing,
      Recovery opening) {
    this.clock = options.clock();
    this.disk = disk;
    this.folder = folder;
    this.limits = new Limits(options);
    this.syncEachWrite = options.durability() == Durability.SYNC;
    this.folderLock = folderLock;
    this.preparing = preparing;
    this.stripes = opening.stripes;
    this.journal = opening.journal;
    this.map = opening.map;
    this.versions = opening.versions;
    this.flusher = opening.flusher;
    this.report = opening.report;
    noteEarliestExpiry();
    this.maintenance =
        new Maintenance(folder, journal, versions, flusher, opening.compactor, map, this::sweep);
  }

  /**
   * Opens the store in a folder, which is made if it is not there.
   *
   * @throws KVException.FolderInUse if another store has the folder open
   * @throws KVException.FolderUnusable if the folder cannot be made, read or written
   * @throws KVException.Corrupt if a file is damaged
   * @throws KVException.UnknownFormat if another version of KVApp wrote the folder
   * @throws KVException.NoSpace if the disk is full
   */
  public static DiskStore open(Path folder, StoreOptions options) {
    return open(folder, options, new Disk(), EngineOptions.standard());
  }

  public static DiskStore open(Path folder, StoreOptions options, Disk disk, EngineOptions tuning) {
    return WorkerThread.call("kvapp-open", () -> openHere(folder, options, disk, tuning));
  }

  private static DiskStore openHere(
      Path folder, StoreOptions options, Disk disk, EngineOptions tuning) {
    new DataFolder(disk, folder).prepare();
    FolderLock lock = null;
    ExecutorService preparing = WorkerThread.executor("kvapp-journal");
    try {
      lock = FolderLock.take(folder);
      Recovery opening = new Recovery(disk, folder, options, tuning, preparing);
      opening.open();
      return opened(folder, options, disk, tuning, lock, preparing, opening);
    } catch (IOException failure) {
      release(lock, preparing, failure);
      throw StoreFailures.unusable(folder, failure);
    } catch (Throwable failure) {
      release(lock, preparing, failure);
      throw failure;
    }
  }

  private static DiskStore opened(
      Path folder,
      StoreOptions options,
      Disk disk,
      EngineOptions tuning,
      FolderLock lock,
      ExecutorService preparing,
      Recovery opening) {
    try {
      DiskStore store = new DiskStore(folder, options, disk, tuning, lock, preparing, opening);
      store.maintenance.start(tuning.tickMillis());
      return store;
    } catch (Throwable failure) {
      opening.closeAfterFailure(failure);
      throw failure;
    }
  }

  private static void release(FolderLock lock, ExecutorService preparing, Throwable failure) {
    preparing.shutdown();
    if (lock != null) {
      try {
        lock.close();
      } catch (IOException suppressed) {
        failure.addSuppressed(suppressed);
      }
    }
  }

  // Reads

  @Override
  public Optional<byte[]> get(byte[] key) {
    limits.key(key);
    VersionedValue hit = read(key);
    return hit == null ? Optional.empty() : Optional.of(hit.value());
  }

  @Override
  public Optional<Entry> entry(byte[] key) {
    limits.key(key);
    VersionedValue hit = read(key);
    return hit == null
        ? Optional.empty()
        : Optional.of(new Entry(key.clone(), hit.value(), hit.revision(), hit.expiresAt()));
  }

  private VersionedValue read(byte[] key) {
    for (int attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
      VersionedValue hit = look(key);
      if (hit == null || hit.value() != null) {
        return hit;
      }
      byte[] value = valueElsewhere(key, hit.revision());
      if (value != null) {
        return new VersionedValue(hit.revision(), hit.expiresAt(), value);
      }
    }
    map.noteDamage();
    return lookInTruth(key);
  }

  private VersionedValue look(byte[] key) {
    StripedLocks.Stripe stripe = stripes.of(key);
    long stamp = stripe.applying.readLock();
    try {
      requireOpen();
      return live(map.get(key));
    } finally {
      stripe.applying.unlockRead(stamp);
    }
  }

  private VersionedValue lookInTruth(byte[] key) {
    Version version = versions.acquire();
    try {
      return live(version.lookUp(key));
    } finally {
      version.release();
    }
  }

  private byte[] valueElsewhere(byte[] key, long revision) {
    Version version = versions.acquire();
    try {
      return version.value(key, revision);
    } finally {
      version.release();
    }
  }

  private VersionedValue live(VersionedValue hit) {
    return hit == null || hit.expiresAt() != 0 && Limits.isExpired(hit.expiresAt(), clock.millis())
        ? null
        : hit;
  }

  @Override
  public Page scan(Scan scan) {
    Objects.requireNonNull(scan, "scan");
    return ordered(version -> PageReader.read(version, scan, clock.millis()));
  }

  @Override
  public long count(byte[] prefix) {
    Scan scan = Scan.prefix(prefix);
    return ordered(version -> PageReader.count(version, scan, clock.millis()));
  }

  private <T> T ordered(java.util.function.Function<Version, T> read) {
    long stamp = batches.tryOptimisticRead();
    if (stamp != 0) {
      T result = orderedUnguarded(read);
      if (batches.validate(stamp)) {
        return result;
      }
    }
    stamp = batches.readLock();
    try {
      return orderedUnguarded(read);
    } finally {
      batches.unlockRead(stamp);
    }
  }

  private <T> T orderedUnguarded(java.util.function.Function<Version, T> read) {
    requireOpen();
    Version version = versions.acquire();
    try {
      return read.apply(version);
    } finally {
      version.release();
    }
  }

  @Override
  public long size() {
    requireOpen();
    long now = clock.millis();
    return earliestExpiry() > now
        ? map.size()
        : ordered(version -> map.size() - countDue(version, now));
  }

  private long countDue(Version version, long now) {
    long due = 0;
    Cursor cursor = version.expiries(ExpiryKey.endOfDue(now));
    while (cursor.next()) {
      if (!cursor.isDelete() && isDue(cursor.key())) {
        due++;
      }
    }
    return due;
  }

  private boolean isDue(byte[] expiryKey) {
    byte[] key = ExpiryKey.entryKey(expiryKey);
    StripedLocks.Stripe stripe = stripes.of(key);
    long stamp = stripe.applying.readLock();
    try {
      requireOpen();
      VersionedValue hit = map.get(key);
      return hit != null && hit.expiresAt() == ExpiryKey.expiresAt(expiryKey);
    } finally {
      stripe.applying.unlockRead(stamp);
    }
  }

  // Writes

  @Override
  public long put(byte[] key, byte[] value) {
    limits.entry(key, value);
    return write(Operation.put(key.clone(), value, 0));
  }

  @Override
  public long put(byte[] key, byte[] value, Duration ttl) {
    limits.entry(key, value);
    limits.ttl(ttl);
    return write(Operation.put(key.clone(), value, expiresAt(ttl)));
  }

  private long expiresAt(Duration ttl) {
    return Limits.expiresAtMillis(clock.millis(), ttl);
  }

  @Override
  public boolean delete(byte[] key) {
    limits.key(key);
    return writeIf(Operation.delete(key.clone()), Condition.PRESENT) > 0;
  }

  @Override
  public OptionalLong putIfAbsent(byte[] key, byte[] value) {
    return compareAndSet(key, 0, value);
  }

  @Override
  public OptionalLong compareAndSet(byte[] key, long expectedRevision, byte[] value) {
    limits.entry(key, value);
    long revision =
        writeIf(Operation.put(key.clone(), value, 0), now -> revisionOf(now) == expectedRevision);
    return revision == 0 ? OptionalLong.empty() : OptionalLong.of(revision);
  }

  @Override
  public boolean compareAndDelete(byte[] key, long expectedRevision) {
    limits.key(key);
    return writeIf(
            Operation.delete(key.clone()), now -> now != null && now.revision() == expectedRevision)
        > 0;
  }

  /** What must be true of the live entry of a key, null where there is none, for a write. */
  private interface Condition {
    Condition NONE = now -> true;
    Condition PRESENT = now -> now != null;

    boolean holds(VersionedValue now);
  }

  private static long revisionOf(VersionedValue now) {
    return now == null ? 0 : now.revision();
  }

  private long write(Operation operation) {
    return writeIf(operation, Condition.NONE);
  }

  /** The revision of the write; 0 when the condition does not hold. */
  private long writeIf(Operation operation, Condition condition) {
    maintenance.awaitRoom();
    byte[] key = operation.key();
    StripedLocks.Stripe stripe = stripes.of(key);
    JournalPosition slot;
    stripe.writing.lock();
    try {
      requireOpen();
      if (condition != Condition.NONE && !condition.holds(live(map.get(key)))) {
        return 0;
      }
      slot = journal.append(List.of(operation))[0];
      awaitSync();
      long stamp = stripe.applying.writeLock();
      try {
        apply(operation, slot);
      } finally {
        stripe.applying.unlockWrite(stamp);
      }
    } finally {
      stripe.writing.unlock();
    }
    requestMaintenance(slot.revision);
    return slot.revision;
  }

  private void awaitSync() {
    if (syncEachWrite) {
      journal.sync();
    }
  }

  private void requestMaintenance(long revision) {
    if (revision % REVISIONS_BETWEEN_REQUESTS == 0) {
      maintenance.requestDue();
    }
  }

  private void apply(Operation operation, JournalPosition slot) {
    try {
      byte[] key = operation.key();
      Memtable active = versions.current().active;
      if (operation.isDelete()) {
        map.remove(key);
      } else {
        map.put(key, slot.revision, operation.expiresAt(), operation.value());
        if (operation.expiresAt() != 0) {
          active.putExpiry(
              ExpiryKey.key(operation.expiresAt(), key), JournalPosition.mark(slot.revision));
          earliestExpiry.accumulateAndGet(operation.expiresAt(), Math::min);
        }
      }
      active.put(key, slot);
    } catch (Throwable failure) {
      IOException cause = new IOException("a write could not be applied: " + failure, failure);
      map.noteDamage();
      journal.fail(cause);
      if (failure instanceof UncheckedIOException) {
        throw new KVException.ReadOnly(folder, cause);
      }
      throw failure;
    }
  }

  @Override
  public BatchResult commit(Batch batch) {
    limits.batch(batch);
    List<Operation> operations = new ArrayList<>();
    for (Batch.Write write : batch.writes()) {
      operations.add(
          write.kind() == Batch.Kind.DELETE
              ? Operation.delete(write.key())
              : Operation.put(write.key(), write.value(), expiresAt(write.ttl())));
    }
    return commit(batch.conditions(), operations);
  }

  BatchResult commit(List<Batch.Condition> conditions, List<Operation> operations) {
    maintenance.awaitRoom();
    byte[][] keys = new byte[conditions.size() + operations.size()][];
    int count = 0;
    for (Batch.Condition condition : conditions) {
      keys[count++] = condition.key();
    }
    for (Operation operation : operations) {
      keys[count++] = operation.key();
    }
    StripedLocks.Stripe[] locked = stripes.of(keys);
    long revision;
    StripedLocks.lock(locked);
    try {
      requireOpen();
      for (int i = 0; i < conditions.size(); i++) {
        Batch.Condition condition = conditions.get(i);
        if (revisionOf(live(map.get(condition.key()))) != condition.revision()) {
          return new BatchResult(0, i);
        }
      }
      if (operations.isEmpty()) {
        return new BatchResult(0, -1);
      }
      revision = writeTogether(locked, operations);
    } finally {
      StripedLocks.unlock(locked);
    }
    requestMaintenance(revision);
    return new BatchResult(revision, -1);
  }

  private long writeTogether(StripedLocks.Stripe[] locked, List<Operation> operations) {
    JournalPosition[] slots = journal.append(operations);
    awaitSync();
    long batchStamp = batches.writeLock();
    long[] stamps = StripedLocks.lockApplying(locked);
    try {
      for (int i = 0; i < slots.length; i++) {
        apply(operations.get(i), slots[i]);
      }
    } finally {
      StripedLocks.unlockApplying(locked, stamps);
      batches.unlockWrite(batchStamp);
    }
    return slots[0].revision;
  }

  // Expiry

  private void noteEarliestExpiry() {
    Version version = versions.acquire();
    try {
      Cursor cursor = version.expiries(null);
      while (cursor.next()) {
        if (!cursor.isDelete()) {
          earliestExpiry.accumulateAndGet(ExpiryKey.expiresAt(cursor.key()), Math::min);
          return;
        }
      }
    } finally {
      version.release();
    }
  }

  /** Removes the entries whose time has passed. */
  void sweep() {
    long now = clock.millis();
    if (earliestExpiry() > now) {
      return;
    }
    while (sweepSome(now)) {
      maintenance.requestDue();
    }
    findEarliestExpiry();
  }

  private synchronized long earliestExpiry() {
    return earliestExpiry.get();
  }

  private synchronized void findEarliestExpiry() {
    earliestExpiry.set(Long.MAX_VALUE);
    noteEarliestExpiry();
  }

  private boolean sweepSome(long now) {
    List<byte[]> due = new ArrayList<>();
    Version version = versions.acquire();
    try {
      Cursor cursor = version.expiries(ExpiryKey.endOfDue(now));
      while (due.size() < SWEPT_AT_ONCE && cursor.next()) {
        if (!cursor.isDelete()) {
          due.add(cursor.key());
        }
      }
    } finally {
      version.release();
    }
    if (due.isEmpty()) {
      return false;
    }
    maintenance.awaitRoom();
    StripedLocks.Stripe[] locked =
        stripes.of(due.stream().map(ExpiryKey::entryKey).toArray(byte[][]::new));
    StripedLocks.lock(locked);
    try {
      requireOpen();
      List<Operation> deletes = new ArrayList<>();
      for (byte[] expiryKey : due) {
        byte[] key = ExpiryKey.entryKey(expiryKey);
        VersionedValue hit = map.get(key);
        if (hit != null && hit.expiresAt() == ExpiryKey.expiresAt(expiryKey)) {
          deletes.add(Operation.delete(key));
        }
      }
      if (!deletes.isEmpty()) {
        writeTogether(locked, deletes);
      }
      Memtable active = versions.current().active;
      due.forEach(key -> active.putExpiry(key, JournalPosition.deleteMark(journal.revision())));
    } finally {
      StripedLocks.unlock(locked);
    }
    return true;
  }

  // The store as a whole

  @Override
  public StoreLimits limits() {
    return limits.told();
  }

  @Override
  public StoreAdmin admin() {
    return admin;
  }

  @Override
  public void close() {
    boolean[] first = new boolean[1];
    stripes.alone(
        () -> {
          first[0] = !closed;
          closed = true;
        });
    if (first[0]) {
      WorkerThread.call(
          "kvapp-close",
          () -> {
            closeHere();
            return null;
          });
    }
  }

  private void closeHere() {
    try (folderLock) {
      maintenance.close();
      boolean saved = false;
      try {
        if (journal.failure() == null) {
          flusher.flush();
          saved = true;
        }
      } finally {
        finish(saved);
      }
      if (!saved) {
        throw new KVException.ReadOnly(folder, journal.failure());
      }
    } catch (IOException failure) {
      throw journal.refuse(failure, 0);
    } finally {
      preparing.shutdown();
    }
  }

  private void finish(boolean saved) throws IOException {
    boolean clean = false;
    try {
      Optional<Manifest.MapFile> file = map.finish();
      if (saved) {
        versions.writeCleanManifest(file);
        clean = true;
      }
    } finally {
      try {
        // A manifest that is not clean names the journal, if only its empty end.
        journal.close(!clean);
      } finally {
        versions.close();
      }
    }
  }

  void requireOpen() {
    if (closed) {
      throw StoreFailures.closed();
    }
  }
}

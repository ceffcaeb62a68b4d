package io.kvapp.engine;

import io.kvapp.Batch;
import io.kvapp.BatchResult;
import io.kvapp.Changes;
import io.kvapp.Durability;
import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.Page;
import io.kvapp.Scan;
import io.kvapp.Snapshot;
import io.kvapp.StoreAdmin;
import io.kvapp.StoreLimits;
import io.kvapp.StoreOptions;
import io.kvapp.engine.changes.ChangeReader;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.Lease;
import io.kvapp.engine.file.StackRoom;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.hashtable.ModuleAccess;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.model.Limits;
import io.kvapp.engine.model.Operation;
import io.kvapp.engine.model.PageReader;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.model.VersionedValue;
import io.kvapp.engine.tree.Version;
import io.kvapp.engine.tree.VersionSet;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store in a folder: a journal and sorted SSTables are the truth, a Chronicle Map is the view
 * that answers gets.
 *
 * <p>A get is one look-up in the hash table; a scan merges memtables and SSTables; {@link
 * WritePath} says what a write does. Arrays of callers are copied before anything else is done with
 * them, so that journal, hash table and tree get the same bytes whatever a caller does meanwhile.
 *
 * <p>All methods may be called from any thread.
 */
public final class DiskStore implements KVStore {
  private static final Logger LOG = LoggerFactory.getLogger(DiskStore.class);
  private static final int READ_ATTEMPTS = 1000;

  private final StoreParts parts;
  private final Limits limits;
  private final InstantSource clock;
  private final StripedLocks stripes;
  private final HashIndex index;
  final VersionSet versions;
  private final WholeBatchReads wholeBatches;
  private final Maintenance maintenance;
  private final WritePath writes;
  private final BatchWriter batchWrites;
  private final Sweeper sweeper;
  private final SnapshotSet snapshots;
  private final StoreAdmin admin;

  private DiskStore(StoreParts parts) {
    this.parts = parts;
    this.limits = parts.limits;
    this.clock = parts.clock;
    this.stripes = parts.stripes;
    this.index = parts.index;
    this.versions = parts.versions;
    this.wholeBatches = new WholeBatchReads(parts.batches);
    this.maintenance = new Maintenance(parts, this::sweep);
    this.writes = new WritePath(parts, maintenance);
    this.batchWrites = new BatchWriter(parts, maintenance, writes);
    this.sweeper = new Sweeper(parts, maintenance, writes);
    this.snapshots = new SnapshotSet(versions::leaseOf, versions::unreadable);
    this.admin = new DiskStoreAdmin(this, parts, maintenance, sweeper);
  }

  /**
   * Opens the store in a folder, which is made if it is not there.
   *
   * @throws KVException.FolderInUse if another store has the folder open
   * @throws KVException.FolderUnusable if the folder cannot be made, read or written
   * @throws KVException.Corrupt if a file is damaged
   * @throws KVException.UnknownFormat if another version of KVApp wrote the folder
   * @throws KVException.NoSpace if the disk is full
   * @throws KVException if the JVM keeps Chronicle Map out; the message names the missing flags
   */
  public static DiskStore open(Path folder, StoreOptions options) {
    return open(folder, options, new Disk(), EngineOptions.standard());
  }

  public static DiskStore open(Path folder, StoreOptions options, Disk disk, EngineOptions tuning) {
    ModuleAccess.open();
    caveat(System.getProperty("os.name")).ifPresent(LOG::warn);
    return WorkerThread.call(
        "kvapp-open",
        () ->
            StoreParts.open(
                folder, options, disk, tuning, parts -> new DiskStore(parts).start(tuning)));
  }

  /** What is not promised on a system of this name; empty where all is. */
  static Optional<String> caveat(String system) {
    return "Linux".equals(system)
        ? Optional.empty()
        : Optional.of(
            "KVApp is made for Linux; on "
                + system
                + " it does not promise that SYNC outlives a power cut, that a full disk is noticed"
                + " before a write, or that a folder without its LOCK file keeps others out");
  }

  private DiskStore start(EngineOptions tuning) {
    maintenance.start(tuning.tickMillis());
    return this;
  }

  // Reads

  @Override
  public Optional<byte[]> get(byte[] key) {
    limits.key(key);
    return Optional.ofNullable(read(key.clone())).map(VersionedValue::value);
  }

  @Override
  public Optional<Entry> entry(byte[] key) {
    return entry(key, Integer.MAX_VALUE);
  }

  @Override
  public Optional<Entry> entry(byte[] key, int maxValueBytes) {
    limits.key(key);
    byte[] own = key.clone();
    StackRoom.require();
    VersionedValue hit = look(own);
    boolean isElsewhere = hit != null && hit.value() == null;
    if (isElsewhere) {
      int bytes = leased(version -> version.valueLength(own, hit.revision()));
      if (bytes > maxValueBytes) {
        return Optional.of(Entry.withoutValue(own, bytes, hit.revision(), hit.expiresAt()));
      }
    }
    VersionedValue found = isElsewhere ? read(own) : hit;
    return Optional.ofNullable(found).map(each -> each.entry(own, maxValueBytes));
  }

  private VersionedValue read(byte[] key) {
    StackRoom.require();
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
    index.noteDamage();
    return lookInTruth(key);
  }

  private VersionedValue look(byte[] key) {
    StripedLocks.Stripe stripe = stripes.of(key);
    long stamp = stripe.applying.readLock();
    try {
      parts.requireOpen();
      return parts.live(index.get(key));
    } finally {
      stripe.applying.unlockRead(stamp);
    }
  }

  private VersionedValue lookInTruth(byte[] key) {
    return leased(version -> parts.live(version.lookUp(key)));
  }

  private byte[] valueElsewhere(byte[] key, long revision) {
    return leased(version -> version.value(key, revision));
  }

  private <T> T leased(Function<Version, T> read) {
    try (Lease<Version> lease = versions.lease()) {
      T found = read.apply(lease.get());
      Disk.throwLateError();
      return found;
    } catch (InternalError late) {
      throw versions.unreadable(late);
    }
  }

  @Override
  public Page scan(Scan scan) {
    Objects.requireNonNull(scan, "scan");
    StackRoom.require();
    return wholeBatches.read(
        () -> whileOpen(version -> PageReader.read(entries(version), scan, clock.millis())));
  }

  @Override
  public long count(Scan scan) {
    Scan range = PageReader.range(scan);
    StackRoom.require();
    long now = clock.millis();
    return wholeBatches.count(
        range,
        (from, maxSteps) ->
            whileOpen(version -> PageReader.count(entries(version), from, now, maxSteps)));
  }

  private PageReader.OrderedKeys entries(Version version) {
    return (from, to, reverse) -> versions.live(version, from, to, reverse, () -> {});
  }

  private <T> T whileOpen(Function<Version, T> read) {
    parts.requireOpen();
    return leased(read);
  }

  @Override
  public long size() {
    parts.requireOpen();
    long now = clock.millis();
    return sweeper.earliestExpiry() > now
        ? index.size()
        : sweeper.whilePaused(() -> sizeWithoutDue(now));
  }

  /** The size without what is expired and not swept yet. */
  private long sizeWithoutDue(long now) {
    return wholeBatches.readBesideBatches(
        () -> whileOpen(version -> index.size() - sweeper.countDue(version, now)));
  }

  @Override
  public Snapshot snapshot() {
    StackRoom.require();
    Lease<Version> lease = maintenance.pin();
    return snapshots.add(lease, lease.get().active.lowRevision(), clock.millis());
  }

  @Override
  public Changes changes(Changes.From from) {
    Objects.requireNonNull(from, "from");
    return new ChangeReader(parts.changes, this::scan, from);
  }

  // Writes

  @Override
  public long put(byte[] key, byte[] value) {
    limits.entry(key, value);
    return writes.write(Operation.put(key.clone(), value.clone(), 0));
  }

  @Override
  public long put(byte[] key, byte[] value, Duration ttl) {
    limits.entry(key, value);
    limits.ttl(ttl);
    return writes.write(Operation.put(key.clone(), value.clone(), expiresAt(ttl)));
  }

  private long expiresAt(Duration ttl) {
    return Limits.expiresAtMillis(clock.millis(), ttl);
  }

  @Override
  public boolean delete(byte[] key) {
    limits.key(key);
    return writes.writeIf(Operation.delete(key.clone()), WritePath.Condition.PRESENT) > 0;
  }

  @Override
  public OptionalLong compareAndSet(byte[] key, long expectedRevision, byte[] value) {
    limits.entry(key, value);
    return compareAndSet(expectedRevision, Operation.put(key.clone(), value.clone(), 0));
  }

  @Override
  public OptionalLong compareAndSet(byte[] key, long expectedRevision, byte[] value, Duration ttl) {
    limits.entry(key, value);
    limits.ttl(ttl);
    return compareAndSet(
        expectedRevision, Operation.put(key.clone(), value.clone(), expiresAt(ttl)));
  }

  private OptionalLong compareAndSet(long expectedRevision, Operation operation) {
    long revision = writes.writeIf(operation, now -> WritePath.revisionOf(now) == expectedRevision);
    return revision == 0 ? OptionalLong.empty() : OptionalLong.of(revision);
  }

  @Override
  public boolean compareAndDelete(byte[] key, long expectedRevision) {
    limits.key(key);
    return writes.writeIf(
            Operation.delete(key.clone()), now -> now != null && now.revision() == expectedRevision)
        > 0;
  }

  @Override
  public BatchResult commit(Batch batch) {
    limits.batch(batch);
    return batchWrites.commit(batch);
  }

  // The store as a whole

  @Override
  public long revision() {
    parts.requireOpen();
    return parts.watermark.revision();
  }

  @Override
  public void sync() {
    StackRoom.require();
    parts.requireOpen();
    if (parts.syncEachWrite) {
      parts.journal.requireHealthy();
    } else {
      parts.journal.sync();
    }
  }

  @Override
  public void requireHealthy() {
    parts.requireOpen();
    parts.journal.requireHealthy();
  }

  @Override
  public StoreLimits limits() {
    return limits.told();
  }

  @Override
  public Durability durability() {
    return parts.syncEachWrite ? Durability.SYNC : Durability.OS;
  }

  @Override
  public StoreAdmin admin() {
    return admin;
  }

  @Override
  public void close() {
    StackRoom.require();
    if (parts.refuse()) {
      WorkerThread.call(
          "kvapp-close",
          () -> {
            snapshots.close();
            parts.close(maintenance);
            return null;
          });
    }
  }

  /** Removes the entries whose time has passed. */
  void sweep() {
    sweeper.sweep();
  }
}

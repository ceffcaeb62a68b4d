package io.kvapp.engine;

import io.kvapp.Batch;
import io.kvapp.BatchResult;
import io.kvapp.Changes;
import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.Page;
import io.kvapp.RecoveryReport;
import io.kvapp.Scan;
import io.kvapp.Snapshot;
import io.kvapp.StoreAdmin;
import io.kvapp.StoreLimits;
import io.kvapp.StoreOptions;
import io.kvapp.engine.changes.ChangeLog;
import io.kvapp.engine.changes.ChangeReader;
import io.kvapp.engine.changes.UnchangingLog;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.FolderLock;
import io.kvapp.engine.file.Lease;
import io.kvapp.engine.file.Progress;
import io.kvapp.engine.file.StackRoom;
import io.kvapp.engine.file.StoreFailures;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.journal.JournalSegment;
import io.kvapp.engine.memtable.Memtable;
import io.kvapp.engine.model.BatchEvaluation;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.Limits;
import io.kvapp.engine.model.PageReader;
import io.kvapp.engine.model.VersionedValue;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.sstable.SSTableFolder;
import io.kvapp.engine.tree.Manifest;
import io.kvapp.engine.tree.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.LongUnaryOperator;

/**
 * A store in a folder that is only read: no file is changed or made, so that the folder may be one
 * that cannot be written. One {@link Version} answers all: the SSTables and, where the store was
 * not closed cleanly, a memtable of its journal.
 *
 * <p>All methods may be called from any thread.
 */
final class ReadOnlyStore implements KVStore {
  /** More of the heap than a journal takes that was written with half as much. */
  private static final int JOURNAL_HEAP_SHARE = 4;

  private static final byte[] START = {};

  /** How many entries live, and the moment at which the next one expires. */
  private record Count(long live, long until) {}

  final Path folder;
  final Version version;
  final long revision;
  final RecoveryReport report;
  private final FolderLock lock;
  private final Limits limits;
  private final InstantSource clock;
  private final SnapshotSet snapshots;
  private final ChangeLog log;
  private final StoreAdmin admin = new ReadOnlyStoreAdmin(this);
  private volatile Count counted;
  private volatile boolean closed;

  private ReadOnlyStore(
      Path folder,
      StoreOptions options,
      FolderLock lock,
      Version version,
      long revision,
      RecoveryReport report) {
    this.folder = folder;
    this.lock = lock;
    this.limits = new Limits(options);
    this.clock = options.clock();
    this.version = version;
    this.revision = revision;
    this.report = report;
    this.log = new UnchangingLog(revision, () -> !closed);
    this.snapshots =
        new SnapshotSet(ReadOnlyStore::lease, (open, late) -> open.unreadable(late, folder));
  }

  /**
   * Opens the store in a folder to read it.
   *
   * @throws KVException.FolderInUse if another store has the folder open to write
   * @throws KVException.FolderUnusable if there is no store in it, or it cannot be read
   * @throws KVException.Corrupt if a file is damaged
   * @throws KVException.UnknownFormat if another version of KVApp wrote the folder
   * @throws IllegalArgumentException if the options ask for a repair, which writes
   */
  static ReadOnlyStore open(Path folder, StoreOptions options) {
    if (options.openDamaged()) {
      throw new IllegalArgumentException(
          "readOnly: not together with openDamaged, which writes what it repairs");
    }
    return WorkerThread.call("kvapp-open", () -> openHere(folder, options));
  }

  private static ReadOnlyStore openHere(Path folder, StoreOptions options) {
    if (!Files.isDirectory(folder)) {
      throw StoreFailures.notToRead(folder, StoreFailures.whyNoFolder(folder));
    }
    try {
      FolderLock lock = FolderLock.share(folder, Manifest.holder(folder));
      try {
        return read(folder, options, lock);
      } catch (Throwable failure) {
        lock.close();
        throw failure;
      }
    } catch (IOException failure) {
      throw StoreFailures.unusable(folder, failure);
    }
  }

  private static ReadOnlyStore read(Path folder, StoreOptions options, FolderLock lock)
      throws IOException {
    Disk disk = new Disk();
    disk.fence(new Disk.Fenced("it is open to read"));
    Progress progress = new Progress();
    long memtableBytes = Runtime.getRuntime().maxMemory() / JOURNAL_HEAP_SHARE;
    FoundStore found =
        new FoundStore(new SSTableFolder(disk, folder), false, List.of(), memtableBytes);
    JournalReplay replay = new JournalReplay(folder, false, List.of(), progress, memtableBytes);
    try {
      found.readManifest();
      if (!Files.exists(folder.resolve(Manifest.NAME))) {
        throw StoreFailures.notToRead(folder, "there is no store in it");
      }
      found.openSSTables();
      List<SSTable> sstables = found.sstables();
      long before = sstables.isEmpty() ? 0 : sstables.get(0).identity.highRevision();
      boolean clean = found.manifest().isClean();
      Memtable recent = clean ? new Memtable(before) : replay(replay, found, folder, before);
      recent.freeze(replay.segments(), Manifest.UNKNOWN, 0);
      recent.discard(JournalSegment::release);
      Version version = new Version(recent, List.of(), sstables);
      boolean counted = clean && found.entries() != Manifest.UNKNOWN;
      RecoveryReport report =
          new RecoveryReport(
              clean,
              false,
              counted ? found.entries() : version.count(),
              replay.records(),
              replay.cutBytes(),
              List.of(),
              progress.time());
      recent.close();
      sstables.forEach(SSTable::close);
      long revision = clean ? found.manifest().revision() : replay.revision();
      return new ReadOnlyStore(folder, options, lock, version, revision, report);
    } catch (Throwable failure) {
      replay.release();
      found.sstables().forEach(SSTable::close);
      throw failure;
    }
  }

  /** All of the journal as one memtable, since none can be saved. */
  private static Memtable replay(JournalReplay replay, FoundStore found, Path folder, long before)
      throws IOException {
    List<Memtable> changes = new ArrayList<>();
    replay.run(
        found.manifest().journal(),
        before,
        LongUnaryOperator.identity(),
        (some, last) -> {
          if (!changes.isEmpty()) {
            throw new KVException(
                "the journal of store "
                    + folder
                    + " holds more than a heap of "
                    + (Runtime.getRuntime().maxMemory() >> 20)
                    + " MiB takes; raise -Xmx, or open and close the store to write once");
          }
          changes.add(some);
        });
    return changes.isEmpty() ? new Memtable(before) : changes.get(0);
  }

  /** Calls with the version in use, so that its files stay mapped. */
  <T> T reading(Function<Version, T> read) {
    StackRoom.require();
    try (Lease<Version> lease = lease(version)) {
      return read.apply(lease.get());
    } catch (InternalError late) {
      throw version.unreadable(late, folder);
    }
  }

  private static Lease<Version> lease(Version version) {
    return Lease.tryOf(version, Runnable::run).orElseThrow(StoreFailures::closed);
  }

  KVException refusal() {
    return new KVException.ReadOnly(
        "store "
            + folder
            + " is open to read only; open it without readOnly, or serve it without --read-only, to write");
  }

  /** The refusal of a write, or that of a store that is closed. */
  private KVException refuse() {
    return reading(open -> refusal());
  }

  @Override
  public Optional<byte[]> get(byte[] key) {
    return entry(key).map(Entry::value);
  }

  @Override
  public Optional<Entry> entry(byte[] key) {
    limits.key(key);
    VersionedValue found = reading(open -> open.lookUp(key));
    return found == null || Limits.isExpired(found.expiresAt(), clock.millis())
        ? Optional.empty()
        : Optional.of(new Entry(key.clone(), found.value(), found.revision(), found.expiresAt()));
  }

  @Override
  public Page scan(Scan scan) {
    Objects.requireNonNull(scan, "scan");
    return reading(open -> PageReader.read(open::entries, scan, clock.millis()));
  }

  @Override
  public long count(Scan scan) {
    Objects.requireNonNull(scan, "scan");
    return reading(open -> PageReader.count(open::entries, scan, clock.millis()));
  }

  /** Counts them all at first, and again only when one has expired since. */
  @Override
  public long size() {
    return reading(
        open -> {
          long now = clock.millis();
          Count known = counted;
          if (known == null || now >= known.until) {
            known = count(open, now);
            counted = known;
          }
          return known.live;
        });
  }

  private static Count count(Version version, long now) {
    long live = 0;
    long until = Long.MAX_VALUE;
    Cursor cursor = version.entries(START, null, false);
    while (cursor.next()) {
      long expiresAt = cursor.expiresAt();
      if (!cursor.isDelete() && !Limits.isExpired(expiresAt, now)) {
        live++;
        until = expiresAt == 0 ? until : Math.min(until, Limits.instant(expiresAt));
      }
    }
    return new Count(live, until);
  }

  @Override
  public Changes changes(Changes.From from) {
    Objects.requireNonNull(from, "from");
    return new ChangeReader(log, this::scan, from);
  }

  @Override
  public Snapshot snapshot() {
    return snapshots.add(lease(version), revision, clock.millis());
  }

  @Override
  public long put(byte[] key, byte[] value) {
    limits.entry(key, value);
    throw refuse();
  }

  @Override
  public long put(byte[] key, byte[] value, Duration ttl) {
    limits.entry(key, value);
    limits.ttl(ttl);
    throw refuse();
  }

  @Override
  public boolean delete(byte[] key) {
    limits.key(key);
    throw refuse();
  }

  @Override
  public OptionalLong compareAndSet(byte[] key, long expectedRevision, byte[] value) {
    limits.entry(key, value);
    throw refuse();
  }

  @Override
  public OptionalLong compareAndSet(byte[] key, long expectedRevision, byte[] value, Duration ttl) {
    limits.entry(key, value);
    limits.ttl(ttl);
    throw refuse();
  }

  @Override
  public boolean compareAndDelete(byte[] key, long expectedRevision) {
    limits.key(key);
    throw refuse();
  }

  @Override
  public BatchResult commit(Batch batch) {
    limits.batch(batch);
    if (batch.writes()) {
      throw refuse();
    }
    return reading(
        open ->
            BatchEvaluation.of(batch, (key, withValue) -> open.lookUp(key), clock.millis(), limits)
                .result(0));
  }

  @Override
  public long deletePrefix(byte[] prefix, LongConsumer progress) {
    Objects.requireNonNull(prefix, "prefix");
    Objects.requireNonNull(progress, "progress");
    throw refuse();
  }

  @Override
  public long revision() {
    return reading(open -> revision);
  }

  @Override
  public void sync() {
    reading(open -> null);
  }

  @Override
  public void requireHealthy() {
    throw refuse();
  }

  @Override
  public StoreLimits limits() {
    return limits.told();
  }

  @Override
  public StoreAdmin admin() {
    return admin;
  }

  /** Reads in flight finish, and the last of them unmaps the files. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      log.signal().raise();
      snapshots.close();
      version.close();
      WorkerThread.call(
          "kvapp-close",
          () -> {
            lock.close();
            return null;
          });
    }
  }
}

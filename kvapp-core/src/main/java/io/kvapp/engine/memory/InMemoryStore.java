package io.kvapp.engine.memory;

import io.kvapp.Batch;
import io.kvapp.BatchResult;
import io.kvapp.Changes;
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
import io.kvapp.engine.file.StoreFailures;
import io.kvapp.engine.model.BatchEvaluation;
import io.kvapp.engine.model.Limits;
import io.kvapp.engine.model.Operation;
import io.kvapp.engine.model.PageReader;
import io.kvapp.engine.model.VersionedValue;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;

/**
 * A store in the heap: complete, ordered and gone when it is closed.
 *
 * <p>Readers share a lock that a writer takes alone, so that a scan sees whole batches. Expired
 * entries are hidden from readers at once and removed by the next writer.
 *
 * <p>All methods may be called from any thread.
 */
public final class InMemoryStore implements KVStore {
  private static final int REVISION_BITS_PER_MILLI = 10;

  private final Limits limits;
  private final InstantSource clock;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final HeapEntries entries;
  private final HeapChanges changes;
  private final StoreAdmin admin;

  /** Begins behind those that a store before it in this process, or another one, has given out. */
  private long revision = System.currentTimeMillis() << REVISION_BITS_PER_MILLI;

  private volatile boolean closed;

  /**
   * An empty store.
   *
   * @param options the largest value and the clock count
   * @throws NullPointerException if {@code options} is null
   */
  public InMemoryStore(StoreOptions options) {
    this(new Limits(options), options);
  }

  InMemoryStore(Limits limits, StoreOptions options) {
    this.limits = limits;
    this.clock = options.clock();
    this.changes = new HeapChanges(options.watchHistory(), revision, () -> !closed, this::expire);
    this.entries = new HeapEntries(changes);
    this.admin = new InMemoryStoreAdmin(this, limits, entries, changes);
  }

  @Override
  public long put(byte[] key, byte[] value) {
    limits.entry(key, value);
    return writing(() -> write(key, value, null));
  }

  @Override
  public long put(byte[] key, byte[] value, Duration ttl) {
    limits.entry(key, value);
    limits.ttl(ttl);
    return writing(() -> write(key, value, ttl));
  }

  @Override
  public Optional<byte[]> get(byte[] key) {
    limits.key(key);
    return reading(() -> Optional.ofNullable(entries.live(key, now())).map(e -> e.value().clone()));
  }

  @Override
  public Optional<Entry> entry(byte[] key) {
    return entry(key, Integer.MAX_VALUE);
  }

  @Override
  public Optional<Entry> entry(byte[] key, int maxValueBytes) {
    limits.key(key);
    return reading(
        () ->
            Optional.ofNullable(entries.live(key, now()))
                .map(
                    found ->
                        found.valueBytes() <= maxValueBytes
                            ? copy(found)
                            : Entry.withoutValue(
                                found.key().clone(),
                                found.valueBytes(),
                                found.revision(),
                                found.expiresAtMillis())));
  }

  @Override
  public boolean delete(byte[] key) {
    limits.key(key);
    return writing(
        () -> {
          boolean removed = entries.remove(key);
          revision += removed ? 1 : 0;
          return removed;
        });
  }

  @Override
  public OptionalLong compareAndSet(byte[] key, long expectedRevision, byte[] value) {
    limits.entry(key, value);
    return writeIf(key, expectedRevision, value, null);
  }

  @Override
  public OptionalLong compareAndSet(byte[] key, long expectedRevision, byte[] value, Duration ttl) {
    limits.entry(key, value);
    limits.ttl(ttl);
    return writeIf(key, expectedRevision, value, ttl);
  }

  private OptionalLong writeIf(byte[] key, long expectedRevision, byte[] value, Duration ttl) {
    return writing(
        () ->
            entries.revision(key) == expectedRevision
                ? OptionalLong.of(write(key, value, ttl))
                : OptionalLong.empty());
  }

  @Override
  public boolean compareAndDelete(byte[] key, long expectedRevision) {
    limits.key(key);
    return writing(
        () -> {
          boolean removed = entries.revision(key) == expectedRevision && entries.remove(key);
          revision += removed ? 1 : 0;
          return removed;
        });
  }

  @Override
  public BatchResult commit(Batch batch) {
    limits.batch(batch);
    return writing(
        () -> {
          long now = now();
          BatchEvaluation.Outcome outcome =
              BatchEvaluation.of(batch, (key, withValue) -> find(key), now, limits);
          if (outcome.changes().isEmpty()) {
            return outcome.result(0);
          }
          revision++;
          for (Operation change : outcome.changes()) {
            if (change.isDelete()) {
              entries.remove(change.key());
            } else {
              write(change.key(), change.value(), change.expiresAt(), revision);
            }
          }
          return outcome.result(revision);
        });
  }

  private VersionedValue find(byte[] key) {
    Entry entry = entries.entry(key);
    return entry == null
        ? null
        : new VersionedValue(entry.revision(), entry.expiresAtMillis(), entry.value());
  }

  @Override
  public Page scan(Scan scan) {
    Objects.requireNonNull(scan, "scan");
    return reading(() -> PageReader.read(entries::entries, scan, now()));
  }

  @Override
  public long count(Scan scan) {
    long now = now();
    return PageReader.countInSteps(
        PageReader.range(scan),
        (from, maxSteps) -> reading(() -> PageReader.count(entries::entries, from, now, maxSteps)));
  }

  @Override
  public long size() {
    return reading(() -> entries.size(now()));
  }

  @Override
  public Snapshot snapshot() {
    return reading(
        () -> {
          long now = now();
          return new HeapSnapshot(entries.all(now), revision, now, () -> closed);
        });
  }

  @Override
  public Changes changes(Changes.From from) {
    Objects.requireNonNull(from, "from");
    return new ChangeReader(changes, this::scan, from);
  }

  @Override
  public long revision() {
    return reading(() -> revision);
  }

  @Override
  public void sync() {
    reading(() -> null);
  }

  @Override
  public StoreLimits limits() {
    return limits.told();
  }

  @Override
  public StoreAdmin admin() {
    return admin;
  }

  /** The time by the clock of the store, in milliseconds since the epoch. */
  long now() {
    return clock.millis();
  }

  /**
   * Takes in all that is live of other entries, at one revision.
   *
   * @param loaded is given away
   * @param counting makes the revision before it of the newest one
   * @return how many there are
   * @throws KVException.WrongState if there are entries already
   */
  long fill(HeapEntries loaded, LongUnaryOperator counting) {
    return writing(
        () -> {
          requireEmpty(entries.size(now()));
          List<Entry> live = loaded.all(now());
          revision = counting.applyAsLong(revision);
          if (!live.isEmpty()) {
            revision++;
          }
          for (Entry entry : live) {
            entries.put(new Entry(entry.key(), entry.value(), revision, entry.expiresAtMillis()));
          }
          changes.forget(revision);
          return (long) live.size();
        });
  }

  static void requireEmpty(long size) {
    if (size > 0) {
      throw new KVException.WrongState(
          "the store holds " + size + " entries; restore or load into an empty store");
    }
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      closed = true;
      entries.clear();
      changes.forget(revision);
    } finally {
      lock.writeLock().unlock();
    }
    changes.signal().raise();
  }

  private long write(byte[] key, byte[] value, Duration ttl) {
    return write(key, value, Limits.expiresAtMillis(now(), ttl), ++revision);
  }

  private long write(byte[] key, byte[] value, long expiresAt, long atRevision) {
    entries.put(new Entry(key.clone(), value.clone(), atRevision, expiresAt));
    return atRevision;
  }

  /** Reads while no writer does anything. */
  <T> T reading(Supplier<T> read) {
    lock.readLock().lock();
    try {
      requireOpen();
      return read.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Writes alone, behind the removal of what has expired. */
  <T> T writing(Supplier<T> write) {
    lock.writeLock().lock();
    try {
      requireOpen();
      removeExpired();
      try {
        return write.get();
      } finally {
        changes.record(revision);
      }
    } finally {
      lock.writeLock().unlock();
      changes.signal().raise();
    }
  }

  /** Has what is due tell its expiry, where no writer does. */
  private void expire() {
    if (reading(() -> entries.hasExpired(now()))) {
      writing(() -> null);
    }
  }

  private void removeExpired() {
    long now = now();
    if (entries.hasExpired(now)) {
      entries.removeExpired(now);
      changes.record(++revision);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw StoreFailures.closed();
    }
  }

  /** An entry with arrays of its own. */
  static Entry copy(Entry entry) {
    return new Entry(
        entry.key().clone(), entry.value().clone(), entry.revision(), entry.expiresAtMillis());
  }
}

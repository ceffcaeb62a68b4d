package io.kvapp.etcd;

import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
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
import io.kvapp.engine.model.Limits;
import io.kvapp.etcd.changes.EtcdChanges;
import io.kvapp.etcd.cluster.CallException;
import io.kvapp.etcd.cluster.Cluster;
import io.kvapp.etcd.cluster.Deadline;
import io.kvapp.etcd.layout.Layout;
import io.kvapp.etcd.layout.StoredValue;
import io.kvapp.etcd.read.PageReader;
import io.kvapp.etcd.settings.EtcdLimits;
import io.kvapp.etcd.settings.EtcdSettings;
import io.kvapp.etcd.write.Transactions;
import io.kvapp.etcd.write.Upkeep;
import io.kvapp.etcd.write.WriteOnce;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * The store on an etcd cluster: entries below a prefix of their own, which outlive the loss of any
 * minority of its members. Any number of processes may open the same prefix.
 *
 * <pre>{@code
 * try (KVStore store = KVStore.open("etcd://a:2379,b:2379,c:2379/myapp")) {
 *   store.put("greeting", "hello");
 * }
 * }</pre>
 *
 * <p>A revision is one of the cluster. Reads are linearizable. An attempt at a call takes at most 2
 * seconds, then another member is asked, for at most 10 seconds in all; a call that has done
 * nothing until then is {@link KVException.Unavailable}. A write is made once, whatever becomes of
 * its answer; where the cluster cannot tell in time whether it was, it is {@link
 * KVException.Uncertain}. {@link #limits()} follow those of etcd. An acknowledged write is on the
 * disks of a majority. Entries expire by the clock of the process that reads or writes, so that
 * clocks have to agree.
 *
 * <p>Safe for any thread.
 */
public final class EtcdStore implements KVStore {
  private final Cluster cluster;
  private final Layout layout;
  private final EtcdLimits limits;
  private final InstantSource clock;
  private final WriteOnce writes;
  private final Transactions transactions;
  private final PageReader pages;
  private final Upkeep upkeep;
  private final EtcdAdmin admin;
  private final Set<EtcdChanges> watching = ConcurrentHashMap.newKeySet();

  /** Calls hold it to read; the close, which lets them finish, to write. */
  private final ReadWriteLock open = new ReentrantReadWriteLock();

  private volatile boolean closed;

  EtcdStore(EtcdSettings settings, StoreOptions options) {
    cluster = new Cluster(settings);
    layout = settings.layout();
    limits = new EtcdLimits(settings, options.maxValueBytes());
    clock = options.clock();
    admin = new EtcdAdmin(this, limits.ofStore(), clock);
    try {
      writes = new WriteOnce(cluster, layout, limits);
    } catch (CallException failed) {
      cluster.close();
      throw failed.toCaller(settings);
    }
    transactions = new Transactions(cluster, layout, writes, limits, clock);
    pages = new PageReader(cluster, layout);
    upkeep = new Upkeep(cluster, layout, writes, clock);
  }

  /**
   * Opens the store at a URI; the caller closes it.
   *
   * @param uri {@code etcd}, the client addresses of the members, and as its path the prefix of the
   *     store's keys, {@code kvapp} where there is none
   * @param options the clock and the largest value count, the rest does not
   * @throws IllegalArgumentException if it is another URI
   * @throws KVException.Unavailable if a majority of the cluster cannot be reached
   */
  static EtcdStore open(URI uri, StoreOptions options) {
    return new EtcdStore(EtcdSettings.of(uri), options);
  }

  /** Does something that a close waits for. */
  <T> T call(Supplier<T> work) {
    open.readLock().lock();
    try {
      requireOpen();
      return work.get();
    } catch (CallException failed) {
      throw failed.toCaller(cluster.settings());
    } finally {
      open.readLock().unlock();
    }
  }

  void requireOpen() {
    if (closed) {
      throw new KVException.WrongState("the store is closed");
    }
  }

  @Override
  public long put(byte[] key, byte[] value) {
    check(key, value);
    return call(() -> transactions.put(key, value, null));
  }

  @Override
  public long put(byte[] key, byte[] value, Duration ttl) {
    limits.ofStore().ttl(ttl);
    check(key, value);
    return call(() -> transactions.put(key, value, ttl));
  }

  @Override
  public OptionalLong compareAndSet(byte[] key, long expectedRevision, byte[] value) {
    check(key, value);
    return call(() -> transactions.putAt(key, expectedRevision, value, null));
  }

  @Override
  public OptionalLong compareAndSet(byte[] key, long expectedRevision, byte[] value, Duration ttl) {
    limits.ofStore().ttl(ttl);
    check(key, value);
    return call(() -> transactions.putAt(key, expectedRevision, value, ttl));
  }

  private void check(byte[] key, byte[] value) {
    limits.ofStore().entry(key, value);
  }

  @Override
  public Optional<byte[]> get(byte[] key) {
    return find(key).map(found -> StoredValue.decode(found).value());
  }

  @Override
  public Optional<Entry> entry(byte[] key) {
    return entry(key, Integer.MAX_VALUE);
  }

  @Override
  public Optional<Entry> entry(byte[] key, int maxValueBytes) {
    return find(key).map(found -> StoredValue.decode(found).entry(key.clone(), maxValueBytes));
  }

  private Optional<KeyValue> find(byte[] key) {
    limits.ofStore().key(key);
    return call(
        () -> {
          RangeRequest request = RangeRequest.newBuilder().setKey(layout.entry(key)).build();
          RangeResponse found = cluster.read(KVGrpc.getRangeMethod(), request);
          long now = clock.millis();
          return found.getKvsList().stream()
              .filter(each -> !Limits.isExpired(StoredValue.expiresAt(each), now))
              .findFirst();
        });
  }

  @Override
  public boolean delete(byte[] key) {
    limits.ofStore().key(key);
    return call(() -> transactions.delete(key));
  }

  @Override
  public boolean compareAndDelete(byte[] key, long expectedRevision) {
    limits.ofStore().key(key);
    return call(() -> transactions.deleteAt(key, expectedRevision));
  }

  @Override
  public BatchResult commit(Batch batch) {
    limits.ofStore().batch(batch);
    return call(() -> transactions.commit(batch));
  }

  @Override
  public Page scan(Scan scan) {
    Objects.requireNonNull(scan, "scan");
    return call(() -> pages.read(scan, clock.millis()).page());
  }

  @Override
  public long count(Scan scan) {
    Objects.requireNonNull(scan, "scan");
    return call(() -> pages.count(scan, clock.millis()));
  }

  @Override
  public long size() {
    return count(Scan.all());
  }

  @Override
  public long revision() {
    return call(() -> pages.head().head());
  }

  @Override
  public void sync() {
    // What is acknowledged is on the disks of a majority.
    call(() -> null);
  }

  /** Asks for as long as one attempt may take. */
  @Override
  public void requireHealthy() {
    call(() -> pages.head(Deadline.in(cluster.settings().attempt())));
  }

  @Override
  public Snapshot snapshot() {
    return call(() -> new EtcdSnapshot(this, pages, pages.head(), clock.millis()));
  }

  @Override
  public Changes changes(Changes.From from) {
    Objects.requireNonNull(from, "from");
    EtcdChanges changes =
        call(
            () -> {
              EtcdChanges begun =
                  new EtcdChanges(
                      this::call, cluster, layout, pages, clock, from, watching::remove);
              watching.add(begun);
              return begun;
            });
    try {
      changes.open();
      requireOpen();
    } catch (RuntimeException failed) {
      changes.close();
      throw failed;
    }
    return changes;
  }

  @Override
  public StoreLimits limits() {
    return limits.ofStore().told();
  }

  @Override
  public Durability durability() {
    return Durability.SYNC;
  }

  /** True: every process that opens the same prefix has the same store. */
  @Override
  public boolean isShared() {
    return true;
  }

  @Override
  public StoreAdmin admin() {
    return admin;
  }

  /** Closes the client and not the cluster; a second call does nothing. Calls in flight finish. */
  @Override
  public void close() {
    closed = true;
    watching.forEach(EtcdChanges::close);
    open.writeLock().lock();
    try {
      upkeep.close();
      cluster.close();
    } finally {
      open.writeLock().unlock();
    }
  }
}

package io.kvapp.engine.memory;

import io.kvapp.Batch;
import io.kvapp.BatchResult;
import io.kvapp.Changes;
import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.KVStoreContract;
import io.kvapp.Page;
import io.kvapp.RecoveryReport;
import io.kvapp.Scan;
import io.kvapp.Snapshot;
import io.kvapp.StoreAdmin;
import io.kvapp.StoreLimits;
import io.kvapp.StoreOptions;
import io.kvapp.StoreStats;
import io.kvapp.VerifyReport;
import io.kvapp.engine.model.Limits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The contract holds for stores that take less and whose pages end early, as one over a network
 * does, and that have no administration.
 */
class NarrowStoreTest extends KVStoreContract {
  private static final StoreLimits LIMITS = new StoreLimits(500, 120_000, 64, 16, 130_000);
  private static final int PAGE_ENTRIES = 7;

  @Override
  public KVStore open(Path folder, StoreOptions options) {
    return new NarrowStore(new InMemoryStore(new Limits(LIMITS), options));
  }

  @Override
  public Set<Part> parts() {
    return EnumSet.noneOf(Part.class);
  }

  private record NarrowStore(KVStore store) implements KVStore {
    private static final StoreAdmin NO_ADMIN = new NoAdmin();

    @Override
    public Page scan(Scan scan) {
      return store.scan(scan.limit(Math.min(scan.limit(), PAGE_ENTRIES)));
    }

    @Override
    public StoreAdmin admin() {
      return NO_ADMIN;
    }

    @Override
    public long put(byte[] key, byte[] value) {
      return store.put(key, value);
    }

    @Override
    public long put(byte[] key, byte[] value, Duration ttl) {
      return store.put(key, value, ttl);
    }

    @Override
    public Optional<byte[]> get(byte[] key) {
      return store.get(key);
    }

    @Override
    public Optional<Entry> entry(byte[] key) {
      return store.entry(key);
    }

    @Override
    public boolean delete(byte[] key) {
      return store.delete(key);
    }

    @Override
    public OptionalLong compareAndSet(byte[] key, long expectedRevision, byte[] value) {
      return store.compareAndSet(key, expectedRevision, value);
    }

    @Override
    public OptionalLong compareAndSet(
        byte[] key, long expectedRevision, byte[] value, Duration ttl) {
      return store.compareAndSet(key, expectedRevision, value, ttl);
    }

    @Override
    public boolean compareAndDelete(byte[] key, long expectedRevision) {
      return store.compareAndDelete(key, expectedRevision);
    }

    @Override
    public BatchResult commit(Batch batch) {
      return store.commit(batch);
    }

    @Override
    public long count(Scan scan) {
      return store.count(scan);
    }

    @Override
    public long revision() {
      return store.revision();
    }

    @Override
    public void sync() {
      store.sync();
    }

    @Override
    public long size() {
      return store.size();
    }

    @Override
    public Changes changes(Changes.From from) {
      return store.changes(from);
    }

    @Override
    public Snapshot snapshot() {
      throw new KVException.Unsupported("this store has no snapshots");
    }

    @Override
    public StoreLimits limits() {
      return store.limits();
    }

    @Override
    public void close() {
      store.close();
    }
  }

  private static final class NoAdmin implements StoreAdmin {
    @Override
    public void backup(Path folder) {
      throw unsupported();
    }

    @Override
    public long restore(Path folder) {
      throw unsupported();
    }

    @Override
    public long load(Iterator<Entry> entries) {
      throw unsupported();
    }

    @Override
    public VerifyReport verify() {
      throw unsupported();
    }

    @Override
    public void compact() {
      throw unsupported();
    }

    @Override
    public StoreStats stats() {
      throw unsupported();
    }

    @Override
    public RecoveryReport recovery() {
      throw unsupported();
    }

    private static KVException.Unsupported unsupported() {
      return new KVException.Unsupported("this store is kept elsewhere");
    }
  }
}

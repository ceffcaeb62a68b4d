package io.kvapp.engine.memory;

import io.kvapp.Entry;
import io.kvapp.RecoveryReport;
import io.kvapp.StoreAdmin;
import io.kvapp.StoreStats;
import io.kvapp.SyncTimes;
import io.kvapp.VerifyReport;
import io.kvapp.engine.model.Limits;
import io.kvapp.engine.model.Revisions;
import io.kvapp.engine.transfer.BackupFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongUnaryOperator;

/**
 * The keeping of a store in the heap.
 *
 * <p>All methods may be called from any thread.
 */
final class InMemoryStoreAdmin implements StoreAdmin {
  private final InMemoryStore store;
  private final Limits limits;
  private final HeapEntries entries;
  private final HeapChanges changes;

  InMemoryStoreAdmin(InMemoryStore store, Limits limits, HeapEntries entries, HeapChanges changes) {
    this.store = store;
    this.limits = limits;
    this.entries = entries;
    this.changes = changes;
  }

  @Override
  public void backup(Path folder) {
    Objects.requireNonNull(folder, "folder");
    record Copy(long revision, List<Entry> entries) {}
    Copy copy = store.reading(() -> new Copy(store.revision(), entries.all(store.now())));
    BackupFiles.write(folder, copy.revision(), copy.entries());
  }

  @Override
  public long restore(Path folder) {
    Objects.requireNonNull(folder, "folder");
    InMemoryStore.requireEmpty(store.size());
    AtomicLong backupRevision = new AtomicLong();
    return BackupFiles.read(
        folder,
        backupRevision::set,
        source -> load(source, last -> Revisions.afterGap(Math.max(last, backupRevision.get()))));
  }

  @Override
  public long load(Iterator<Entry> source) {
    Objects.requireNonNull(source, "entries");
    InMemoryStore.requireEmpty(store.size());
    return load(source, LongUnaryOperator.identity());
  }

  private long load(Iterator<Entry> source, LongUnaryOperator counting) {
    HeapEntries loaded = new HeapEntries(null);
    while (source.hasNext()) {
      Entry entry = source.next();
      limits.entry(entry.key(), entry.value());
      // What has expired hides an earlier entry of its key.
      loaded.put(InMemoryStore.copy(entry));
    }
    return store.fill(loaded, counting);
  }

  @Override
  public VerifyReport verify() {
    return store.reading(() -> new VerifyReport(entries.size(store.now()), 0, entries.faults()));
  }

  @Override
  public void compact() {
    store.writing(() -> null);
  }

  @Override
  public StoreStats stats() {
    return store.reading(
        () ->
            new StoreStats(
                entries.size(store.now()),
                entries.bytes(),
                0,
                0,
                0,
                0,
                0,
                0,
                store.revision(),
                changes.bytes(),
                changes.oldest(),
                Optional.empty(),
                0,
                0,
                entries.expired(),
                SyncTimes.NONE));
  }

  @Override
  public RecoveryReport recovery() {
    return store.reading(() -> new RecoveryReport(true, false, 0, 0, 0, List.of(), Duration.ZERO));
  }
}

package io.kvapp.engine;

import io.kvapp.KVException;
import io.kvapp.RecoveryReport;
import io.kvapp.StoreAdmin;
import io.kvapp.StoreStats;
import io.kvapp.VerifyReport;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.model.Limits;
import io.kvapp.engine.model.Operation;
import io.kvapp.engine.repair.Verification;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.transfer.BackupFiles;
import io.kvapp.engine.tree.Version;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The keeping of a store in a folder.
 *
 * <p>All methods may be called from any thread.
 */
final class DiskStoreAdmin implements StoreAdmin {
  private static final int RESTORED_AT_ONCE = 500;
  private static final int RESTORED_BYTES_AT_ONCE = 4 << 20;

  private final DiskStore store;

  DiskStoreAdmin(DiskStore store) {
    this.store = store;
  }

  @Override
  public void backup(Path folder) {
    Objects.requireNonNull(folder, "folder");
    store.requireOpen();
    store.maintenance.backUp(
        (sstables, entries) -> BackupFiles.copy(store.disk, sstables, entries, folder));
  }

  @Override
  public long restore(Path folder) {
    Objects.requireNonNull(folder, "folder");
    long entries = store.size();
    if (entries > 0) {
      throw new KVException.WrongState(
          "the store holds " + entries + " entries; restore into an empty store");
    }
    return WorkerThread.call("kvapp-restore", () -> new Restore().run(folder));
  }

  /** Commits the entries of a backup in batches. */
  private final class Restore {
    private final List<Operation> pending = new ArrayList<>();
    private long pendingBytes;
    private long restored;

    long run(Path folder) {
      BackupFiles.read(folder, entry -> add(entry.key(), entry.value(), entry.expiresAtMillis()));
      commit();
      return restored;
    }

    private void add(byte[] key, byte[] value, long expiresAt) {
      if (Limits.isExpired(expiresAt, store.clock.millis())) {
        return;
      }
      store.limits.entry(key, value);
      pending.add(Operation.put(key, value, expiresAt));
      pendingBytes += key.length + value.length;
      restored++;
      if (pending.size() >= RESTORED_AT_ONCE || pendingBytes >= RESTORED_BYTES_AT_ONCE) {
        commit();
      }
    }

    private void commit() {
      store.commit(List.of(), pending);
      pending.clear();
      pendingBytes = 0;
    }
  }

  @Override
  public VerifyReport verify() {
    store.requireOpen();
    store.maintenance.awaitFilled();
    return new Verification(
            store.versions::acquire, store.stripes, store.map, store.journal, store::requireOpen)
        .run();
  }

  @Override
  public void compact() {
    store.requireOpen();
    store.maintenance.compactAll();
  }

  @Override
  public StoreStats stats() {
    store.requireOpen();
    Version version = store.versions.acquire();
    try {
      long sstableBytes = version.sstables.stream().mapToLong(SSTable::fileBytes).sum();
      long journalBytes = store.journal.fileBytes();
      long mapBytes = store.map.fileBytes();
      return new StoreStats(
          store.size(),
          version.sstables.stream().mapToLong(SSTable::liveBytes).sum()
              + store.flusher.unfrozenBytes(),
          sstableBytes + journalBytes + mapBytes,
          journalBytes,
          sstableBytes,
          mapBytes,
          version.sstables.size(),
          store.journal.revision(),
          store.flusher.lastFlush(),
          store.journal.syncs(),
          Duration.ofNanos(store.journal.meanSyncNanos()),
          Duration.ofNanos(store.journal.longestSyncNanos()));
    } finally {
      version.release();
    }
  }

  @Override
  public RecoveryReport recovery() {
    store.requireOpen();
    return store.report;
  }
}

package io.kvapp.engine;

import io.kvapp.KVException;
import io.kvapp.RecoveryReport;
import io.kvapp.StoreAdmin;
import io.kvapp.StoreStats;
import io.kvapp.VerifyReport;
import io.kvapp.engine.file.StackRoom;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.model.Limits;
import io.kvapp.engine.model.Operation;
import io.kvapp.engine.model.Revisions;
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
  private final StoreParts parts;
  private final Maintenance maintenance;
  private final WritePath writes;

  DiskStoreAdmin(DiskStore store, StoreParts parts, Maintenance maintenance, WritePath writes) {
    this.store = store;
    this.parts = parts;
    this.maintenance = maintenance;
    this.writes = writes;
  }

  @Override
  public void backup(Path folder) {
    Objects.requireNonNull(folder, "folder");
    parts.requireOpen();
    maintenance.backUp(
        (sstables, entries) -> BackupFiles.copy(parts.disk, sstables, entries, folder));
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
      BackupFiles.read(
          folder, this::begin, entry -> add(entry.key(), entry.value(), entry.expiresAtMillis()));
      commit();
      return restored;
    }

    private void begin(long backupRevision) {
      long known = Math.max(backupRevision, parts.journal.revision());
      maintenance.skipRevisions(Revisions.afterGap(known));
    }

    private void add(byte[] key, byte[] value, long expiresAt) {
      if (Limits.isExpired(expiresAt, parts.clock.millis())) {
        return;
      }
      parts.limits.entry(key, value);
      pending.add(Operation.put(key, value, expiresAt));
      pendingBytes += key.length + value.length;
      restored++;
      if (pending.size() >= RESTORED_AT_ONCE || pendingBytes >= RESTORED_BYTES_AT_ONCE) {
        commit();
      }
    }

    private void commit() {
      writes.commit(List.of(), pending);
      pending.clear();
      pendingBytes = 0;
    }
  }

  @Override
  public VerifyReport verify() {
    parts.requireOpen();
    maintenance.awaitFilled();
    try {
      return new Verification(
              parts.versions::acquire,
              parts.stripes,
              parts.index,
              parts.journal,
              parts::requireOpen)
          .run();
    } catch (InternalError late) {
      throw parts.versions.unreadable(late);
    }
  }

  @Override
  public void compact() {
    parts.requireOpen();
    maintenance.compactAll();
  }

  @Override
  public StoreStats stats() {
    StackRoom.require();
    parts.requireOpen();
    Version version = parts.versions.acquire();
    try {
      long sstableBytes = version.sstables.stream().mapToLong(SSTable::fileBytes).sum();
      long journalBytes = parts.journal.fileBytes();
      long hashTableBytes = parts.index.fileBytes();
      return new StoreStats(
          store.size(),
          version.sstables.stream().mapToLong(SSTable::liveBytes).sum()
              + parts.flusher.unfrozenBytes(),
          sstableBytes + journalBytes + hashTableBytes,
          journalBytes,
          sstableBytes,
          hashTableBytes,
          version.sstables.size(),
          parts.journal.revision(),
          parts.flusher.lastFlush(),
          parts.journal.syncs(),
          Duration.ofNanos(parts.journal.meanSyncNanos()),
          Duration.ofNanos(parts.journal.longestSyncNanos()));
    } finally {
      version.release();
    }
  }

  @Override
  public RecoveryReport recovery() {
    parts.requireOpen();
    return parts.report;
  }
}

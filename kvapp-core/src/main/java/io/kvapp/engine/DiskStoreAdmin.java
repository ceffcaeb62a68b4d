package io.kvapp.engine;

import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.RecoveryReport;
import io.kvapp.StoreAdmin;
import io.kvapp.StoreStats;
import io.kvapp.VerifyReport;
import io.kvapp.engine.file.Lease;
import io.kvapp.engine.file.StackRoom;
import io.kvapp.engine.model.Revisions;
import io.kvapp.engine.repair.Verification;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.transfer.BackupFiles;
import io.kvapp.engine.tree.Version;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Objects;

/**
 * The keeping of a store in a folder.
 *
 * <p>All methods may be called from any thread.
 */
final class DiskStoreAdmin implements StoreAdmin {
  private final DiskStore store;
  private final StoreParts parts;
  private final Maintenance maintenance;
  private final Sweeper sweeper;

  DiskStoreAdmin(DiskStore store, StoreParts parts, Maintenance maintenance, Sweeper sweeper) {
    this.store = store;
    this.parts = parts;
    this.maintenance = maintenance;
    this.sweeper = sweeper;
  }

  @Override
  public void backup(Path folder) {
    Objects.requireNonNull(folder, "folder");
    parts.requireOpen();
    Path target = folder.toAbsolutePath().normalize();
    if (parts.folder.toAbsolutePath().normalize().equals(target.getParent())
        && DataFolder.isOwnName(target.getFileName())) {
      throw new KVException.FolderUnusable(
          folder, "files of the store have names like this; choose another name", null);
    }
    maintenance.backUp(
        (sstables, entries) -> BackupFiles.copy(parts.disk, sstables, entries, folder));
  }

  @Override
  public long restore(Path folder) {
    Objects.requireNonNull(folder, "folder");
    requireEmpty();
    return BackupFiles.read(folder, this::skipRevisions, this::load);
  }

  /** Has what is restored, and all writes behind it, get revisions that no write has had. */
  private void skipRevisions(long backupRevision) {
    long known = Math.max(backupRevision, parts.journal.revision());
    maintenance.skipRevisions(Revisions.afterGap(known));
  }

  @Override
  public long load(Iterator<Entry> entries) {
    Objects.requireNonNull(entries, "entries");
    requireEmpty();
    return new BulkLoad(store, parts, maintenance).run(entries);
  }

  private void requireEmpty() {
    long entries = store.size();
    if (entries > 0) {
      throw new KVException.WrongState(
          "the store holds " + entries + " entries; restore or load into an empty store");
    }
  }

  @Override
  public VerifyReport verify() {
    parts.requireOpen();
    maintenance.awaitFilled();
    try {
      return new Verification(
              parts.folder,
              parts.versions::lease,
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
    try (Lease<Version> lease = parts.versions.lease()) {
      Version version = lease.get();
      long sstableBytes = version.sstables.stream().mapToLong(SSTable::fileBytes).sum();
      long journalBytes = parts.journal.fileBytes();
      long hashTableBytes = parts.index.fileBytes();
      return new StoreStats(
          store.size(),
          version.sstables.stream().mapToLong(SSTable::liveBytes).sum()
              + parts.flusher.unfrozenBytes(),
          sstableBytes + journalBytes + hashTableBytes,
          journalBytes,
          parts.journal.recycledBytes(),
          sstableBytes,
          hashTableBytes,
          version.sstables.size(),
          parts.journal.revision(),
          parts.journal.history().bytes(),
          parts.journal.history().oldest(),
          parts.flusher.lastFlush(),
          parts.flusher.flushes(),
          parts.compactor.compactions(),
          sweeper.expired(),
          parts.journal.syncTimes());
    }
  }

  @Override
  public RecoveryReport recovery() {
    parts.requireOpen();
    return parts.report;
  }
}

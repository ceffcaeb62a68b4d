package io.kvapp.engine;

import io.kvapp.Entry;
import io.kvapp.RecoveryReport;
import io.kvapp.StoreAdmin;
import io.kvapp.StoreStats;
import io.kvapp.SyncTimes;
import io.kvapp.VerifyReport;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.repair.Verification;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.transfer.BackupFiles;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Objects;
import java.util.Optional;

/**
 * The keeping of a store that is only read: what changes it is refused.
 *
 * <p>All methods may be called from any thread.
 */
final class ReadOnlyStoreAdmin implements StoreAdmin {
  private final ReadOnlyStore store;

  ReadOnlyStoreAdmin(ReadOnlyStore store) {
    this.store = store;
  }

  @Override
  public void backup(Path folder) {
    Objects.requireNonNull(folder, "folder");
    store.reading(
        version ->
            WorkerThread.call(
                "kvapp-backup",
                () -> {
                  BackupFiles.write(folder, store.revision, store.report.entries(), version);
                  return null;
                }));
  }

  @Override
  public long restore(Path folder) {
    Objects.requireNonNull(folder, "folder");
    throw store.reading(version -> store.refusal());
  }

  @Override
  public long load(Iterator<Entry> entries) {
    Objects.requireNonNull(entries, "entries");
    throw store.reading(version -> store.refusal());
  }

  @Override
  public VerifyReport verify() {
    return store.reading(version -> new Verification(version).run());
  }

  @Override
  public void compact() {
    throw store.reading(version -> store.refusal());
  }

  @Override
  public StoreStats stats() {
    return store.reading(
        version -> {
          long sstableBytes = version.sstables.stream().mapToLong(SSTable::fileBytes).sum();
          long journalBytes = version.active.segmentBytes();
          return new StoreStats(
              store.size(),
              version.sstables.stream().mapToLong(SSTable::liveBytes).sum(),
              sstableBytes + journalBytes,
              journalBytes,
              0,
              sstableBytes,
              0,
              version.sstables.size(),
              store.revision,
              0,
              store.revision,
              Optional.empty(),
              0,
              0,
              0,
              SyncTimes.NONE);
        });
  }

  @Override
  public RecoveryReport recovery() {
    return store.reading(version -> store.report);
  }
}

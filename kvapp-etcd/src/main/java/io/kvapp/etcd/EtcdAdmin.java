package io.kvapp.etcd;

import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.RecoveryReport;
import io.kvapp.Snapshot;
import io.kvapp.StoreAdmin;
import io.kvapp.StoreStats;
import io.kvapp.VerifyReport;
import io.kvapp.client.transfer.ExportFolder;
import io.kvapp.engine.model.Limits;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.Objects;

/**
 * The keeping of a store on etcd, which is that of the cluster itself.
 *
 * <p>Safe for any thread.
 */
final class EtcdAdmin implements StoreAdmin {
  private final EtcdStore store;
  private final Limits limits;
  private final InstantSource clock;

  EtcdAdmin(EtcdStore store, Limits limits, InstantSource clock) {
    this.store = store;
    this.limits = limits;
    this.clock = clock;
  }

  /** Writes an export, all of which is of one revision. */
  @Override
  public void backup(Path folder) {
    Objects.requireNonNull(folder, "folder");
    try (Snapshot snapshot = store.snapshot()) {
      new ExportFolder(folder).write(snapshot);
    }
  }

  /** Writes what an export or the backup of a local store holds, in batches. */
  @Override
  public long restore(Path folder) {
    Objects.requireNonNull(folder, "folder");
    store.requireOpen();
    return new Restore(store, limits, clock).run(new ExportFolder(folder));
  }

  @Override
  public long load(Iterator<Entry> entries) {
    Objects.requireNonNull(entries, "entries");
    throw unsupported("is not loaded at once; commit batches");
  }

  @Override
  public VerifyReport verify() {
    throw unsupported("is checked by etcd; start it with --experimental-initial-corrupt-check");
  }

  @Override
  public void compact() {
    throw unsupported("is compacted by etcd; start it with --auto-compaction-retention");
  }

  @Override
  public StoreStats stats() {
    throw unsupported("has the figures of its cluster; read /metrics of its members");
  }

  @Override
  public RecoveryReport recovery() {
    throw unsupported("is recovered by etcd; read the logs of its members");
  }

  private RuntimeException unsupported(String what) {
    store.requireOpen();
    return new KVException.Unsupported("a store on etcd " + what);
  }
}

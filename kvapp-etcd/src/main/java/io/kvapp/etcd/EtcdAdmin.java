package io.kvapp.etcd;

import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.RecoveryReport;
import io.kvapp.StoreAdmin;
import io.kvapp.StoreStats;
import io.kvapp.VerifyReport;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Objects;

/**
 * The keeping of a store on etcd, which is that of the cluster itself.
 *
 * <p>Safe for any thread.
 */
final class EtcdAdmin implements StoreAdmin {
  private final EtcdStore store;

  EtcdAdmin(EtcdStore store) {
    this.store = store;
  }

  @Override
  public void backup(Path folder) {
    Objects.requireNonNull(folder, "folder");
    throw unsupported("has no backup of its own; export its entries, or etcdctl snapshot save");
  }

  @Override
  public long restore(Path folder) {
    Objects.requireNonNull(folder, "folder");
    throw unsupported("is not restored; import an export of entries");
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

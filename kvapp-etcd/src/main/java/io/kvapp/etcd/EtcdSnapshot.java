package io.kvapp.etcd;

import io.kvapp.KVException;
import io.kvapp.Page;
import io.kvapp.Scan;
import io.kvapp.Snapshot;
import io.kvapp.etcd.cluster.CallException;
import io.kvapp.etcd.read.PageReader;
import java.util.Objects;

/**
 * The store at a revision of the cluster, for as long as the cluster keeps that: until its next
 * compaction but one, usually.
 *
 * <p>Safe for any thread.
 */
final class EtcdSnapshot implements Snapshot {
  private final EtcdStore store;
  private final PageReader pages;
  private final PageReader.ReadPage moment;
  private final long now;
  private volatile boolean closed;

  EtcdSnapshot(EtcdStore store, PageReader pages, PageReader.ReadPage moment, long now) {
    this.store = store;
    this.pages = pages;
    this.moment = moment;
    this.now = now;
  }

  @Override
  public Page scan(Scan scan) {
    Objects.requireNonNull(scan, "scan");
    if (closed) {
      throw new KVException.WrongState("the snapshot is closed");
    }
    return store.call(
        () -> {
          try {
            return pages.readAt(scan, now, moment.clusterRevision());
          } catch (CallException failed) {
            if (failed.fault() == CallException.Fault.COMPACTED) {
              throw new KVException(
                  "etcd has compacted revision "
                      + moment.clusterRevision()
                      + ", which the snapshot reads; take a new one, and let etcd keep revisions"
                      + " for longer (--auto-compaction-retention)");
            }
            throw failed;
          }
        });
  }

  @Override
  public long revision() {
    return moment.head();
  }

  @Override
  public void close() {
    closed = true;
  }
}

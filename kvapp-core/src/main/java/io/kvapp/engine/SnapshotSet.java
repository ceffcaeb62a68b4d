package io.kvapp.engine;

import io.kvapp.Page;
import io.kvapp.Scan;
import io.kvapp.Snapshot;
import io.kvapp.engine.file.Lease;
import io.kvapp.engine.file.StackRoom;
import io.kvapp.engine.file.StoreFailures;
import io.kvapp.engine.model.PageReader;
import io.kvapp.engine.tree.Version;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open snapshots of a store in a folder: versions to which nothing is written, each in use
 * until its snapshot, or the store, is closed.
 *
 * <p>Safe for any thread.
 */
final class SnapshotSet {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotSet.class);

  private final Function<Version, Lease<Version>> leasing;
  private final BiFunction<Version, InternalError, RuntimeException> unreadable;
  private final Set<Pinned> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * No snapshots yet.
   *
   * @param leasing takes another use of a version
   * @param unreadable what to throw for an error that a page of a version's files has led to
   */
  SnapshotSet(
      Function<Version, Lease<Version>> leasing,
      BiFunction<Version, InternalError, RuntimeException> unreadable) {
    this.leasing = leasing;
    this.unreadable = unreadable;
  }

  /**
   * A snapshot of a version.
   *
   * @param lease passes to the snapshot
   * @param revision the last one in the version
   * @param now the moment at which entries have to live
   */
  Snapshot add(Lease<Version> lease, long revision, long now) {
    Pinned snapshot = new Pinned(lease, revision, now);
    open.add(snapshot);
    if (closed) {
      snapshot.close();
      throw StoreFailures.closed();
    }
    return snapshot;
  }

  /** Ends all snapshots. */
  void close() {
    closed = true;
    if (!open.isEmpty()) {
      LOG.warn("{} snapshots were not closed before their store was", open.size());
    }
    open.forEach(Pinned::close);
  }

  private final class Pinned implements Snapshot {
    private final Lease<Version> lease;
    private final long revision;
    private final long now;
    private volatile boolean ended;

    Pinned(Lease<Version> lease, long revision, long now) {
      this.lease = lease;
      this.revision = revision;
      this.now = now;
    }

    @Override
    public Page scan(Scan scan) {
      Objects.requireNonNull(scan, "scan");
      StackRoom.require();
      if (closed) {
        throw StoreFailures.closed();
      }
      if (ended) {
        throw StoreFailures.snapshotClosed();
      }
      Version version = lease.get();
      try (Lease<Version> use = leasing.apply(version)) {
        return PageReader.read(use.get()::entries, scan, now);
      } catch (InternalError late) {
        throw unreadable.apply(version, late);
      }
    }

    @Override
    public long revision() {
      return revision;
    }

    @Override
    public void close() {
      ended = true;
      open.remove(this);
      lease.close();
    }
  }
}

package io.kvapp.etcd.write;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.kvapp.etcd.cluster.Cluster;
import io.kvapp.etcd.cluster.Deadline;
import io.kvapp.etcd.layout.Layout;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Who writes to the cluster: a lease, and receipts that the cluster removes with it.
 *
 * <p>Safe for any thread.
 */
final class Writer {
  /** How long the receipts of a writer stay once nobody hears of it. */
  static final int LEASE_SECONDS = 120;

  /**
   * One receipt, used by one write at a time. Each transaction of a write holds only while the
   * receipt has the revision known here, and gives it a new one, so that none of them can be made
   * twice, nor after another one.
   *
   * <p>For the thread that has taken it.
   */
  static final class Slot {
    private final Writer writer;
    private final ByteString key;
    private long revision;
    private long number;

    private Slot(Writer writer, ByteString key) {
      this.writer = writer;
      this.key = key;
    }

    Writer writer() {
      return writer;
    }

    ByteString key() {
      return key;
    }

    /** The revision of the receipt; 0 before the first write. */
    long revision() {
      return revision;
    }

    void setRevision(long newRevision) {
      revision = newRevision;
    }

    /** What the next transaction writes into the receipt; no other one of this slot does. */
    ByteString next() {
      number++;
      return ByteString.copyFrom(ByteBuffer.allocate(Long.BYTES).putLong(number).flip());
    }
  }

  private final Cluster cluster;
  private final Layout layout;
  private final long lease;
  private final ConcurrentLinkedDeque<Slot> free = new ConcurrentLinkedDeque<>();
  private final AtomicInteger slots = new AtomicInteger();

  private Writer(Cluster cluster, Layout layout, long lease) {
    this.cluster = cluster;
    this.layout = layout;
    this.lease = lease;
  }

  static Writer begin(Cluster cluster, Layout layout, Deadline deadline) {
    long lease =
        cluster
            .read(
                LeaseGrpc.getLeaseGrantMethod(),
                LeaseGrantRequest.newBuilder().setTTL(LEASE_SECONDS).build(),
                deadline)
            .getID();
    return new Writer(cluster, layout, lease);
  }

  long lease() {
    return lease;
  }

  Slot take() {
    Slot slot = free.pollFirst();
    return slot != null ? slot : new Slot(this, layout.receipt(lease, slots.incrementAndGet()));
  }

  /** Gives back a slot whose receipt is known to have its revision; another one is given up. */
  void giveBack(Slot slot) {
    free.addFirst(slot);
  }

  /** Removes the receipts. */
  void end(Deadline deadline) {
    cluster.read(
        LeaseGrpc.getLeaseRevokeMethod(),
        LeaseRevokeRequest.newBuilder().setID(lease).build(),
        deadline);
  }
}

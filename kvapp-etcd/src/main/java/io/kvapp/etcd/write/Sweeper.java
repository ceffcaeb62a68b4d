package io.kvapp.etcd.write;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.TxnRequest;
import io.kvapp.engine.model.ExpiryKey;
import io.kvapp.etcd.cluster.Cluster;
import io.kvapp.etcd.cluster.Deadline;
import io.kvapp.etcd.cluster.Requests;
import io.kvapp.etcd.layout.Layout;
import java.io.ByteArrayOutputStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Removes entries whose time to live has passed. Several processes may do so at once: each
 * transaction holds only while nobody has changed what it removes.
 *
 * <p>For one thread.
 */
final class Sweeper {
  private final Cluster cluster;
  private final Layout layout;
  private final InstantSource clock;

  /** A transaction removes an entry and its expiry, and writes the head. */
  private final int mostAtOnce;

  Sweeper(Cluster cluster, Layout layout, InstantSource clock) {
    this.cluster = cluster;
    this.layout = layout;
    this.clock = clock;
    mostAtOnce = Math.min(500, (cluster.settings().maxTxnOps() - 1) / 2);
  }

  /**
   * Removes some of what has expired.
   *
   * @return whether there may be more
   * @throws CallException if the cluster does not answer
   */
  boolean sweep() {
    RangeRequest request =
        RangeRequest.newBuilder()
            .setKey(layout.expiriesStart())
            .setRangeEnd(layout.expiriesEnd(clock.millis()))
            .setKeysOnly(true)
            .setLimit(mostAtOnce)
            .build();
    Deadline deadline = Deadline.in(cluster.settings().attempt());
    RangeResponse expired = cluster.read(KVGrpc.getRangeMethod(), request, deadline);
    if (expired.getKvsCount() == 0) {
      return false;
    }
    boolean isMade =
        cluster.once(KVGrpc.getTxnMethod(), removal(expired.getKvsList()), deadline).getSucceeded();
    return isMade && expired.getMore();
  }

  private TxnRequest removal(List<KeyValue> expired) {
    List<KeyValue> byKey = new ArrayList<>(expired);
    byKey.sort(Comparator.comparing(this::key, Arrays::compareUnsigned));
    TxnRequest.Builder request = TxnRequest.newBuilder();
    ByteArrayOutputStream expiries = new ByteArrayOutputStream();
    for (KeyValue each : byKey) {
      byte[] expiryKey = layout.expiryKeyOf(each.getKey());
      request
          .addCompare(Requests.isOfRevision(each.getKey(), each.getModRevision()))
          .addSuccess(Requests.delete(each.getKey()))
          .addSuccess(Requests.delete(layout.entry(ExpiryKey.entryKey(expiryKey))));
      expiries.write(expiryKey, 0, Long.BYTES);
    }
    return request
        .addSuccess(Requests.put(layout.head(), ByteString.copyFrom(expiries.toByteArray())))
        .build();
  }

  private byte[] key(KeyValue expiry) {
    return ExpiryKey.entryKey(layout.expiryKeyOf(expiry.getKey()));
  }
}

package io.kvapp.etcd.write;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.kvapp.Batch;
import io.kvapp.BatchCondition;
import io.kvapp.BatchOperation;
import io.kvapp.BatchResult;
import io.kvapp.KVException;
import io.kvapp.engine.model.BatchEvaluation;
import io.kvapp.engine.model.Limits;
import io.kvapp.engine.model.Operation;
import io.kvapp.engine.model.VersionedValue;
import io.kvapp.etcd.cluster.Cluster;
import io.kvapp.etcd.cluster.Deadline;
import io.kvapp.etcd.cluster.Requests;
import io.kvapp.etcd.layout.Layout;
import io.kvapp.etcd.layout.StoredValue;
import io.kvapp.etcd.settings.EtcdLimits;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Writes of entries as transactions of the cluster. A batch is worked out from the entries as they
 * are read, and made if they still are as they were; else it is worked out anew. A single write
 * that depends on nothing but presence or revision is tried without a read before it.
 *
 * <p>Safe for any thread.
 */
public final class Transactions {
  /** A request without a read before it has the value twice, so that a larger one is read for. */
  private static final int LARGEST_SENT_TWICE = 16 << 10;

  private final Cluster cluster;
  private final Layout layout;
  private final WriteOnce writes;
  private final EtcdLimits limits;
  private final InstantSource clock;

  public Transactions(
      Cluster cluster, Layout layout, WriteOnce writes, EtcdLimits limits, InstantSource clock) {
    this.cluster = cluster;
    this.layout = layout;
    this.writes = writes;
    this.limits = limits;
    this.clock = clock;
  }

  /** Writes an entry; {@code ttl} is null for one that does not expire. */
  public long put(byte[] key, byte[] value, Duration ttl) {
    Batch batch = ttl == null ? new Batch().put(key, value) : new Batch().put(key, value, ttl);
    if (value.length > LARGEST_SENT_TWICE) {
      return commit(batch).revision();
    }
    Deadline deadline = deadline();
    ByteString entry = layout.entry(key);
    List<RequestOp> puts = puts(key, value, ttl);
    WriteOnce.Answer answer =
        writes.write(
            List.of(
                new WriteOnce.Alternative(List.of(Requests.isOfRevision(entry, 0)), puts),
                new WriteOnce.Alternative(List.of(isLasting(entry)), puts)),
            List.of(Requests.read(entry)),
            deadline);
    return answer.isMade()
        ? answer.revision()
        : commit(batch, entries(answer.reads()), deadline).revision();
  }

  /** Writes an entry if the one that is there has a revision, 0 for none there. */
  public OptionalLong putAt(byte[] key, long expected, byte[] value, Duration ttl) {
    if (expected < 0) {
      return OptionalLong.empty();
    }
    ByteString entry = layout.entry(key);
    Deadline deadline = deadline();
    WriteOnce.Answer answer =
        writes.write(
            List.of(new WriteOnce.Alternative(isAt(entry, expected), puts(key, value, ttl))),
            List.of(Requests.read(entry)),
            deadline);
    if (answer.isMade()) {
      return OptionalLong.of(answer.revision());
    }
    Batch batch = new Batch().ifRevision(key, expected);
    batch = ttl == null ? batch.put(key, value) : batch.put(key, value, ttl);
    BatchResult result = commit(batch, entries(answer.reads()), deadline);
    return result.applied() ? OptionalLong.of(result.revision()) : OptionalLong.empty();
  }

  public boolean delete(byte[] key) {
    ByteString entry = layout.entry(key);
    return delete(entry, List.of(isLasting(entry)), new Batch().delete(key));
  }

  public boolean deleteAt(byte[] key, long expected) {
    if (expected <= 0) {
      return false;
    }
    ByteString entry = layout.entry(key);
    return delete(entry, isAt(entry, expected), new Batch().ifRevision(key, expected).delete(key));
  }

  private boolean delete(ByteString entry, List<Compare> conditions, Batch otherwise) {
    Deadline deadline = deadline();
    WriteOnce.Answer answer =
        writes.write(
            List.of(new WriteOnce.Alternative(conditions, List.of(Requests.delete(entry)))),
            List.of(Requests.read(entry)),
            deadline);
    return answer.isMade() || commit(otherwise, entries(answer.reads()), deadline).revision() > 0;
  }

  private static Compare isLasting(ByteString entry) {
    return Requests.isAbove(entry, StoredValue.BELOW_LASTING);
  }

  private static List<Compare> isAt(ByteString entry, long revision) {
    Compare isAt = Requests.isOfRevision(entry, revision);
    return revision == 0 ? List.of(isAt) : List.of(isAt, isLasting(entry));
  }

  private List<RequestOp> puts(byte[] key, byte[] value, Duration ttl) {
    long expiresAt = Limits.expiresAtMillis(clock.millis(), ttl);
    List<RequestOp> puts = new ArrayList<>();
    puts.add(Requests.put(layout.entry(key), StoredValue.encode(value, expiresAt)));
    if (expiresAt != 0) {
      puts.add(Requests.put(layout.expiry(expiresAt, key), ByteString.EMPTY));
    }
    return puts;
  }

  public BatchResult commit(Batch batch) {
    Set<ByteString> keys = keys(batch);
    Deadline deadline = deadline();
    return commit(batch, keys.isEmpty() ? Map.of() : read(keys, deadline), deadline);
  }

  /** Of a call with all that it reads and writes. */
  private Deadline deadline() {
    return Deadline.in(cluster.settings().timeout());
  }

  private Set<ByteString> keys(Batch batch) {
    Set<ByteString> keys = new LinkedHashSet<>();
    for (BatchCondition condition : batch.conditions()) {
      keys.add(layout.entry(condition.key()));
    }
    for (BatchOperation operation : batch.operations()) {
      keys.add(layout.entry(operation.key()));
    }
    return keys;
  }

  private Map<ByteString, KeyValue> read(Set<ByteString> keys, Deadline deadline) {
    TxnRequest.Builder request = TxnRequest.newBuilder();
    keys.forEach(key -> request.addSuccess(Requests.read(key)));
    return entries(
        cluster.read(KVGrpc.getTxnMethod(), request.build(), deadline).getResponsesList());
  }

  /** What is stored under the keys that were read. */
  private static Map<ByteString, KeyValue> entries(List<ResponseOp> reads) {
    Map<ByteString, KeyValue> entries = new HashMap<>();
    for (ResponseOp read : reads) {
      read.getResponseRange().getKvsList().forEach(found -> entries.put(found.getKey(), found));
    }
    return entries;
  }

  /** Commits a batch, beginning with what was read of its keys. */
  private BatchResult commit(Batch batch, Map<ByteString, KeyValue> read, Deadline deadline) {
    Set<ByteString> keys = keys(batch);
    List<RequestOp> reads = keys.stream().map(Requests::read).toList();
    Map<ByteString, KeyValue> stored = read;
    while (true) {
      BatchEvaluation.Outcome outcome = evaluate(batch, stored);
      if (outcome.changes().isEmpty()) {
        return outcome.result(0);
      }
      List<Compare> conditions = new ArrayList<>();
      for (ByteString key : keys) {
        KeyValue found = stored.get(key);
        conditions.add(Requests.isOfRevision(key, found == null ? 0 : found.getModRevision()));
      }
      WriteOnce.Answer answer =
          writes.write(
              List.of(new WriteOnce.Alternative(conditions, changes(outcome, stored))),
              reads,
              deadline);
      if (answer.isMade()) {
        return outcome.result(answer.revision());
      }
      if (!writes.isTimeIn(deadline)) {
        throw new KVException.Unavailable(
            "other writers have changed the entries of the batch each time before it could be"
                + " made; nothing was done, try again");
      }
      stored = entries(answer.reads());
    }
  }

  private BatchEvaluation.Outcome evaluate(Batch batch, Map<ByteString, KeyValue> stored) {
    Map<ByteString, VersionedValue> decoded = new HashMap<>();
    stored.forEach((key, found) -> decoded.put(key, StoredValue.decode(found)));
    return BatchEvaluation.of(
        batch,
        (key, withValue) -> decoded.get(layout.entry(key)),
        clock.millis(),
        limits.ofStore());
  }

  private List<RequestOp> changes(
      BatchEvaluation.Outcome outcome, Map<ByteString, KeyValue> stored) {
    List<RequestOp> changes = new ArrayList<>();
    for (Operation change : outcome.changes()) {
      ByteString entry = layout.entry(change.key());
      KeyValue before = stored.get(entry);
      long expiredAt = before == null ? 0 : StoredValue.expiresAt(before);
      long expiresAt = change.isDelete() ? 0 : change.expiresAt();
      changes.add(
          change.isDelete()
              ? Requests.delete(entry)
              : Requests.put(entry, StoredValue.encode(change.value(), expiresAt)));
      if (expiresAt != expiredAt && expiresAt != 0) {
        changes.add(Requests.put(layout.expiry(expiresAt, change.key()), ByteString.EMPTY));
      }
      if (expiresAt != expiredAt && expiredAt != 0) {
        changes.add(Requests.delete(layout.expiry(expiredAt, change.key())));
      }
    }
    return changes;
  }
}

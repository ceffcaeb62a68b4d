package io.kvapp.etcd.write;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.Status;
import io.kvapp.KVException;
import io.kvapp.etcd.cluster.CallException;
import io.kvapp.etcd.cluster.Cluster;
import io.kvapp.etcd.cluster.Deadline;
import io.kvapp.etcd.cluster.Requests;
import io.kvapp.etcd.layout.Layout;
import io.kvapp.etcd.settings.EtcdLimits;
import io.kvapp.etcd.settings.EtcdSettings;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Transactions that are made exactly once. Each holds only while a receipt has the revision it had
 * before, and writes the receipt. When no answer comes, a transaction that only writes the receipt
 * settles it: if that one holds, the first was not made and cannot be made any more; if not, the
 * receipt says which transaction wrote it.
 *
 * <p>Safe for any thread. Interrupts are left alone.
 */
public final class WriteOnce {
  /** What is done if all conditions hold. */
  record Alternative(List<Compare> conditions, List<RequestOp> operations) {}

  /**
   * What became of a write.
   *
   * @param revision of its transaction; 0 if no alternative held, and then nothing was written
   * @param reads the answers to what was to be read in that case
   */
  record Answer(long revision, List<ResponseOp> reads) {
    boolean isMade() {
      return revision > 0;
    }
  }

  /** In the place of a receipt that was removed. */
  private static final KeyValue REMOVED = KeyValue.newBuilder().setModRevision(-1).build();

  private final Cluster cluster;
  private final Layout layout;
  private final EtcdLimits limits;

  /** The least time for a transaction and its receipt, in nanoseconds. */
  private final long enough;

  private volatile Writer writer;

  public WriteOnce(Cluster cluster, Layout layout, EtcdLimits limits) {
    EtcdSettings settings = cluster.settings();
    this.cluster = cluster;
    this.layout = layout;
    this.limits = limits;
    enough = Math.min(settings.attempt().toNanos(), settings.timeout().toNanos()) / 2;
    writer = Writer.begin(cluster, layout, Deadline.in(settings.timeout()));
  }

  Writer writer() {
    return writer;
  }

  /** Whether there is time for a transaction and its receipt. */
  boolean isTimeIn(Deadline deadline) {
    return deadline.left() >= enough;
  }

  /** Begins anew with a lease of its own, unless that was done already. */
  synchronized void replace(Writer lost, Deadline deadline) {
    if (writer == lost) {
      writer = Writer.begin(cluster, layout, deadline);
    }
  }

  /**
   * Makes the first alternative that holds.
   *
   * @param reads what is read at the same moment if none does
   * @param deadline until when it is tried, and its receipt read
   * @throws CallException if the cluster refuses it or cannot be reached; nothing was written then
   * @throws KVException.Uncertain if it may have been made
   */
  Answer write(List<Alternative> alternatives, List<RequestOp> reads, Deadline deadline) {
    for (int tries = 0; ; tries++) {
      Writer.Slot slot = writer.take();
      Answer answer = attempt(slot, alternatives, reads, deadline);
      if (answer != null) {
        return answer;
      }
      deadline.pause(tries);
    }
  }

  /** One attempt, settled; null if it was not made and another one may be. */
  private Answer attempt(
      Writer.Slot slot, List<Alternative> alternatives, List<RequestOp> reads, Deadline deadline) {
    ByteString number = slot.next();
    TxnRequest request = request(slot, number, alternatives, reads, 0);
    limits.request(request.getSerializedSize());
    if (cluster.isSuspect()) {
      // A write that reaches no quorum would be uncertain; a read is not.
      giveBackAfter(slot, () -> cluster.read(KVGrpc.getRangeMethod(), range(slot), deadline));
    }
    if (!isTimeIn(deadline)) {
      slot.writer().giveBack(slot);
      throw new CallException(Status.DEADLINE_EXCEEDED, false);
    }
    TxnResponse response;
    try {
      response = cluster.once(KVGrpc.getTxnMethod(), request, deadline);
    } catch (CallException failed) {
      if (failed.fault() == CallException.Fault.LEASE) {
        replace(slot.writer(), deadline);
        return null;
      }
      if (failed.isUncertain()) {
        OptionalLong revision = settle(slot, number, failed, deadline);
        if (revision.isPresent()) {
          return new Answer(revision.getAsLong(), List.of());
        }
      } else {
        slot.writer().giveBack(slot);
      }
      if (failed.fault() == CallException.Fault.NO_SPACE && isOfDeletes(alternatives)) {
        return deleteWithoutReceipt(alternatives.get(0), reads, deadline);
      }
      if (!failed.isBusy() || deadline.hasPassed()) {
        throw failed;
      }
      return null;
    }
    return answer(slot, response, alternatives.size(), deadline);
  }

  private static boolean isOfDeletes(List<Alternative> alternatives) {
    return alternatives.size() == 1
        && alternatives.get(0).operations().stream().allMatch(RequestOp::hasRequestDeleteRange);
  }

  /** A quota that is used up refuses receipts, and allows deletes, which give space back. */
  private Answer deleteWithoutReceipt(
      Alternative deletes, List<RequestOp> reads, Deadline deadline) {
    TxnRequest request =
        TxnRequest.newBuilder()
            .addAllCompare(deletes.conditions())
            .addAllSuccess(deletes.operations())
            .addAllFailure(reads)
            .build();
    try {
      TxnResponse response = cluster.once(KVGrpc.getTxnMethod(), request, deadline);
      return response.getSucceeded()
          ? new Answer(response.getHeader().getRevision(), List.of())
          : new Answer(0, response.getResponsesList());
    } catch (CallException failed) {
      if (failed.isUncertain()) {
        throw uncertain(failed);
      }
      throw failed;
    }
  }

  /** Does something during which nothing is written, and keeps the slot if it fails. */
  private static void giveBackAfter(Writer.Slot slot, Runnable reading) {
    try {
      reading.run();
    } catch (RuntimeException failed) {
      slot.writer().giveBack(slot);
      throw failed;
    }
  }

  private TxnRequest request(
      Writer.Slot slot,
      ByteString number,
      List<Alternative> alternatives,
      List<RequestOp> reads,
      int index) {
    Alternative alternative = alternatives.get(index);
    TxnRequest.Builder request =
        TxnRequest.newBuilder()
            .addCompare(Requests.isOfRevision(slot.key(), slot.revision()))
            .addAllCompare(alternative.conditions())
            .addAllSuccess(alternative.operations())
            .addSuccess(Requests.put(layout.head(), ByteString.EMPTY))
            .addSuccess(Requests.put(slot.key(), number, slot.writer().lease()));
    if (index + 1 < alternatives.size()) {
      TxnRequest next = request(slot, number, alternatives, reads, index + 1);
      return request.addFailure(RequestOp.newBuilder().setRequestTxn(next)).build();
    }
    return request.addFailure(Requests.read(slot.key())).addAllFailure(reads).build();
  }

  /** What a response says; null if the receipt is not as it was, as its lease is over. */
  private Answer answer(
      Writer.Slot slot, TxnResponse response, int alternatives, Deadline deadline) {
    TxnResponse found = response;
    for (int i = 1; i < alternatives && !found.getSucceeded(); i++) {
      found = found.getResponses(0).getResponseTxn();
    }
    if (found.getSucceeded()) {
      slot.setRevision(response.getHeader().getRevision());
      slot.writer().giveBack(slot);
      return new Answer(slot.revision(), List.of());
    }
    List<ResponseOp> responses = found.getResponsesList();
    if (revision(responses.get(0).getResponseRange()) != slot.revision()) {
      replace(slot.writer(), deadline);
      return null;
    }
    slot.writer().giveBack(slot);
    return new Answer(0, responses.subList(1, responses.size()));
  }

  private static long revision(RangeResponse receipt) {
    return receipt.getKvsCount() == 0 ? 0 : receipt.getKvs(0).getModRevision();
  }

  /**
   * Finds out whether a transaction was made, and sees to it that it is not made later.
   *
   * @return its revision; empty if it was not made
   * @throws KVException.Uncertain if that cannot be found out
   */
  private OptionalLong settle(
      Writer.Slot slot, ByteString number, CallException why, Deadline deadline) {
    boolean isAnswered = why.fault() == CallException.Fault.NO_SPACE;
    boolean byDelete = false;
    for (int tries = 0; ; tries++) {
      try {
        Optional<KeyValue> receipt =
            isAnswered ? read(slot, deadline) : fence(slot, byDelete, deadline);
        if (receipt.isEmpty() && slot.revision() > 0) {
          throw uncertain(why);
        }
        if (receipt.isPresent() && receipt.get().equals(REMOVED)) {
          return OptionalLong.empty();
        }
        slot.setRevision(receipt.map(KeyValue::getModRevision).orElse(0L));
        slot.writer().giveBack(slot);
        return receipt.isPresent() && receipt.get().getValue().equals(number)
            ? OptionalLong.of(slot.revision())
            : OptionalLong.empty();
      } catch (CallException failed) {
        boolean isFull = failed.fault() == CallException.Fault.NO_SPACE;
        if (isFull && slot.revision() > 0 && !byDelete) {
          byDelete = true;
        } else if (!failed.isBusy() || deadline.hasPassed()) {
          throw uncertain(why);
        }
        deadline.pause(tries);
      }
    }
  }

  private Optional<KeyValue> read(Writer.Slot slot, Deadline deadline) {
    RangeResponse found = cluster.once(KVGrpc.getRangeMethod(), range(slot), deadline);
    return found.getKvsList().stream().findFirst();
  }

  /**
   * Writes the receipt if nothing else has, or removes it where the quota is used up and its slot
   * will not be used any more.
   *
   * @return the receipt as it is then; {@link #REMOVED} where it was removed
   */
  private Optional<KeyValue> fence(Writer.Slot slot, boolean byDelete, Deadline deadline) {
    ByteString number = slot.next();
    RequestOp fence =
        byDelete
            ? Requests.delete(slot.key())
            : Requests.put(slot.key(), number, slot.writer().lease());
    TxnRequest request =
        TxnRequest.newBuilder()
            .addCompare(Requests.isOfRevision(slot.key(), slot.revision()))
            .addSuccess(fence)
            .addFailure(Requests.read(slot.key()))
            .build();
    TxnResponse response = cluster.once(KVGrpc.getTxnMethod(), request, deadline);
    if (!response.getSucceeded()) {
      return response.getResponses(0).getResponseRange().getKvsList().stream().findFirst();
    }
    if (byDelete) {
      return Optional.of(REMOVED);
    }
    return Optional.of(
        KeyValue.newBuilder()
            .setModRevision(response.getHeader().getRevision())
            .setValue(number)
            .build());
  }

  private static RangeRequest range(Writer.Slot slot) {
    return RangeRequest.newBuilder().setKey(slot.key()).build();
  }

  private KVException.Uncertain uncertain(CallException why) {
    return new KVException.Uncertain(
        cluster.settings().name()
            + " did not say whether the write was made ("
            + why.getMessage()
            + "); read the entry before a repeat",
        why);
  }
}

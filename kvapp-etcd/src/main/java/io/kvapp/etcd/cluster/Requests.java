package io.kvapp.etcd.cluster;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;

/**
 * The parts of etcd's requests.
 *
 * <p>All methods may be called from any thread.
 */
public final class Requests {
  private Requests() {}

  /** That a key was written last by this revision, 0 for no such key. */
  public static Compare isOfRevision(ByteString key, long revision) {
    return Compare.newBuilder()
        .setTarget(Compare.CompareTarget.MOD)
        .setResult(Compare.CompareResult.EQUAL)
        .setKey(key)
        .setModRevision(revision)
        .build();
  }

  /** That there is a key, whose value is above this one. */
  public static Compare isAbove(ByteString key, ByteString value) {
    return Compare.newBuilder()
        .setTarget(Compare.CompareTarget.VALUE)
        .setResult(Compare.CompareResult.GREATER)
        .setKey(key)
        .setValue(value)
        .build();
  }

  public static RequestOp put(ByteString key, ByteString value) {
    return put(key, value, 0);
  }

  public static RequestOp put(ByteString key, ByteString value, long lease) {
    return RequestOp.newBuilder()
        .setRequestPut(PutRequest.newBuilder().setKey(key).setValue(value).setLease(lease))
        .build();
  }

  public static RequestOp delete(ByteString key) {
    return RequestOp.newBuilder()
        .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(key))
        .build();
  }

  public static RequestOp read(RangeRequest.Builder range) {
    return RequestOp.newBuilder().setRequestRange(range).build();
  }

  public static RequestOp read(ByteString key) {
    return read(RangeRequest.newBuilder().setKey(key));
  }
}

package io.kvapp.etcd;

import io.kvapp.Batch;
import io.kvapp.BatchCondition;
import io.kvapp.BatchOperation;
import io.kvapp.StoreLimits;
import io.kvapp.engine.model.Limits;
import java.time.Duration;
import java.util.Objects;

/**
 * What a cluster takes, and the checks of arguments against it before anything is sent.
 *
 * <p>Immutable, safe for any thread.
 */
final class EtcdLimits {
  /**
   * What a transaction has beside the keys and values of a batch: conditions, reads for when they
   * fail, expiries, receipt.
   */
  private static final int ROOM_OF_A_REQUEST = 128 << 10;

  /** A write of an entry, one of its expiry and a delete of the one before. */
  private static final int OPERATIONS_OF_A_WRITE = 3;

  private static final String REMEDY =
      "start etcd with a larger --max-request-bytes or --max-txn-ops and give the store's URI the"
          + " same";

  private final EtcdSettings settings;
  private final StoreLimits told;
  private final Limits ofEvaluation;

  EtcdLimits(EtcdSettings settings, int maxValueBytes) {
    this.settings = settings;
    int batchBytes = settings.maxRequestBytes() - ROOM_OF_A_REQUEST;
    int operations = (settings.maxTxnOps() - 2) / OPERATIONS_OF_A_WRITE;
    told =
        new StoreLimits(
            Limits.MAX_KEY_BYTES,
            Math.min(maxValueBytes, batchBytes - Limits.MAX_KEY_BYTES),
            operations,
            settings.maxTxnOps() - 1 - operations,
            batchBytes,
            REMEDY);
    ofEvaluation = new Limits(told);
  }

  StoreLimits told() {
    return told;
  }

  Limits ofEvaluation() {
    return ofEvaluation;
  }

  void key(byte[] key) {
    ofEvaluation.key(key);
  }

  void value(byte[] value) {
    Objects.requireNonNull(value, "value");
    if (value.length > told.maxValueBytes()) {
      throw new IllegalArgumentException(
          "value: at most "
              + told.maxValueBytes()
              + " bytes, not "
              + value.length
              + "; "
              + requestBytesRemedy());
    }
  }

  void ttl(Duration ttl) {
    ofEvaluation.ttl(ttl);
  }

  void batch(Batch batch) {
    Objects.requireNonNull(batch, "batch");
    atMost(told.maxBatchOperations(), "operations", batch.operations().size(), operationsRemedy());
    atMost(told.maxBatchConditions(), "conditions", batch.conditions().size(), operationsRemedy());
    for (BatchCondition condition : batch.conditions()) {
      key(condition.key());
      if (condition instanceof BatchCondition.Value expected) {
        value(expected.value());
      }
    }
    long bytes = 0;
    for (BatchOperation operation : batch.operations()) {
      key(operation.key());
      bytes += operation.key().length;
      if (operation instanceof BatchOperation.Put put) {
        value(put.value());
        bytes += put.value().length;
      }
    }
    atMost(told.maxBatchBytes(), "bytes of keys and values", bytes, requestBytesRemedy());
  }

  /** Checks the size of a transaction as it is sent. */
  void request(int bytes) {
    atMost(settings.maxRequestBytes(), "bytes as they are sent", bytes, requestBytesRemedy());
  }

  private static void atMost(long limit, String unit, long found, String remedy) {
    if (found > limit) {
      throw new IllegalArgumentException(
          "batch: at most "
              + limit
              + " "
              + unit
              + ", not "
              + found
              + "; commit it in parts, or "
              + remedy);
    }
  }

  /** How larger requests are allowed. */
  static String requestBytesRemedy() {
    return "start etcd with a larger --max-request-bytes and give the store's URI the same"
        + " max-request-bytes";
  }

  /** How transactions of more operations are allowed. */
  static String operationsRemedy() {
    return "start etcd with a larger --max-txn-ops and give the store's URI the same max-txn-ops";
  }
}

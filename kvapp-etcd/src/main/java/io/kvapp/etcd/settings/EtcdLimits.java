package io.kvapp.etcd.settings;

import io.kvapp.StoreLimits;
import io.kvapp.engine.model.Limits;

/**
 * What a cluster takes, which arguments are held to before anything is sent.
 *
 * <p>Immutable, safe for any thread.
 */
public final class EtcdLimits {
  /**
   * What a transaction has beside the keys and values of a batch: conditions, reads for when they
   * fail, expiries, receipt.
   */
  private static final int ROOM_OF_A_REQUEST = 128 << 10;

  /** A write of an entry, one of its expiry and a delete of the one before. */
  private static final int OPERATIONS_OF_A_WRITE = 3;

  private final EtcdSettings settings;
  private final Limits limits;

  public EtcdLimits(EtcdSettings settings, int maxValueBytes) {
    this.settings = settings;
    int batchBytes = settings.maxRequestBytes() - ROOM_OF_A_REQUEST;
    int operations = (settings.maxTxnOps() - 2) / OPERATIONS_OF_A_WRITE;
    StoreLimits told =
        new StoreLimits(
            Limits.MAX_KEY_BYTES,
            Math.min(maxValueBytes, batchBytes - Limits.MAX_KEY_BYTES),
            operations,
            settings.maxTxnOps() - 1 - operations,
            batchBytes,
            requestBytesRemedy(),
            operationsRemedy());
    limits = new Limits(told);
  }

  public Limits ofStore() {
    return limits;
  }

  /** Checks the size of a transaction as it is sent. */
  public void request(int bytes) {
    if (bytes > settings.maxRequestBytes()) {
      throw new IllegalArgumentException(
          "batch: at most "
              + settings.maxRequestBytes()
              + " bytes as they are sent, not "
              + bytes
              + "; "
              + Limits.inParts(requestBytesRemedy()));
    }
  }

  /** How larger requests are allowed. */
  public static String requestBytesRemedy() {
    return "start etcd with a larger --max-request-bytes and give the store's URI the same"
        + " max-request-bytes";
  }

  /** How transactions of more operations are allowed. */
  public static String operationsRemedy() {
    return "start etcd with a larger --max-txn-ops and give the store's URI the same max-txn-ops";
  }
}

package io.kvapp.server.v1;

import io.kvapp.StoreLimits;
import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;

/**
 * What one transaction over HTTP may be: what the settings say, as far as the store takes it. One
 * entry of any size that the store takes always fits.
 *
 * <p>Immutable, safe for any thread.
 *
 * @param contentBytes the most bytes of keys and values that it writes and reads
 * @param operations the most operations
 * @param conditions the most conditions
 */
public record TxnLimits(long contentBytes, int operations, int conditions) {
  /** Room in a body for all besides keys and values. */
  private static final int OTHER_BYTES = 2 << 20;

  /** The limits of a server with these settings and a store with these limits. */
  public static TxnLimits of(HttpSettings settings, StoreLimits store) {
    long ofEntry = (long) store.maxKeyBytes() + store.maxValueBytes();
    long content = Math.max(settings.get(HttpSetting.MAX_TXN_BYTES), ofEntry);
    int elements = settings.getInt(HttpSetting.MAX_TXN_OPERATIONS);
    return new TxnLimits(
        Math.min(content, store.maxBatchBytes()),
        Math.min(elements, store.maxBatchOperations()),
        Math.min(elements, store.maxBatchConditions()));
  }

  /** The limits of the store alone. */
  public static TxnLimits of(StoreLimits store) {
    return new TxnLimits(
        store.maxBatchBytes(), store.maxBatchOperations(), store.maxBatchConditions());
  }

  /** The largest body: the content in base64, and room for the rest. */
  int bodyBytes() {
    return (int) Math.min(Integer.MAX_VALUE, 4 * contentBytes / 3 + OTHER_BYTES);
  }
}

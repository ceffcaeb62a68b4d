package io.kvapp.engine.model;

import io.kvapp.Batch;
import io.kvapp.Entry;
import io.kvapp.StoreLimits;
import io.kvapp.StoreOptions;
import java.time.Duration;
import java.util.Objects;

/**
 * The checks that every store makes on its arguments before it changes anything.
 *
 * <p>Immutable, safe for any thread.
 */
public final class Limits {
  /** The longest key in bytes; what the files have room for. */
  public static final int MAX_KEY_BYTES = 4_096;

  /** The most bytes of keys and values that one batch may write in a heap of any size. */
  static final long MAX_BATCH_BYTES = 1L << 30;

  /** The most writes of one batch in a heap of any size: a record has less than 2 GiB. */
  static final int MAX_BATCH_WRITES = 50_000_000;

  /** What a write of a batch takes of the heap on its way, if its key is small. */
  private static final int HEAP_BYTES_PER_WRITE = 512;

  private static final int HEAP_SHARE_OF_BATCH = 4;

  private final StoreLimits limits;

  public Limits(StoreOptions options) {
    this(options, Runtime.getRuntime().maxMemory());
  }

  /** The limits in a heap of so many bytes. */
  Limits(StoreOptions options, long heapBytes) {
    this(
        options.maxValueBytes(),
        (int) Math.min(MAX_BATCH_WRITES, heapBytes / HEAP_BYTES_PER_WRITE),
        Math.max(
            MAX_KEY_BYTES + (long) options.maxValueBytes(),
            Math.min(MAX_BATCH_BYTES, heapBytes / HEAP_SHARE_OF_BATCH)));
  }

  Limits(int maxValueBytes, int maxBatchWrites, long maxBatchBytes) {
    this(
        new StoreLimits(
            MAX_KEY_BYTES, maxValueBytes, maxBatchWrites, maxBatchWrites, maxBatchBytes));
  }

  public Limits(StoreLimits limits) {
    this.limits = limits;
  }

  /** These limits as callers are told them. */
  public StoreLimits told() {
    return limits;
  }

  public void key(byte[] key) {
    Objects.requireNonNull(key, "key");
    if (key.length < 1 || key.length > limits.maxKeyBytes()) {
      throw new IllegalArgumentException(
          "key: 1 to " + limits.maxKeyBytes() + " bytes, not " + key.length);
    }
  }

  void value(byte[] value) {
    Objects.requireNonNull(value, "value");
    if (value.length > limits.maxValueBytes()) {
      throw new IllegalArgumentException(
          "value: at most "
              + limits.maxValueBytes()
              + " bytes, not "
              + value.length
              + "; raise maxValueBytes to store larger ones");
    }
  }

  public void entry(byte[] key, byte[] value) {
    key(key);
    value(value);
  }

  public void ttl(Duration ttl) {
    Objects.requireNonNull(ttl, "ttl");
    if (ttl.isZero() || ttl.isNegative()) {
      throw new IllegalArgumentException("ttl: above zero, not " + ttl);
    }
  }

  public void batch(Batch batch) {
    Objects.requireNonNull(batch, "batch");
    atMost(limits.maxBatchWrites(), "writes", batch.writes().size());
    atMost(limits.maxBatchConditions(), "conditions", batch.conditions().size());
    for (Batch.Condition condition : batch.conditions()) {
      key(condition.key());
    }
    long bytes = 0;
    for (Batch.Write write : batch.writes()) {
      key(write.key());
      bytes += write.key().length;
      if (write.kind() == Batch.Kind.PUT) {
        value(write.value());
        bytes += write.value().length;
        if (write.ttl() != null) {
          ttl(write.ttl());
        }
      }
    }
    atMost(limits.maxBatchBytes(), "bytes of keys and values", bytes);
  }

  private static void atMost(long limit, String unit, long found) {
    if (found > limit) {
      throw new IllegalArgumentException(
          "batch: at most " + limit + " " + unit + ", not " + found + "; commit it in parts");
    }
  }

  /**
   * When an entry written at {@code nowMillis} expires, in milliseconds since the epoch; 0 for
   * never, as a null {@code ttl} means, and {@link Entry#AT_EPOCH} for the epoch itself.
   */
  public static long expiresAtMillis(long nowMillis, Duration ttl) {
    if (ttl == null) {
      return 0;
    }
    if (ttl.getSeconds() >= Long.MAX_VALUE / 1_000 - 1) {
      return Long.MAX_VALUE;
    }
    long whole = ttl.toMillis();
    long rounded = ttl.getNano() % 1_000_000 == 0 ? whole : whole + 1;
    long sum = nowMillis + rounded;
    if (sum < nowMillis) {
      return Long.MAX_VALUE;
    }
    return sum == 0 ? Entry.AT_EPOCH : sum;
  }

  /** Whether an entry with this expiry is gone at {@code nowMillis}. */
  public static boolean isExpired(long expiresAtMillis, long nowMillis) {
    return expiresAtMillis != 0 && instant(expiresAtMillis) <= nowMillis;
  }

  /** The point in time that the expiry of an entry which expires stands for. */
  public static long instant(long expiresAtMillis) {
    return expiresAtMillis == Entry.AT_EPOCH ? 0 : expiresAtMillis;
  }
}

package io.kvapp.engine.model;

import io.kvapp.Batch;
import io.kvapp.BatchCondition;
import io.kvapp.BatchOperation;
import io.kvapp.Entry;
import io.kvapp.Expiry;
import io.kvapp.KVException;
import io.kvapp.StoreLimits;
import io.kvapp.StoreOptions;
import java.time.Duration;
import java.time.Instant;
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

  /** The most operations of one batch in a heap of any size: a record has less than 2 GiB. */
  static final int MAX_BATCH_OPERATIONS = 50_000_000;

  /** What an operation of a batch takes of the heap on its way, if its key is small. */
  private static final int HEAP_BYTES_PER_OPERATION = 512;

  private static final int HEAP_SHARE_OF_BATCH = 4;

  private static final int HEAP_SHARE_OF_VALUE = 8;

  private static final String LARGER_VALUES =
      "raise maxValueBytes, or -Xmx to eight times as much, to store larger ones";

  private static final String IN_PARTS = "commit it in parts";

  private final StoreLimits limits;

  public Limits(StoreOptions options) {
    this(options, Runtime.getRuntime().maxMemory());
  }

  /** The limits in a heap of so many bytes. */
  Limits(StoreOptions options, long heapBytes) {
    this(
        maxValueBytes(options, heapBytes),
        (int) Math.min(MAX_BATCH_OPERATIONS, heapBytes / HEAP_BYTES_PER_OPERATION),
        Math.max(
            MAX_KEY_BYTES + (long) maxValueBytes(options, heapBytes),
            Math.min(MAX_BATCH_BYTES, heapBytes / HEAP_SHARE_OF_BATCH)));
  }

  private static int maxValueBytes(StoreOptions options, long heapBytes) {
    return (int) Math.min(options.maxValueBytes(), heapBytes / HEAP_SHARE_OF_VALUE);
  }

  Limits(int maxValueBytes, int maxBatchOperations, long maxBatchBytes) {
    this(
        new StoreLimits(
            MAX_KEY_BYTES, maxValueBytes, maxBatchOperations, maxBatchOperations, maxBatchBytes));
  }

  public Limits(StoreLimits limits) {
    this.limits = limits;
  }

  /**
   * Checks that the heap can hold a value that is read.
   *
   * @throws KVException if it is larger than an eighth of the heap
   */
  public static void readable(int valueBytes) {
    long most = Runtime.getRuntime().maxMemory() / HEAP_SHARE_OF_VALUE;
    if (valueBytes > most) {
      throw new KVException(
          "the value has "
              + valueBytes
              + " bytes, and this heap serves values of at most "
              + most
              + "; raise -Xmx to read it");
    }
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
              + "; "
              + (limits.bytesRemedy().isEmpty() ? LARGER_VALUES : limits.bytesRemedy()));
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
    String remedy = limits.operationsRemedy();
    atMost(limits.maxBatchOperations(), "operations", batch.operations().size(), remedy);
    atMost(limits.maxBatchConditions(), "conditions", batch.conditions().size(), remedy);
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
    batchBytes(bytes);
  }

  /** Checks the bytes of keys and values that a batch has come to. */
  void batchBytes(long bytes) {
    atMost(limits.maxBatchBytes(), "bytes of keys and values", bytes, limits.bytesRemedy());
  }

  private static void atMost(long limit, String unit, long found, String remedy) {
    if (found > limit) {
      throw new IllegalArgumentException(
          "batch: at most " + limit + " " + unit + ", not " + found + "; " + inParts(remedy));
    }
  }

  /** What to do about a batch that is too large: to make it smaller, or what allows more. */
  public static String inParts(String remedy) {
    return remedy.isEmpty() ? IN_PARTS : IN_PARTS + ", or " + remedy;
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

  /**
   * When an entry that a batch writes at {@code nowMillis} expires, as {@link
   * #expiresAtMillis(long, Duration)}.
   *
   * @param kept when the entry that is there expires; 0 where there is none
   */
  static long expiresAtMillis(long nowMillis, Expiry expiry, long kept) {
    if (expiry instanceof Expiry.In in) {
      return expiresAtMillis(nowMillis, in.ttl());
    }
    if (expiry instanceof Expiry.At at) {
      return millis(at.moment());
    }
    return expiry instanceof Expiry.Keep ? kept : 0;
  }

  private static long millis(Instant moment) {
    long most = Long.MAX_VALUE / 1_000 - 1;
    if (Math.abs(moment.getEpochSecond()) > most) {
      return moment.getEpochSecond() > 0 ? Long.MAX_VALUE : -Long.MAX_VALUE;
    }
    long whole = moment.toEpochMilli();
    long rounded = moment.getNano() % 1_000_000 == 0 ? whole : whole + 1;
    return rounded == 0 ? Entry.AT_EPOCH : rounded;
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

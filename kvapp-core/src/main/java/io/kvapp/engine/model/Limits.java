package io.kvapp.engine.model;

import io.kvapp.Batch;
import io.kvapp.Settings;
import java.time.Duration;
import java.util.Objects;

/**
 * The checks that every store makes on its arguments before it changes anything.
 *
 * <p>Immutable, safe for any thread.
 */
public final class Limits {
  /** The most bytes of keys and values that one batch may write. */
  static final long MAX_BATCH_BYTES = 1L << 30;

  private final int maxValueBytes;
  private final long maxBatchBytes;

  public Limits(Settings settings) {
    this(settings.maxValueBytes(), MAX_BATCH_BYTES);
  }

  public Limits(int maxValueBytes, long maxBatchBytes) {
    this.maxValueBytes = maxValueBytes;
    this.maxBatchBytes = maxBatchBytes;
  }

  public int maxValueBytes() {
    return maxValueBytes;
  }

  public void key(byte[] key) {
    Objects.requireNonNull(key, "key");
    if (key.length < 1 || key.length > Settings.MAX_KEY_BYTES) {
      throw new IllegalArgumentException(
          "key: 1 to " + Settings.MAX_KEY_BYTES + " bytes, not " + key.length);
    }
  }

  void value(byte[] value) {
    Objects.requireNonNull(value, "value");
    if (value.length > maxValueBytes) {
      throw new IllegalArgumentException(
          "value: at most "
              + maxValueBytes
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
    if (bytes > maxBatchBytes) {
      throw new IllegalArgumentException(
          "batch: at most "
              + maxBatchBytes
              + " bytes of keys and values, not "
              + bytes
              + "; commit it in parts");
    }
  }

  /**
   * When an entry written at {@code nowMillis} expires, in milliseconds since the epoch; 0 for
   * never, as a null {@code ttl} means.
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
    return sum < nowMillis ? Long.MAX_VALUE : sum;
  }

  /** Whether an entry with this expiry is gone at {@code nowMillis}. */
  public static boolean isExpired(long expiresAtMillis, long nowMillis) {
    return expiresAtMillis != 0 && expiresAtMillis <= nowMillis;
  }
}

package io.kvapp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * Operations that are made together or not at all, with the conditions under which they are made.
 *
 * <p>Conditions are checked against the store as it is before the batch, all of them. Operations
 * then apply in the order they were added, each seeing what those before it have done; only {@link
 * #get} reads as of before the batch. All writes have one revision, and a key that several of them
 * change is changed once, to what the last one leaves. No reader sees some of them without the
 * others. A batch that leaves everything as it was, such as a delete where there is no entry,
 * writes nothing and has no revision.
 *
 * <pre>{@code
 * BatchResult result = store.commit(new Batch().ifAbsent(to).put(to, value).delete(from));
 * }</pre>
 *
 * <p>Null arguments are a {@link NullPointerException}. Arrays are copied when they are added, and
 * those of a batch must not be changed. Not thread-safe; may be committed more than once.
 */
public final class Batch {
  private final List<BatchOperation> operations = new ArrayList<>();
  private final List<BatchCondition> conditions = new ArrayList<>();

  /** An empty batch. */
  public Batch() {}

  /** Adds a put of an entry that lives until it is overwritten or deleted. */
  public Batch put(byte[] key, byte[] value) {
    return put(key, value, Expiry.never());
  }

  /** {@link #put(byte[], byte[])} of UTF-8 strings. */
  public Batch put(String key, String value) {
    return put(key, value, Expiry.never());
  }

  /**
   * Adds a put whose entry expires.
   *
   * @param ttl how long it lives, counted from the commit; above zero
   * @throws IllegalArgumentException if {@code ttl} is not above zero
   */
  public Batch put(byte[] key, byte[] value, Duration ttl) {
    return put(key, value, Expiry.in(ttl));
  }

  /** {@link #put(byte[], byte[], Duration)} of UTF-8 strings. */
  public Batch put(String key, String value, Duration ttl) {
    return put(key, value, Expiry.in(ttl));
  }

  /** Adds a put; its result is an {@link OperationResult.Put}. */
  public Batch put(byte[] key, byte[] value, Expiry expiry) {
    Objects.requireNonNull(expiry, "expiry");
    operations.add(new BatchOperation.Put(key.clone(), value.clone(), expiry));
    return this;
  }

  /** {@link #put(byte[], byte[], Expiry)} of UTF-8 strings. */
  public Batch put(String key, String value, Expiry expiry) {
    return put(Utf8Bytes.of(key), Utf8Bytes.of(value), expiry);
  }

  /** Adds a delete, which does nothing where there is no entry; {@link OperationResult.Delete}. */
  public Batch delete(byte[] key) {
    operations.add(new BatchOperation.Delete(key.clone()));
    return this;
  }

  /** {@link #delete(byte[])} of a UTF-8 key. */
  public Batch delete(String key) {
    return delete(Utf8Bytes.of(key));
  }

  /**
   * Adds a change of the moment at which an entry expires, which leaves its value and gives it the
   * revision of the batch, and does nothing where there is no entry; {@link OperationResult.Touch}.
   * The value is written again, and counts for the {@link StoreLimits}.
   */
  public Batch touch(byte[] key, Expiry expiry) {
    Objects.requireNonNull(expiry, "expiry");
    operations.add(new BatchOperation.Touch(key.clone(), expiry));
    return this;
  }

  /** {@link #touch(byte[], Expiry)} of a UTF-8 key. */
  public Batch touch(String key, Expiry expiry) {
    return touch(Utf8Bytes.of(key), expiry);
  }

  /** {@link #add(byte[], long, Expiry)} to an entry that never expires if it is new. */
  public Batch add(byte[] key, long delta) {
    return add(key, delta, Expiry.never());
  }

  /** {@link #add(byte[], long)} of a UTF-8 key. */
  public Batch add(String key, long delta) {
    return add(key, delta, Expiry.never());
  }

  /**
   * Adds an addition to a number, which is 0 where there is no entry; {@link OperationResult.Add}.
   * The value is a decimal signed 64-bit integer in ASCII: digits, with a minus before them if it
   * is below zero, at most 20 bytes. The commit throws {@link KVException.NotANumber} where it is
   * anything else, and {@link KVException.Overflow} where the sum is beyond 64 bits; nothing has
   * changed then.
   *
   * @param delta what is added; below zero it is subtracted
   * @param ofNew when the entry expires if the addition creates it; one that is there keeps its
   *     expiry
   */
  public Batch add(byte[] key, long delta, Expiry ofNew) {
    Objects.requireNonNull(ofNew, "ofNew");
    operations.add(new BatchOperation.Add(key.clone(), delta, ofNew));
    return this;
  }

  /** {@link #add(byte[], long, Expiry)} of a UTF-8 key. */
  public Batch add(String key, long delta, Expiry ofNew) {
    return add(Utf8Bytes.of(key), delta, ofNew);
  }

  /**
   * Adds a read of an entry as it is before the batch; {@link OperationResult.Get}. The values that
   * are read count for {@link StoreLimits#maxBatchBytes()}.
   */
  public Batch get(byte[] key) {
    operations.add(new BatchOperation.Get(key.clone()));
    return this;
  }

  /** {@link #get(byte[])} of a UTF-8 key. */
  public Batch get(String key) {
    return get(Utf8Bytes.of(key));
  }

  /**
   * Adds the condition that the entry of {@code key} has this revision.
   *
   * @param revision the revision it must have; 0 when there must be no entry
   * @throws IllegalArgumentException if {@code revision} is negative
   */
  public Batch ifRevision(byte[] key, long revision) {
    if (revision < 0) {
      throw new IllegalArgumentException("revision: at least 0, not " + revision);
    }
    conditions.add(new BatchCondition.Revision(key.clone(), revision));
    return this;
  }

  /** {@link #ifRevision(byte[], long)} of a UTF-8 key. */
  public Batch ifRevision(String key, long revision) {
    return ifRevision(Utf8Bytes.of(key), revision);
  }

  /** Adds the condition that there is no entry of {@code key}, as {@code ifRevision(key, 0)}. */
  public Batch ifAbsent(byte[] key) {
    return ifRevision(key, 0);
  }

  /** {@link #ifAbsent(byte[])} of a UTF-8 key. */
  public Batch ifAbsent(String key) {
    return ifAbsent(Utf8Bytes.of(key));
  }

  /** Adds the condition that there is an entry of {@code key}. */
  public Batch ifPresent(byte[] key) {
    conditions.add(new BatchCondition.Present(key.clone()));
    return this;
  }

  /** {@link #ifPresent(byte[])} of a UTF-8 key. */
  public Batch ifPresent(String key) {
    return ifPresent(Utf8Bytes.of(key));
  }

  /** Adds the condition that there is an entry of {@code key} with these bytes as its value. */
  public Batch ifValue(byte[] key, byte[] value) {
    conditions.add(new BatchCondition.Value(key.clone(), value.clone()));
    return this;
  }

  /** {@link #ifValue(byte[], byte[])} of UTF-8 strings. */
  public Batch ifValue(String key, String value) {
    return ifValue(Utf8Bytes.of(key), Utf8Bytes.of(value));
  }

  /** The operations in the order they were added. */
  public List<BatchOperation> operations() {
    return Collections.unmodifiableList(operations);
  }

  /** The conditions in the order they were added. */
  public List<BatchCondition> conditions() {
    return Collections.unmodifiableList(conditions);
  }

  /** Whether an operation may change something, so that a store that only reads refuses it. */
  public boolean writes() {
    return operations.stream().anyMatch(BatchOperation::writes);
  }
}

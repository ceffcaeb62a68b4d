package io.kvapp.engine.model;

import io.kvapp.Batch;
import io.kvapp.BatchCondition;
import io.kvapp.BatchOperation;
import io.kvapp.BatchResult;
import io.kvapp.Entry;
import io.kvapp.Expiry;
import io.kvapp.KVException;
import io.kvapp.OperationResult;
import io.kvapp.Scan;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Works out what a batch does to the entries that are there: which conditions fail, what each
 * operation results in, and the one change of each key that is to be stored.
 *
 * <p>For one thread, which keeps others from changing the keys of the batch.
 */
public final class BatchEvaluation {
  /** Values that are looked at more than once are kept up to so many bytes, and else read again. */
  private static final int MAX_KEPT_BYTES = 1 << 20;

  private static final int MAX_NUMBER_BYTES = 20;

  private static final OperationResult CREATED = new OperationResult.Put(true, 0);
  private static final OperationResult REPLACED = new OperationResult.Put(false, 0);
  private static final OperationResult DELETED = new OperationResult.Delete(true);
  private static final OperationResult NOT_DELETED = new OperationResult.Delete(false);
  private static final OperationResult NOT_TOUCHED = new OperationResult.Touch(false, 0);

  /** The entries as they are before the batch. */
  @FunctionalInterface
  public interface Entries {
    /**
     * The entry of a key, expired or not; null where there is none.
     *
     * @param withValue whether its value is needed; without, null may stand in its place
     */
    VersionedValue find(byte[] key, boolean withValue);
  }

  /**
   * What a batch comes to.
   *
   * @param failures the conditions that do not hold; the other lists are empty if there are any
   * @param changes one change of each key that is to be stored
   * @param results what becomes of each operation
   */
  public record Outcome(
      List<BatchResult.Failure> failures, List<Operation> changes, List<OperationResult> results) {
    /** What the batch is answered with once its changes are stored under a revision. */
    public BatchResult result(long revision) {
      return new BatchResult(revision, failures, results);
    }
  }

  /** A key of the batch, with the entry before the batch and the one behind the last operation. */
  private final class Subject implements Comparable<Subject> {
    private final byte[] key;
    private final int hash;
    private VersionedValue before;
    private boolean looked;

    private boolean exists;
    private boolean changed;
    private byte[] value;
    private long expiresAt;

    Subject(byte[] key) {
      this.key = key;
      this.hash = Arrays.hashCode(key);
    }

    /** The live entry before the batch, perhaps without its value; null where there is none. */
    VersionedValue before() {
      if (!looked) {
        VersionedValue found = live(key, false);
        before = found == null ? null : kept(found);
        looked = true;
        exists = found != null;
        expiresAt = found == null ? 0 : found.expiresAt();
      }
      return before;
    }

    byte[] valueBefore() {
      byte[] known = before().value();
      return known != null ? known : live(key, true).value();
    }

    boolean exists() {
      before();
      return exists;
    }

    byte[] value() {
      return changed ? value : valueBefore();
    }

    void put(byte[] newValue, long newExpiresAt) {
      before();
      exists = !Limits.isExpired(newExpiresAt, now);
      changed = true;
      value = exists ? newValue : null;
      expiresAt = exists ? newExpiresAt : 0;
    }

    void delete() {
      before();
      exists = false;
      changed = true;
      value = null;
      expiresAt = 0;
    }

    /** The change to be stored; null for none. */
    Operation change() {
      if (!changed) {
        return null;
      }
      if (exists) {
        return Operation.put(key, value, expiresAt);
      }
      return before == null ? null : Operation.delete(key);
    }

    @Override
    public int compareTo(Subject that) {
      return Arrays.compareUnsigned(key, that.key);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Subject that && Arrays.equals(key, that.key);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  private final Entries entries;
  private final long now;
  private final Limits limits;
  private final List<Subject> subjects = new ArrayList<>();

  /** The same by key, once there are two. */
  private Map<Subject, Subject> byKey;

  private Subject last;
  private long keptBytes;
  private long batchBytes;

  private BatchEvaluation(Entries entries, long now, Limits limits) {
    this.entries = entries;
    this.now = now;
    this.limits = limits;
  }

  /**
   * Evaluates a batch.
   *
   * @param now the time in milliseconds since the epoch
   * @throws KVException.NotANumber if something is to be added to what is no number
   * @throws KVException.Overflow if a sum is beyond 64 bits
   * @throws IllegalArgumentException if the values it reads make it larger than the limits allow
   */
  public static Outcome of(Batch batch, Entries entries, long now, Limits limits) {
    return new BatchEvaluation(entries, now, limits).evaluate(batch);
  }

  private Outcome evaluate(Batch batch) {
    List<BatchResult.Failure> failures = failures(batch.conditions());
    if (!failures.isEmpty()) {
      return new Outcome(failures, List.of(), List.of());
    }
    List<BatchOperation> operations = batch.operations();
    List<OperationResult> results = new ArrayList<>(operations.size());
    for (int i = 0; i < operations.size(); i++) {
      results.add(apply(i, operations.get(i)));
    }
    byKey = null;
    List<Operation> changes = new ArrayList<>(subjects.size());
    for (Subject subject : subjects) {
      Operation change = subject.change();
      if (change != null) {
        changes.add(change);
      }
    }
    return new Outcome(List.of(), changes, results);
  }

  // Conditions

  private List<BatchResult.Failure> failures(List<BatchCondition> conditions) {
    List<BatchResult.Failure> failures = new ArrayList<>();
    long bytes = 0;
    for (int i = 0; i < conditions.size(); i++) {
      BatchCondition condition = conditions.get(i);
      Subject subject = subject(condition.key());
      if (!holds(condition, subject)) {
        Optional<Entry> current = Optional.empty();
        if (subject.before() != null) {
          byte[] value = subject.valueBefore();
          boolean fits = bytes + value.length <= Scan.DEFAULT_MAX_BYTES;
          bytes += fits ? value.length : 0;
          current = Optional.of(entry(subject, value, fits));
        }
        failures.add(new BatchResult.Failure(i, current));
      }
    }
    return failures;
  }

  private static boolean holds(BatchCondition condition, Subject subject) {
    VersionedValue before = subject.before();
    if (condition instanceof BatchCondition.Revision expected) {
      return (before == null ? 0 : before.revision()) == expected.revision();
    }
    if (condition instanceof BatchCondition.Value expected) {
      return before != null && Arrays.equals(subject.valueBefore(), expected.value());
    }
    return before != null;
  }

  // Operations

  private OperationResult apply(int index, BatchOperation operation) {
    Subject subject = subject(operation.key());
    if (operation instanceof BatchOperation.Put put) {
      return put(subject, put);
    }
    if (operation instanceof BatchOperation.Delete) {
      boolean deleted = subject.exists();
      subject.delete();
      return deleted ? DELETED : NOT_DELETED;
    }
    if (operation instanceof BatchOperation.Touch touch) {
      return touch(subject, touch.expiry());
    }
    if (operation instanceof BatchOperation.Add add) {
      return add(subject, add, index);
    }
    return get(subject);
  }

  private OperationResult put(Subject subject, BatchOperation.Put put) {
    boolean created = !subject.exists();
    long expiresAt = expiresAt(put.expiry(), subject);
    count(put.key().length + put.value().length);
    subject.put(put.value(), expiresAt);
    if (expiresAt != 0) {
      return new OperationResult.Put(created, expiresAt);
    }
    return created ? CREATED : REPLACED;
  }

  private OperationResult touch(Subject subject, Expiry expiry) {
    if (!subject.exists()) {
      return NOT_TOUCHED;
    }
    byte[] value = subject.value();
    count(subject.key.length + value.length);
    long expiresAt = expiresAt(expiry, subject);
    subject.put(value, expiresAt);
    return new OperationResult.Touch(true, expiresAt);
  }

  private OperationResult add(Subject subject, BatchOperation.Add add, int index) {
    boolean exists = subject.exists();
    long sum;
    try {
      sum = Math.addExact(exists ? number(subject.value(), index) : 0, add.delta());
    } catch (ArithmeticException overflow) {
      throw new KVException.Overflow(index);
    }
    byte[] value = Long.toString(sum).getBytes(StandardCharsets.US_ASCII);
    count(add.key().length + value.length);
    long expiresAt = exists ? subject.expiresAt : expiresAt(add.ofNew(), subject);
    subject.put(value, expiresAt);
    return new OperationResult.Add(sum, expiresAt);
  }

  private static long number(byte[] value, int index) {
    if (value.length > MAX_NUMBER_BYTES || value.length == 0 || value[0] == '+') {
      throw new KVException.NotANumber(index);
    }
    try {
      return Long.parseLong(new String(value, StandardCharsets.ISO_8859_1));
    } catch (NumberFormatException notOne) {
      throw new KVException.NotANumber(index);
    }
  }

  private OperationResult get(Subject subject) {
    if (subject.before() == null) {
      return new OperationResult.Get(Optional.empty());
    }
    byte[] value = subject.valueBefore();
    count(subject.key.length + value.length);
    return new OperationResult.Get(Optional.of(entry(subject, value, true)));
  }

  private long expiresAt(Expiry expiry, Subject subject) {
    return Limits.expiresAtMillis(now, expiry, subject.expiresAt);
  }

  /** Counts what is written or read: values that are there already are not in the first check. */
  private void count(long bytes) {
    batchBytes += bytes;
    limits.batchBytes(batchBytes);
  }

  // Keys and entries

  private Subject subject(byte[] key) {
    if (last != null && Arrays.equals(last.key, key)) {
      return last;
    }
    Subject subject = new Subject(key);
    if (last != null) {
      if (byKey == null) {
        byKey = new HashMap<>();
        byKey.put(last, last);
      }
      Subject known = byKey.putIfAbsent(subject, subject);
      if (known != null) {
        last = known;
        return known;
      }
    }
    subjects.add(subject);
    last = subject;
    return subject;
  }

  private VersionedValue live(byte[] key, boolean withValue) {
    VersionedValue found = entries.find(key, withValue);
    return found == null || Limits.isExpired(found.expiresAt(), now) ? null : found;
  }

  /** The entry, without its value once enough of those are kept. */
  private VersionedValue kept(VersionedValue found) {
    if (found.value() == null) {
      return found;
    }
    keptBytes += found.value().length;
    return keptBytes <= MAX_KEPT_BYTES
        ? found
        : new VersionedValue(found.revision(), found.expiresAt(), null);
  }

  private static Entry entry(Subject subject, byte[] value, boolean withValue) {
    VersionedValue before = subject.before();
    byte[] key = subject.key.clone();
    return withValue
        ? new Entry(key, value.clone(), before.revision(), before.expiresAt())
        : Entry.withoutValue(key, value.length, before.revision(), before.expiresAt());
  }
}

package io.kvapp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * Writes that are made together or not at all, with the conditions under which they are made.
 *
 * <p>Conditions are checked against the store as it is before the batch. Writes then apply in the
 * order they were added, all under one revision; of two writes to one key the later one counts. No
 * reader sees some of them without the others.
 *
 * <pre>{@code
 * BatchResult result = store.commit(new Batch().ifAbsent(from).put(to, value).delete(from));
 * }</pre>
 *
 * <p>Arrays are copied when they are added, and those of a batch must not be changed. Not
 * thread-safe; may be committed more than once.
 */
public final class Batch {
  /** What is done to a key. */
  public enum Kind {
    /** Writes key and value. */
    PUT,
    /** Removes the key if it is there. */
    DELETE
  }

  /**
   * One write.
   *
   * @param kind what is done
   * @param key the key
   * @param value the value of a put, null for a delete
   * @param ttl how long the entry of a put lives, null for ever
   */
  public record Write(Kind kind, byte[] key, byte[] value, Duration ttl) {}

  /**
   * One condition.
   *
   * @param key the key
   * @param revision the revision its entry must have; 0 when there must be none
   */
  public record Condition(byte[] key, long revision) {}

  private final List<Write> writes = new ArrayList<>();
  private final List<Condition> conditions = new ArrayList<>();

  /** An empty batch. */
  public Batch() {}

  /** Adds a put; null arguments are a {@link NullPointerException}. */
  public Batch put(byte[] key, byte[] value) {
    writes.add(new Write(Kind.PUT, key.clone(), value.clone(), null));
    return this;
  }

  /** Adds a put of UTF-8 strings. */
  public Batch put(String key, String value) {
    return put(Utf8Bytes.of(key), Utf8Bytes.of(value));
  }

  /**
   * Adds a put whose entry expires.
   *
   * @param ttl how long it lives, counted from the commit; above zero
   */
  public Batch put(byte[] key, byte[] value, Duration ttl) {
    Objects.requireNonNull(ttl, "ttl");
    writes.add(new Write(Kind.PUT, key.clone(), value.clone(), ttl));
    return this;
  }

  /** {@link #put(byte[], byte[], Duration)} of UTF-8 strings. */
  public Batch put(String key, String value, Duration ttl) {
    return put(Utf8Bytes.of(key), Utf8Bytes.of(value), ttl);
  }

  /** Adds a delete; a key that is not there is no fault. */
  public Batch delete(byte[] key) {
    writes.add(new Write(Kind.DELETE, key.clone(), null, null));
    return this;
  }

  /** Adds a delete of a UTF-8 key. */
  public Batch delete(String key) {
    return delete(Utf8Bytes.of(key));
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
    conditions.add(new Condition(key.clone(), revision));
    return this;
  }

  /** {@link #ifRevision(byte[], long)} of a UTF-8 key. */
  public Batch ifRevision(String key, long revision) {
    return ifRevision(Utf8Bytes.of(key), revision);
  }

  /** Adds the condition that there is no entry of {@code key}. */
  public Batch ifAbsent(byte[] key) {
    return ifRevision(key, 0);
  }

  /** Adds the condition that there is no entry of the UTF-8 key. */
  public Batch ifAbsent(String key) {
    return ifAbsent(Utf8Bytes.of(key));
  }

  /** The writes in the order they were added; their arrays are the batch's own. */
  public List<Write> writes() {
    return Collections.unmodifiableList(writes);
  }

  /** The conditions in the order they were added; their arrays are the batch's own. */
  public List<Condition> conditions() {
    return Collections.unmodifiableList(conditions);
  }
}

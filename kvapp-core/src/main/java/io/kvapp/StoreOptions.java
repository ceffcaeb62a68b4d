package io.kvapp;

import java.time.InstantSource;
import java.util.Objects;

/**
 * How a store is opened; each {@code with} method returns a copy with one setting changed.
 *
 * <pre>{@code
 * StoreOptions options = StoreOptions.defaults().withDurability(Durability.SYNC);
 * KVStore store = KVStore.open(Path.of("data"), options);
 * }</pre>
 *
 * <p>A setting that a kind of store has no use for, such as the durability of one in memory, is
 * left aside.
 *
 * <p>Immutable, safe for any thread.
 */
public final class StoreOptions {
  /** When a write is acknowledged, unless set: once the process may end without losing it. */
  public static final Durability DEFAULT_DURABILITY = Durability.OS;

  /** The largest value in bytes, unless set: 16 MiB. */
  public static final int DEFAULT_MAX_VALUE_BYTES = 16 << 20;

  /** The largest that the largest value can be set to: 256 MiB. */
  public static final int MAX_VALUE_BYTES = 256 << 20;

  /** How many bytes of past changes are kept, unless set: 64 MiB. */
  public static final long DEFAULT_WATCH_HISTORY = 64L << 20;

  private static final StoreOptions DEFAULTS =
      new StoreOptions(
          DEFAULT_DURABILITY,
          DEFAULT_MAX_VALUE_BYTES,
          DEFAULT_WATCH_HISTORY,
          false,
          false,
          InstantSource.system());

  private final Durability durability;
  private final int maxValueBytes;
  private final long watchHistory;
  private final boolean openDamaged;
  private final boolean readOnly;
  private final InstantSource clock;

  private StoreOptions(
      Durability durability,
      int maxValueBytes,
      long watchHistory,
      boolean openDamaged,
      boolean readOnly,
      InstantSource clock) {
    this.durability = durability;
    this.maxValueBytes = maxValueBytes;
    this.watchHistory = watchHistory;
    this.openDamaged = openDamaged;
    this.readOnly = readOnly;
    this.clock = clock;
  }

  /**
   * {@link #DEFAULT_DURABILITY}, values up to {@link #DEFAULT_MAX_VALUE_BYTES}, {@link
   * #DEFAULT_WATCH_HISTORY}, nothing damaged opened, to read and write, the system clock.
   */
  public static StoreOptions defaults() {
    return DEFAULTS;
  }

  /**
   * The same with this durability.
   *
   * @throws NullPointerException if {@code durability} is null
   */
  public StoreOptions withDurability(Durability durability) {
    Objects.requireNonNull(durability, "durability");
    return new StoreOptions(durability, maxValueBytes, watchHistory, openDamaged, readOnly, clock);
  }

  /**
   * The same with this largest value; a store takes and serves no more than an eighth of the heap.
   *
   * @param maxValueBytes 1 to {@link #MAX_VALUE_BYTES}
   * @throws IllegalArgumentException if it is outside that range
   */
  public StoreOptions withMaxValueBytes(int maxValueBytes) {
    if (maxValueBytes < 1 || maxValueBytes > MAX_VALUE_BYTES) {
      throw new IllegalArgumentException(
          "maxValueBytes: 1 to " + MAX_VALUE_BYTES + ", not " + maxValueBytes);
    }
    return new StoreOptions(durability, maxValueBytes, watchHistory, openDamaged, readOnly, clock);
  }

  /**
   * The same with so many bytes of past changes, which {@link Changes} can go on from: once more
   * are behind what the store needs itself, the oldest are given up. They give way when the disk is
   * short; a store in memory keeps no more than a sixteenth of the heap.
   *
   * @param bytes at least 0
   * @throws IllegalArgumentException if it is negative
   */
  public StoreOptions withWatchHistory(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("watchHistory: at least 0, not " + bytes);
    }
    return new StoreOptions(durability, maxValueBytes, bytes, openDamaged, readOnly, clock);
  }

  /**
   * The same, where a damaged store is opened with what can still be read of it, or is not; {@link
   * StoreAdmin#recovery()} then says what was dropped.
   */
  public StoreOptions withOpenDamaged(boolean openDamaged) {
    return new StoreOptions(durability, maxValueBytes, watchHistory, openDamaged, readOnly, clock);
  }

  /**
   * The same, where a store is opened to read only, or is not: no file is changed or made, so its
   * folder may be one that cannot be written. The store must be there. One that was not closed
   * cleanly is recovered in memory, at each open anew. Every method that writes throws {@link
   * KVException.ReadOnly}. While it is open, other processes can open it to read, and none to
   * write, as far as the folder has a file {@code LOCK}, which a backup has not.
   */
  public StoreOptions withReadOnly(boolean readOnly) {
    return new StoreOptions(durability, maxValueBytes, watchHistory, openDamaged, readOnly, clock);
  }

  /**
   * The same with this clock, which tells when entries expire.
   *
   * @throws NullPointerException if {@code clock} is null
   */
  public StoreOptions withClock(InstantSource clock) {
    Objects.requireNonNull(clock, "clock");
    return new StoreOptions(durability, maxValueBytes, watchHistory, openDamaged, readOnly, clock);
  }

  /** When a write is acknowledged; {@link #DEFAULT_DURABILITY} by default. */
  public Durability durability() {
    return durability;
  }

  /** The largest value in bytes; {@link #DEFAULT_MAX_VALUE_BYTES} by default. */
  public int maxValueBytes() {
    return maxValueBytes;
  }

  /** How many bytes of past changes are kept; {@link #DEFAULT_WATCH_HISTORY} by default. */
  public long watchHistory() {
    return watchHistory;
  }

  /** Whether a damaged store is opened with what can still be read of it; false by default. */
  public boolean openDamaged() {
    return openDamaged;
  }

  /** Whether a store is opened to read only; false by default. */
  public boolean readOnly() {
    return readOnly;
  }

  /** What time it is, for expiry; the system clock by default. */
  public InstantSource clock() {
    return clock;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StoreOptions that
        && durability == that.durability
        && maxValueBytes == that.maxValueBytes
        && watchHistory == that.watchHistory
        && openDamaged == that.openDamaged
        && readOnly == that.readOnly
        && clock.equals(that.clock);
  }

  @Override
  public int hashCode() {
    return Objects.hash(durability, maxValueBytes, watchHistory, openDamaged, readOnly, clock);
  }

  @Override
  public String toString() {
    return "StoreOptions[durability="
        + durability
        + ", maxValueBytes="
        + maxValueBytes
        + ", watchHistory="
        + watchHistory
        + ", openDamaged="
        + openDamaged
        + ", readOnly="
        + readOnly
        + "]";
  }
}

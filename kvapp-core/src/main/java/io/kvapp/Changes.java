package io.kvapp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/**
 * The changes of a store as they happen, from {@link KVStore#changes}.
 *
 * <pre>{@code
 * try (Changes changes = store.changes(Changes.of("config/").withState())) {
 *   while (true) {
 *     for (Change change : changes.next(Duration.ofMinutes(1))) {
 *       switch (change.kind()) {
 *         case RESET -> copy.clear();
 *         case PUT -> copy.put(change.keyString(), change.valueString());
 *         case DELETE, EXPIRE -> copy.remove(change.keyString());
 *         default -> ready();
 *       }
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p><b>What comes.</b> Every change of the chosen keys in the order of revisions, none twice,
 * intermediate values included, those of a batch together. A change comes once every reader of the
 * store sees it, and with {@link Durability#SYNC} once it is synced.
 *
 * <table>
 * <caption>By what is asked for</caption>
 * <tr><th>asked for</th><th>comes</th></tr>
 * <tr><td>neither</td><td>{@code SYNCED}, the changes from now on</td></tr>
 * <tr><td>{@link From#after}</td><td>the changes behind that revision up to now, {@code SYNCED},
 *   changes; {@link KVException.HistoryGone} if not all of them are kept</td></tr>
 * <tr><td>{@link From#withState}</td><td>{@code RESET}, the state, {@code SYNCED}, changes</td></tr>
 * <tr><td>both</td><td>as {@code after} if all changes behind the revision are kept, else as {@code
 *   withState}</td></tr>
 * </table>
 *
 * <p>The state is a {@code PUT} for each entry, page by page, and between the pages the changes of
 * the entries that were told already; it is whole at {@code SYNCED}, not before.
 *
 * <p><b>A slow reader</b> costs no memory and holds nobody up: changes are read where the store
 * keeps them. If they are given up before it comes to them ({@link StoreOptions#watchHistory()}),
 * it begins again with {@code RESET} if it asked for the state, and else gets {@link
 * KVException.HistoryGone}.
 *
 * <p>{@link #next} is for one thread at a time, the other methods for any thread. Interrupts are
 * left alone: they end no wait, and the interrupt status stays set.
 */
public interface Changes extends AutoCloseable {
  /** The changes of every key. */
  static From all() {
    return of(new byte[0]);
  }

  /**
   * The changes of keys that start with {@code prefix}; an empty prefix means every key.
   *
   * @throws NullPointerException if {@code prefix} is null
   */
  static From of(byte[] prefix) {
    return From.NOTHING.prefix(prefix);
  }

  /** {@link #of(byte[])} of the UTF-8 bytes of {@code prefix}. */
  static From of(String prefix) {
    return From.NOTHING.prefix(prefix);
  }

  /**
   * The changes of one key.
   *
   * @throws NullPointerException if {@code key} is null
   */
  static From ofKey(byte[] key) {
    return From.NOTHING.key(key);
  }

  /** {@link #ofKey(byte[])} of the UTF-8 bytes of {@code key}. */
  static From ofKey(String key) {
    return From.NOTHING.key(key);
  }

  /**
   * The next changes, for which it waits if there are none yet: all chosen ones of one revision; or
   * a mark; or a page of the state.
   *
   * @param timeout how long to wait; what is not above zero does not wait
   * @return empty when the time is up; cannot be changed
   * @throws NullPointerException if {@code timeout} is null
   * @throws KVException.HistoryGone if changes that were not read yet are no longer kept; never
   *     with {@link From#withState}
   * @throws KVException.WrongState if this, or the store, is closed, if only meanwhile
   * @throws KVException.Corrupt if a damaged file keeps a change from being read
   */
  List<Change> next(Duration timeout);

  /**
   * The place to go on from: everything up to this revision was returned, so {@link From#after} it
   * nothing is missed and nothing comes twice. It moves on while {@link #next} finds no change of a
   * chosen key. 0 from {@code RESET} on until the state is whole.
   */
  long revision();

  /** Ends it, and a call of {@link #next} that waits; a second call does nothing. */
  @Override
  void close();

  /**
   * Which changes, from where on; each method returns a copy.
   *
   * <p>Immutable, safe for any thread.
   */
  final class From {
    private static final From NOTHING =
        new From(
            List.of(),
            List.of(),
            OptionalLong.empty(),
            false,
            false,
            Integer.MAX_VALUE,
            bytes -> {});

    private final List<byte[]> prefixes;
    private final List<byte[]> keys;
    private final OptionalLong after;
    private final boolean state;
    private final boolean keysOnly;
    private final int maxValueBytes;
    private final LongConsumer room;

    /** Ranges of keys in order, none of which overlaps another. */
    private final List<Scan> ranges;

    private From(
        List<byte[]> prefixes,
        List<byte[]> keys,
        OptionalLong after,
        boolean state,
        boolean keysOnly,
        int maxValueBytes,
        LongConsumer room) {
      this.prefixes = List.copyOf(prefixes);
      this.keys = List.copyOf(keys);
      this.after = after;
      this.state = state;
      this.keysOnly = keysOnly;
      this.maxValueBytes = maxValueBytes;
      this.room = room;
      this.ranges = ranges(prefixes, keys);
    }

    private static List<Scan> ranges(List<byte[]> prefixes, List<byte[]> keys) {
      List<Scan> all = new ArrayList<>();
      prefixes.forEach(prefix -> all.add(Scan.prefix(prefix)));
      keys.forEach(key -> all.add(Scan.range(key, Arrays.copyOf(key, key.length + 1))));
      all.sort(Comparator.comparing(Scan::from, Arrays::compareUnsigned));
      List<Scan> merged = new ArrayList<>();
      for (Scan range : all) {
        Scan last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
        if (last == null || isBelow(last.to(), range.from())) {
          merged.add(range);
        } else if (last.to() != null && (range.to() == null || isBelow(last.to(), range.to()))) {
          merged.set(merged.size() - 1, Scan.range(last.from(), range.to()));
        }
      }
      return List.copyOf(merged);
    }

    /** Whether an end, null for none, is at most as high as a key. */
    private static boolean isBelow(byte[] end, byte[] key) {
      return end != null && Arrays.compareUnsigned(end, key) <= 0;
    }

    private static <T> List<T> with(List<T> list, T element) {
      List<T> longer = new ArrayList<>(list);
      longer.add(element);
      return longer;
    }

    /**
     * Also the keys that start with {@code prefix}.
     *
     * @throws NullPointerException if {@code prefix} is null
     */
    public From prefix(byte[] prefix) {
      return copy(with(prefixes, prefix.clone()), keys, after, state, keysOnly);
    }

    /** {@link #prefix(byte[])} of the UTF-8 bytes of {@code prefix}. */
    public From prefix(String prefix) {
      return prefix(Utf8Bytes.of(Objects.requireNonNull(prefix, "prefix")));
    }

    /**
     * Also this key.
     *
     * @throws NullPointerException if {@code key} is null
     */
    public From key(byte[] key) {
      return copy(prefixes, with(keys, key.clone()), after, state, keysOnly);
    }

    /** {@link #key(byte[])} of the UTF-8 bytes of {@code key}. */
    public From key(String key) {
      return key(Utf8Bytes.of(Objects.requireNonNull(key, "key")));
    }

    /**
     * The changes behind a revision: one that {@link Changes#revision()} said, or that a write or a
     * read has returned.
     *
     * @throws IllegalArgumentException if {@code revision} is negative
     */
    public From after(long revision) {
      if (revision < 0) {
        throw new IllegalArgumentException("after: at least 0, not " + revision);
      }
      return copy(prefixes, keys, OptionalLong.of(revision), state, keysOnly);
    }

    /** First the entries that are there, also whenever changes were missed. */
    public From withState() {
      return copy(prefixes, keys, after, true, keysOnly);
    }

    /** Without values: {@link Change#value()} is empty. */
    public From keysOnly() {
      return copy(prefixes, keys, after, state, true);
    }

    /**
     * With larger values left out: {@link Change#value()} is then empty, and {@link
     * Change#valueBytes()} tells the length. By default all values are there.
     *
     * @param bytes the length up to which values are read
     * @throws IllegalArgumentException if {@code bytes} is negative
     */
    public From maxValueBytes(int bytes) {
      if (bytes < 0) {
        throw new IllegalArgumentException("maxValueBytes: at least 0, not " + bytes);
      }
      return new From(prefixes, keys, after, state, keysOnly, bytes, room);
    }

    /**
     * With a consumer that is told before each step about how many bytes of heap it takes to read
     * the changes of it, as far as the store can know that before. {@link Changes#next} calls it in
     * the caller's thread. What it throws, {@link Changes#next} throws; the changes are not read
     * then, and come at the next call. By default nobody is told.
     *
     * @throws NullPointerException if {@code consumer} is null
     */
    public From room(LongConsumer consumer) {
      Objects.requireNonNull(consumer, "consumer");
      return new From(prefixes, keys, after, state, keysOnly, maxValueBytes, consumer);
    }

    private From copy(
        List<byte[]> newPrefixes,
        List<byte[]> newKeys,
        OptionalLong newAfter,
        boolean newState,
        boolean newKeysOnly) {
      return new From(newPrefixes, newKeys, newAfter, newState, newKeysOnly, maxValueBytes, room);
    }

    /** The prefixes of the chosen keys, as they were given; not to be changed. */
    public List<byte[]> prefixes() {
      return prefixes;
    }

    /** The keys that were chosen one by one, as they were given; not to be changed. */
    public List<byte[]> keys() {
      return keys;
    }

    /** The revision behind which changes are asked for; empty where none is. */
    public OptionalLong after() {
      return after;
    }

    /** Whether the state comes first. */
    public boolean hasState() {
      return state;
    }

    /** Whether values are left out. */
    public boolean isKeysOnly() {
      return keysOnly;
    }

    /** The length up to which values are read; {@link Integer#MAX_VALUE} for all. */
    public int maxValueBytes() {
      return maxValueBytes;
    }

    /** Who is told how much is about to be read; never null. */
    public LongConsumer room() {
      return room;
    }

    /** The chosen keys as scans of ranges, in their order and each key in one of them. */
    public List<Scan> ranges() {
      return ranges;
    }

    /** Whether a key is one of those chosen. */
    public boolean includes(byte[] key) {
      int low = 0;
      int high = ranges.size() - 1;
      while (low <= high) {
        int middle = (low + high) >>> 1;
        Scan range = ranges.get(middle);
        if (Arrays.compareUnsigned(key, range.from()) < 0) {
          high = middle - 1;
        } else if (isBelow(range.to(), key)) {
          low = middle + 1;
        } else {
          return true;
        }
      }
      return false;
    }

    @Override
    public String toString() {
      return "Changes.From[ranges="
          + ranges
          + (after.isPresent() ? ", after=" + after.getAsLong() : "")
          + (state ? ", withState" : "")
          + (keysOnly ? ", keysOnly" : "")
          + (maxValueBytes < Integer.MAX_VALUE ? ", maxValueBytes=" + maxValueBytes : "")
          + "]";
    }
  }
}

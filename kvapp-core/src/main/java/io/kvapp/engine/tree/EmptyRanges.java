package io.kvapp.engine.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Ranges of keys in which every newest change is a delete, so that a scan need not step over the
 * marks of these deletes one by one.
 *
 * <p>A scan that meets many marks in a row begins a {@link Walk}, and what it has walked over
 * becomes a range when it ends. A writer that puts a key takes the key out of ranges before the
 * memtable has the change, so that no scan jumps over it, and again afterwards, out of what walks
 * that began meanwhile have left. Ranges are a memory of work that was done, never a part of the
 * truth: any may be forgotten at any time.
 *
 * <p>Safe for any thread.
 */
final class EmptyRanges {
  private static final int MAX_RANGES = 256;
  private static final Range[] NO_RANGES = {};
  private static final Walk[] NO_WALKS = {};

  /**
   * The keys from {@code from}, included, to {@code to}, excluded.
   *
   * @param to null for no end
   * @param since the number of the oldest active memtable with which this holds
   * @param marks about how many marks a scan is spared
   */
  record Range(byte[] from, byte[] to, long since, long marks) {
    boolean contains(byte[] key) {
      return Arrays.compareUnsigned(from, key) <= 0 && isBelow(key, to);
    }
  }

  /** Sorted, without overlaps; replaced as a whole. */
  private volatile Range[] ranges = NO_RANGES;

  /** Those under way; replaced as a whole. */
  private volatile Walk[] walks = NO_WALKS;

  private final LongAdder steps = new LongAdder();

  EmptyRanges() {}

  /** A scan's way over marks. What is put behind its beginning is not in the range it leaves. */
  final class Walk {
    private final boolean reverse;
    private final long since;
    private volatile byte[] low;
    private volatile byte[] high;

    private Walk(boolean reverse, byte[] low, byte[] high, long since) {
      this.reverse = reverse;
      this.low = low;
      this.high = high;
      this.since = since;
    }

    private boolean contains(byte[] key) {
      return Arrays.compareUnsigned(low, key) <= 0 && isBelow(key, high);
    }

    /**
     * Ends it.
     *
     * @param from the start of what was found to be empty
     * @param to the end of that, excluded; null for no end
     */
    void end(byte[] from, byte[] to, long marks) {
      synchronized (EmptyRanges.this) {
        byte[] start = Arrays.compareUnsigned(from, low) < 0 ? low : from;
        byte[] end = isEndBelow(high, to) ? high : to;
        if (isBelow(start, end)) {
          add(new Range(start, end, since, marks));
        }
        // Behind the range, so that a writer finds the one or the other.
        abandon();
      }
    }

    /** Ends it without a range. */
    void abandon() {
      synchronized (EmptyRanges.this) {
        walks = Arrays.stream(walks).filter(walk -> walk != this).toArray(Walk[]::new);
      }
    }
  }

  /**
   * Begins a walk at a key, which the caller reads anew afterwards, in a version whose active
   * memtable still takes changes after the call.
   *
   * @param since the {@linkplain io.kvapp.engine.memtable.Memtable#number number} of that memtable
   */
  synchronized Walk begin(byte[] key, boolean reverse, long since) {
    Walk walk =
        reverse
            ? new Walk(true, new byte[0], behind(key), since)
            : new Walk(false, key.clone(), null, since);
    Walk[] more = Arrays.copyOf(walks, walks.length + 1);
    more[walks.length] = walk;
    walks = more;
    return walk;
  }

  /**
   * The range that holds a key; null where there is none.
   *
   * @param active the number of the active memtable of the version that is read
   */
  Range find(byte[] key, long active) {
    Range[] all = ranges;
    int at = floor(all, key);
    return at >= 0 && all[at].contains(key) && all[at].since <= active ? all[at] : null;
  }

  /** The last range that does not begin above a key; -1 where there is none. */
  private static int floor(Range[] all, byte[] key) {
    int low = 0;
    int high = all.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Arrays.compareUnsigned(all[middle].from, key) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  /** Takes a key out that is put, before the active memtable has it and again afterwards. */
  void exclude(byte[] key) {
    if (isWalked(key) || find(key, Long.MAX_VALUE) != null) {
      cut(key.clone());
    }
  }

  private boolean isWalked(byte[] key) {
    for (Walk walk : walks) {
      if (walk.contains(key)) {
        return true;
      }
    }
    return false;
  }

  private synchronized void cut(byte[] key) {
    for (Walk walk : walks) {
      if (walk.contains(key)) {
        if (walk.reverse) {
          walk.low = behind(key);
        } else {
          walk.high = key;
        }
      }
    }
    Range range = find(key, Long.MAX_VALUE);
    if (range == null) {
      return;
    }
    List<Range> parts = new ArrayList<>(Arrays.asList(ranges));
    parts.remove(range);
    long marks = range.marks / 2;
    if (isBelow(range.from, key)) {
      parts.add(new Range(range.from, key, range.since, marks));
    }
    if (isBelow(behind(key), range.to)) {
      parts.add(new Range(behind(key), range.to, range.since, marks));
    }
    replace(parts);
  }

  private void add(Range added) {
    List<Range> all = new ArrayList<>(ranges.length + 1);
    Range sum = added;
    for (Range range : ranges) {
      if (isEndBelow(range.to, sum.from) || isEndBelow(sum.to, range.from)) {
        all.add(range);
      } else {
        sum =
            new Range(
                Arrays.compareUnsigned(range.from, sum.from) < 0 ? range.from : sum.from,
                isEndBelow(range.to, sum.to) ? sum.to : range.to,
                Math.max(range.since, sum.since),
                range.marks + sum.marks);
      }
    }
    all.add(sum);
    replace(all);
  }

  private void replace(List<Range> all) {
    if (all.size() > MAX_RANGES) {
      Range least = all.get(0);
      for (Range range : all) {
        least = range.marks < least.marks ? range : least;
      }
      all.remove(least);
    }
    all.sort((one, other) -> Arrays.compareUnsigned(one.from, other.from));
    ranges = all.toArray(Range[]::new);
  }

  /** Forgets everything, walks under way too, before entries come that no put announces. */
  synchronized void reset(Runnable publish) {
    ranges = NO_RANGES;
    for (Walk walk : walks) {
      walk.high = walk.low;
    }
    publish.run();
  }

  /** Forgets all ranges, when the marks they spare are gone. */
  synchronized void clear() {
    ranges = NO_RANGES;
  }

  /** Notes steps over marks and ranges. */
  void countSteps(long count) {
    steps.add(count);
  }

  /** How many marks and ranges scans have stepped over. */
  long steps() {
    return steps.sum();
  }

  /** The lowest key above another. */
  static byte[] behind(byte[] key) {
    return Arrays.copyOf(key, key.length + 1);
  }

  /** Whether a key is below an end, which is null for none. */
  private static boolean isBelow(byte[] key, byte[] end) {
    return end == null || Arrays.compareUnsigned(key, end) < 0;
  }

  /** Whether an end is below another end or a key; null is above every key. */
  private static boolean isEndBelow(byte[] end, byte[] other) {
    return end != null && isBelow(end, other);
  }
}

package io.kvapp.engine.sstable;

import io.kvapp.engine.model.KeyHeads;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Heads of some keys of a sorted file, evenly spaced: they narrow a search in the file to the
 * section between two of them. Of each section that was searched it keeps the heads of more keys,
 * taken behind the prefix that the keys of the section share.
 *
 * <p>Safe for any thread.
 */
final class SparseIndex {
  private static final int STEP = 256;
  private static final int FINE_STEP = 16;

  /**
   * Some keys of a sorted file.
   *
   * @param shared the prefix of all keys from the first to the last
   * @param heads the heads of these keys behind that prefix
   */
  private record Marks(byte[] shared, long[] heads) {
    /** Marks of the keys from one ordinal up to another, excluded. */
    static Marks read(SSTableReader reader, int from, int to, int step) {
      reader.load(to - 1);
      byte[] last = reader.key();
      reader.load(from);
      byte[] first = reader.key();
      int different = Arrays.mismatch(first, last);
      byte[] shared = Arrays.copyOf(first, different < 0 ? first.length : different);
      long[] heads = new long[(to - from + step - 1) / step];
      for (int i = 0; i < heads.length; i++) {
        reader.load(from + i * step);
        heads[i] = KeyHeads.of(reader.key(), shared.length);
      }
      return new Marks(shared, heads);
    }

    /**
     * How many of these keys are below {@code key} as far as heads tell, or with {@code orEqual}
     * not above it.
     */
    int countBelow(byte[] key, boolean orEqual) {
      int order = KeyHeads.comparePrefix(key, shared);
      if (order != 0) {
        return order < 0 ? 0 : heads.length;
      }
      long head = KeyHeads.of(key, shared.length);
      int below = KeyHeads.firstNotBelow(heads, 0, heads.length, head);
      return orEqual ? KeyHeads.firstAbove(heads, below, heads.length, head) : below;
    }
  }

  private final int count;
  private final Marks marks;
  private final AtomicReferenceArray<Marks> fineMarks;

  /** Reads the keys of a file that holds {@code count} of them. */
  SparseIndex(SSTableReader reader, int count) {
    this.count = count;
    marks = Marks.read(reader, 0, count, STEP);
    fineMarks = new AtomicReferenceArray<>(marks.heads.length);
  }

  /** The first ordinal whose key is not below {@code key}; the count where there is none. */
  int lowerBound(SSTableReader reader, byte[] key) {
    int section = sectionsBelow(reader, key) - 1;
    if (section < 0) {
      return 0;
    }
    Marks fine = fineMarks(reader, section);
    int start = section * STEP;
    int low = start + Math.max(0, (fine.countBelow(key, false) - 1) * FINE_STEP + 1);
    int high = start + fine.countBelow(key, true) * FINE_STEP;
    return lowerBoundByHeads(reader, key, fine.shared.length, low, Math.min(end(section), high));
  }

  /** How many sections begin with a key below {@code key}. */
  private int sectionsBelow(SSTableReader reader, byte[] key) {
    int low = marks.countBelow(key, false);
    int high = marks.countBelow(key, true);
    while (low < high) {
      int middle = (low + high) >>> 1;
      Marks fine = fineMarks(reader, middle);
      if (fine.countBelow(key, false) > 0
          || fine.countBelow(key, true) > 0 && isBelow(reader, middle * STEP, key)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private Marks fineMarks(SSTableReader reader, int section) {
    Marks known = fineMarks.get(section);
    if (known == null) {
      known = Marks.read(reader, section * STEP, end(section), FINE_STEP);
      fineMarks.set(section, known);
    }
    return known;
  }

  private int end(int section) {
    return Math.min(count, (section + 1) * STEP);
  }

  /**
   * Searches from one ordinal to another, which may be the answer. All heads are read at once,
   * since the wait for memory is as long as for one. They are read unchecked, so the keys on both
   * sides of the place they lead to are checked then.
   */
  private static int lowerBoundByHeads(
      SSTableReader reader, byte[] key, int shared, int low, int high) {
    long head = KeyHeads.of(key, shared);
    int from = low;
    int to = low;
    for (int ordinal = low; ordinal < high; ordinal++) {
      int order = Long.compareUnsigned(reader.uncheckedHead(ordinal, shared), head);
      from += order < 0 ? 1 : 0;
      to += order <= 0 ? 1 : 0;
    }
    if (from > low && !isBelow(reader, from - 1, key) || to < high && isBelow(reader, to, key)) {
      from = low;
      to = high;
    }
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (isBelow(reader, middle, key)) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }

  private static boolean isBelow(SSTableReader reader, int ordinal, byte[] key) {
    reader.load(ordinal);
    return reader.compareKey(key) < 0;
  }
}

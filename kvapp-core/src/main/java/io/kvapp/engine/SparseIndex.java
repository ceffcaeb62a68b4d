package io.kvapp.engine;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The heads of every so many keys of a sorted file: narrows a search in the file to the stretch
 * between two of them. Of each stretch that was searched it keeps the heads of more keys.
 *
 * <p>Safe for any thread.
 */
final class SparseIndex {
  private static final int STEP = 256;
  private static final int FINE_STEP = 16;

  private final int count;
  private final byte[] shared;
  private final long[] heads;
  private final AtomicReferenceArray<long[]> fineHeads;

  /** Reads the keys of a file that holds {@code count} of them. */
  SparseIndex(SnapshotFile.Reader reader, int count) {
    this.count = count;
    reader.load(count - 1);
    byte[] last = reader.key();
    reader.load(0);
    byte[] first = reader.key();
    int different = Arrays.mismatch(first, last);
    shared = Arrays.copyOf(first, different < 0 ? first.length : different);
    heads = new long[(count + STEP - 1) / STEP];
    for (int i = 0; i < heads.length; i++) {
      heads[i] = head(reader, i * STEP);
    }
    fineHeads = new AtomicReferenceArray<>(heads.length);
  }

  private long head(SnapshotFile.Reader reader, int ordinal) {
    reader.load(ordinal);
    return Heads.of(reader.key(), shared.length);
  }

  /** The first ordinal whose key is not below {@code key}; the count where there is none. */
  int lowerBound(SnapshotFile.Reader reader, byte[] key) {
    int length = Math.min(shared.length, key.length);
    int order = Arrays.compareUnsigned(key, 0, length, shared, 0, shared.length);
    if (order != 0) {
      return order < 0 ? 0 : count;
    }
    long head = Heads.of(key, shared.length);
    int below = countBelow(heads, head, false);
    int upTo = countBelow(heads, head, true);
    if (below == 0 || below != upTo) {
      int low = below == 0 ? 0 : (below - 1) * STEP + 1;
      return lowerBound(reader, key, low, Math.min(count, upTo * STEP));
    }
    int start = (below - 1) * STEP;
    long[] fine = fineHeads(reader, below - 1);
    int low = start + countBelow(fine, head, false) * FINE_STEP + 1;
    int high = start + (countBelow(fine, head, true) + 1) * FINE_STEP;
    return lowerBound(reader, key, low, Math.min(count, high));
  }

  /** Between two ordinals, the second of which may be the answer. */
  private static int lowerBound(SnapshotFile.Reader reader, byte[] key, int from, int to) {
    int low = from;
    int high = to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      reader.load(middle);
      if (reader.compareKey(key) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The heads of every few keys of a stretch but its first. */
  private long[] fineHeads(SnapshotFile.Reader reader, int stretch) {
    long[] known = fineHeads.get(stretch);
    if (known != null) {
      return known;
    }
    int start = stretch * STEP;
    long[] fine = new long[(Math.min(STEP, count - start) - 1) / FINE_STEP];
    for (int i = 0; i < fine.length; i++) {
      fine[i] = head(reader, start + (i + 1) * FINE_STEP);
    }
    fineHeads.set(stretch, fine);
    return fine;
  }

  /** How many heads are below {@code head}, or with {@code orEqual} not above it. */
  private static int countBelow(long[] heads, long head, boolean orEqual) {
    int low = 0;
    int high = heads.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      int order = Long.compareUnsigned(heads[middle], head);
      if (order < 0 || orEqual && order == 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

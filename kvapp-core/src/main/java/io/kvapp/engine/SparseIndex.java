package io.kvapp.engine;

import java.util.Arrays;

/**
 * The heads of every so many keys of a sorted file: narrows a search in the file to the stretch
 * between two of them.
 *
 * <p>Immutable, safe for any thread.
 */
final class SparseIndex {
  private static final int STEP = 256;

  private final int count;
  private final byte[] shared;
  private final long[] heads;

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
      reader.load(i * STEP);
      heads[i] = Heads.of(reader.key(), shared.length);
    }
  }

  /** An ordinal at or before the first key that is not below {@code key}. */
  int low(byte[] key) {
    int order = compareShared(key);
    if (order != 0) {
      return order < 0 ? 0 : count;
    }
    int below = countBelow(Heads.of(key, shared.length), false);
    return below == 0 ? 0 : (below - 1) * STEP + 1;
  }

  /** An ordinal at or behind the first key that is not below {@code key}. */
  int high(byte[] key) {
    int order = compareShared(key);
    if (order != 0) {
      return order < 0 ? 0 : count;
    }
    return Math.min(count, countBelow(Heads.of(key, shared.length), true) * STEP);
  }

  /** Below zero when the file's keys are above {@code key}, above zero when they are below it. */
  private int compareShared(byte[] key) {
    int length = Math.min(shared.length, key.length);
    return Arrays.compareUnsigned(key, 0, length, shared, 0, shared.length);
  }

  /** How many heads are below {@code head}, or with {@code orEqual} not above it. */
  private int countBelow(long head, boolean orEqual) {
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

package io.kvapp.engine.hashtable;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntUnaryOperator;

/**
 * Compares each segment of a view with the checksum it had when the view was closed, once, before
 * it is first used. So a large view is open at once, and damage is found all the same.
 *
 * <p>Safe for any thread. Who changes a segment has had it compared before.
 */
final class PartChecksums {
  private static final int UNCHECKED = 0;
  private static final int SOUND = 1;
  private static final int DAMAGED = 2;
  private static final int LOCKS = 64;

  private final int[] sums;
  private final IntUnaryOperator sumOf;
  private final AtomicIntegerArray states;
  private final AtomicInteger left;
  private final Object[] locks = new Object[LOCKS];

  /**
   * Nothing compared yet.
   *
   * @param sums what the checksum of each segment must be
   * @param sumOf computes it
   */
  PartChecksums(int[] sums, IntUnaryOperator sumOf) {
    this.sums = sums;
    this.sumOf = sumOf;
    states = new AtomicIntegerArray(sums.length);
    left = new AtomicInteger(sums.length);
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new Object();
    }
  }

  /** Whether a segment was as it was left. */
  boolean isSound(int segment) {
    int state = states.get(segment);
    return (state == UNCHECKED ? check(segment) : state) == SOUND;
  }

  private int check(int segment) {
    synchronized (locks[segment % LOCKS]) {
      int state = states.get(segment);
      if (state == UNCHECKED) {
        state = sumOf.applyAsInt(segment) == sums[segment] ? SOUND : DAMAGED;
        states.set(segment, state);
        if (state == SOUND) {
          left.decrementAndGet();
        }
      }
      return state;
    }
  }

  /** Whether nobody has used a segment yet, so that its checksum is still {@link #sum}. */
  boolean isUnused(int segment) {
    return states.get(segment) == UNCHECKED;
  }

  /** What the checksum of a segment was when the view was closed. */
  int sum(int segment) {
    return sums[segment];
  }

  /** Whether every segment was compared and is sound. */
  boolean areAllSound() {
    return left.get() == 0;
  }
}

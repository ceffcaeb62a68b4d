package io.kvapp.engine.transfer;

import io.kvapp.engine.model.KeyHeads;
import io.kvapp.engine.model.Operation;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Operations in the order of their keys, of each key the last one.
 *
 * <p>What is sorted are numbers, the {@linkplain KeyHeads heads} of the keys behind what all begin
 * with, each with the place of its operation in its lowest bits. Only where these agree are whole
 * keys compared.
 *
 * <p>For one thread.
 */
final class SortedOperations implements Iterator<Operation> {
  private static final Comparator<Operation> BY_KEY =
      (one, other) -> Arrays.compareUnsigned(one.key(), other.key());

  private final Operation[] sorted;
  private int at;

  private SortedOperations(Operation[] sorted) {
    this.sorted = sorted;
  }

  static SortedOperations of(List<Operation> operations) {
    Operation[] given = operations.toArray(Operation[]::new);
    long places = Math.max(1, Long.highestOneBit(given.length) * 2) - 1;
    long[] heads = heads(given, places);
    Arrays.sort(heads);
    Operation[] sorted = new Operation[given.length];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = given[(int) (heads[i] & places)];
    }
    for (int from = 0; from < sorted.length; ) {
      int to = from + 1;
      while (to < sorted.length && (heads[to] & ~places) == (heads[from] & ~places)) {
        to++;
      }
      if (to > from + 1) {
        // The sort is stable, and in a group of one head the places ascend.
        Arrays.sort(sorted, from, to, BY_KEY);
      }
      from = to;
    }
    return new SortedOperations(sorted);
  }

  private static long[] heads(Operation[] operations, long places) {
    int common = commonBytes(operations);
    long[] heads = new long[operations.length];
    for (int i = 0; i < heads.length; i++) {
      // The highest bit turned makes the order of signed numbers that of unsigned ones.
      long head = KeyHeads.of(operations[i].key(), common) ^ Long.MIN_VALUE;
      heads[i] = head & ~places | i;
    }
    return heads;
  }

  /** How many bytes all keys begin with alike. */
  private static int commonBytes(Operation[] operations) {
    int common = operations.length == 0 ? 0 : operations[0].key().length;
    for (Operation operation : operations) {
      byte[] key = operation.key();
      int length = Math.min(common, key.length);
      int differs = Arrays.mismatch(operations[0].key(), 0, length, key, 0, length);
      common = differs < 0 ? length : differs;
    }
    return common;
  }

  @Override
  public boolean hasNext() {
    return at < sorted.length;
  }

  @Override
  public Operation next() {
    if (at >= sorted.length) {
      throw new NoSuchElementException();
    }
    while (at + 1 < sorted.length && Arrays.equals(sorted[at].key(), sorted[at + 1].key())) {
      at++;
    }
    return sorted[at++];
  }
}

package io.kvapp.engine.memtable;

import io.kvapp.engine.model.KeyHeads;
import java.util.Arrays;

/**
 * Leaves in order of their lowest keys, the first of which is the empty one.
 *
 * <p>A search compares the {@linkplain KeyHeads heads} of the lowest keys behind the prefix that
 * all of them but the first share, and a whole key only at a tie.
 *
 * <p>Immutable, safe for any thread.
 */
final class LeafIndex {
  private final Leaf[] leaves;
  private final byte[] prefix;
  private final long[] heads;

  LeafIndex(Leaf[] leaves) {
    this.leaves = leaves;
    prefix = prefix(leaves);
    heads = new long[leaves.length];
    for (int i = 1; i < leaves.length; i++) {
      heads[i] = KeyHeads.of(leaves[i].low, prefix.length);
    }
  }

  private LeafIndex(Leaf[] leaves, byte[] prefix, long[] heads) {
    this.leaves = leaves;
    this.prefix = prefix;
    this.heads = heads;
  }

  private static byte[] prefix(Leaf[] leaves) {
    if (leaves.length < 2) {
      return new byte[0];
    }
    byte[] first = leaves[1].low;
    int differsAt = Arrays.mismatch(first, leaves[leaves.length - 1].low);
    return differsAt < 0 ? first : Arrays.copyOf(first, differsAt);
  }

  LeafIndex with(Leaf leaf) {
    int at = firstAbove(leaf.low);
    Leaf[] more = Arrays.copyOf(leaves, leaves.length + 1);
    System.arraycopy(leaves, at, more, at + 1, leaves.length - at);
    more[at] = leaf;
    if (!Arrays.equals(prefix(more), prefix)) {
      return new LeafIndex(more);
    }
    long[] moreHeads = Arrays.copyOf(heads, more.length);
    System.arraycopy(heads, at, moreHeads, at + 1, heads.length - at);
    moreHeads[at] = KeyHeads.of(leaf.low, prefix.length);
    return new LeafIndex(more, prefix, moreHeads);
  }

  /** The leaf in whose stretch a key is. */
  Leaf floor(byte[] key) {
    return leaves[firstAbove(key) - 1];
  }

  /** The leaf in whose stretch the keys right below a key are, which is not empty. */
  Leaf lower(byte[] key) {
    Leaf leaf = floor(key);
    return Arrays.equals(leaf.low, key) ? leaves[firstAbove(key) - 2] : leaf;
  }

  Leaf last() {
    return leaves[leaves.length - 1];
  }

  private int firstAbove(byte[] key) {
    int order = KeyHeads.comparePrefix(key, prefix);
    if (order != 0) {
      return order < 0 ? 1 : leaves.length;
    }
    long head = KeyHeads.of(key, prefix.length);
    int from = KeyHeads.firstNotBelow(heads, 1, heads.length, head);
    int to = KeyHeads.firstAbove(heads, from, heads.length, head);
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (Arrays.compareUnsigned(leaves[middle].low, key) <= 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }
}

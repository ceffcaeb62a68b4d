package io.kvapp.engine;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/**
 * A sorted map from keys to slots that many threads change at once.
 *
 * <p>Entries lie in leaves, each a stretch of keys in sorted arrays behind a lock of its own; an
 * index, which is copied with every new leaf, finds the leaf. A leaf that is full is split in two,
 * and knows the end of its stretch, so that who comes to it by an old path looks again (Lehman and
 * Yao, "Efficient Locking for Concurrent Operations on B-Trees", 1981). A search within a leaf
 * compares eight bytes of each key behind the prefix that all keys of the leaf share, and touches a
 * key itself only at a tie.
 *
 * <p>Entries are never removed. Safe for any thread.
 */
final class OrderedSlots {
  private static final int LEAF_ENTRIES = 256;
  private static final byte[] START = {};

  private final LongAdder count = new LongAdder();
  private volatile Index index = new Index(new Leaf[] {new Leaf(START, null)});

  /** How many keys there are; exact while nobody adds one. */
  long count() {
    return count.sum();
  }

  void put(byte[] key, Slot slot) {
    while (true) {
      Leaf leaf = index.floor(key);
      synchronized (leaf) {
        if (leaf.covers(key)) {
          int found = leaf.find(key);
          if (found >= 0) {
            leaf.slots[found] = slot;
            return;
          }
          if (leaf.size < LEAF_ENTRIES) {
            leaf.insert(-found - 1, key, slot);
            count.increment();
            return;
          }
          split(leaf, -found - 1);
        }
      }
    }
  }

  private void split(Leaf leaf, int wanted) {
    // Keys that come in order leave full leaves behind.
    int from = wanted == leaf.size ? leaf.size - 1 : leaf.size / 2;
    Leaf right = new Leaf(leaf.keys[from], leaf.high);
    for (int i = from; i < leaf.size; i++) {
      right.insert(i - from, leaf.keys[i], leaf.slots[i]);
    }
    add(right);
    leaf.cut(from);
  }

  private synchronized void add(Leaf leaf) {
    index = index.with(leaf);
  }

  /** The slot of a key; null where there is none. */
  Slot get(byte[] key) {
    while (true) {
      Leaf leaf = index.floor(key);
      synchronized (leaf) {
        if (leaf.covers(key)) {
          int found = leaf.find(key);
          return found < 0 ? null : leaf.slots[found];
        }
      }
    }
  }

  /**
   * Steps through the keys from {@code from}, included, to {@code to}, excluded; keys that are
   * added meanwhile may be seen or not.
   *
   * @param from empty for the first key
   * @param to null for no end
   */
  Cursor cursor(byte[] from, byte[] to, boolean reverse) {
    return new LeafCursor(from, to, reverse);
  }

  /**
   * Leaves in order of their lowest keys, the first of which is the empty one.
   *
   * <p>Immutable. Compares eight bytes behind the prefix that the lowest keys of all leaves but the
   * first share, and a whole key only at a tie.
   */
  private static final class Index {
    private final Leaf[] leaves;
    private final byte[] prefix;
    private final long[] heads;

    Index(Leaf[] leaves) {
      this.leaves = leaves;
      prefix = prefix(leaves);
      heads = new long[leaves.length];
      for (int i = 1; i < leaves.length; i++) {
        heads[i] = Heads.of(leaves[i].low, prefix.length);
      }
    }

    private Index(Leaf[] leaves, byte[] prefix, long[] heads) {
      this.leaves = leaves;
      this.prefix = prefix;
      this.heads = heads;
    }

    private static byte[] prefix(Leaf[] leaves) {
      if (leaves.length < 2) {
        return START;
      }
      byte[] first = leaves[1].low;
      int differsAt = Arrays.mismatch(first, leaves[leaves.length - 1].low);
      return differsAt < 0 ? first : Arrays.copyOf(first, differsAt);
    }

    Index with(Leaf leaf) {
      int at = firstAbove(leaf.low);
      Leaf[] more = Arrays.copyOf(leaves, leaves.length + 1);
      System.arraycopy(leaves, at, more, at + 1, leaves.length - at);
      more[at] = leaf;
      if (!Arrays.equals(prefix(more), prefix)) {
        return new Index(more);
      }
      long[] moreHeads = Arrays.copyOf(heads, more.length);
      System.arraycopy(heads, at, moreHeads, at + 1, heads.length - at);
      moreHeads[at] = Heads.of(leaf.low, prefix.length);
      return new Index(more, prefix, moreHeads);
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
      int shared = Math.min(prefix.length, key.length);
      int order = Arrays.compareUnsigned(key, 0, shared, prefix, 0, prefix.length);
      if (order != 0) {
        return order < 0 ? 1 : leaves.length;
      }
      long head = Heads.of(key, prefix.length);
      int from = 1;
      int to = leaves.length;
      while (from < to) {
        int middle = (from + to) >>> 1;
        int compared = Long.compareUnsigned(heads[middle], head);
        if (compared == 0) {
          compared = Arrays.compareUnsigned(leaves[middle].low, key);
        }
        if (compared <= 0) {
          from = middle + 1;
        } else {
          to = middle;
        }
      }
      return from;
    }
  }

  /** The keys from {@code low}, included, to {@code high}, excluded. Guarded by itself. */
  private static final class Leaf {
    final byte[] low;
    final long[] heads = new long[LEAF_ENTRIES];
    final byte[][] keys = new byte[LEAF_ENTRIES][];
    final Slot[] slots = new Slot[LEAF_ENTRIES];
    byte[] high;
    int shared;
    int size;

    Leaf(byte[] low, byte[] high) {
      this.low = low;
      bound(high);
    }

    private void bound(byte[] newHigh) {
      high = newHigh;
      shared = newHigh == null ? 0 : Arrays.mismatch(low, newHigh);
    }

    boolean covers(byte[] key) {
      return high == null || Arrays.compareUnsigned(key, high) < 0;
    }

    /** The place of a key, or the place where it belongs, negated and less one. */
    int find(byte[] key) {
      long head = Heads.of(key, shared);
      int from = 0;
      int to = size - 1;
      while (from <= to) {
        int middle = (from + to) >>> 1;
        int order = Long.compareUnsigned(heads[middle], head);
        if (order == 0) {
          order = Arrays.compareUnsigned(keys[middle], key);
        }
        if (order == 0) {
          return middle;
        }
        if (order < 0) {
          from = middle + 1;
        } else {
          to = middle - 1;
        }
      }
      return -from - 1;
    }

    void insert(int at, byte[] key, Slot slot) {
      System.arraycopy(heads, at, heads, at + 1, size - at);
      System.arraycopy(keys, at, keys, at + 1, size - at);
      System.arraycopy(slots, at, slots, at + 1, size - at);
      heads[at] = Heads.of(key, shared);
      keys[at] = key;
      slots[at] = slot;
      size++;
    }

    /** Drops the entries from {@code from} on, which another leaf has now. */
    void cut(int from) {
      bound(keys[from]);
      Arrays.fill(keys, from, size, null);
      Arrays.fill(slots, from, size, null);
      size = from;
      for (int i = 0; i < size; i++) {
        heads[i] = Heads.of(keys[i], shared);
      }
    }
  }

  /** Copies one leaf at a time. */
  private final class LeafCursor implements Cursor {
    private final byte[][] keys = new byte[LEAF_ENTRIES][];
    private final Slot[] slots = new Slot[LEAF_ENTRIES];
    private final byte[] from;
    private final byte[] to;
    private final boolean reverse;
    private byte[] low;
    private byte[] high;
    private int at;
    private int size;

    LeafCursor(byte[] from, byte[] to, boolean reverse) {
      this.from = from;
      this.to = to;
      this.reverse = reverse;
      if (reverse) {
        loadBelow(to);
      } else {
        load(from);
        at = -1;
        skipTo(from);
      }
    }

    private void load(byte[] key) {
      while (true) {
        Leaf leaf = index.floor(key);
        synchronized (leaf) {
          if (leaf.covers(key)) {
            copy(leaf);
            return;
          }
        }
      }
    }

    private void loadBelow(byte[] end) {
      while (true) {
        Leaf leaf = end == null ? index.last() : index.lower(end);
        synchronized (leaf) {
          boolean reaches =
              leaf.high == null || end != null && Arrays.compareUnsigned(leaf.high, end) >= 0;
          if (reaches) {
            copy(leaf);
            at = size;
            while (end != null && at > 0 && Arrays.compareUnsigned(keys[at - 1], end) >= 0) {
              at--;
            }
            return;
          }
        }
      }
    }

    private void copy(Leaf leaf) {
      System.arraycopy(leaf.keys, 0, keys, 0, leaf.size);
      System.arraycopy(leaf.slots, 0, slots, 0, leaf.size);
      size = leaf.size;
      low = leaf.low;
      high = leaf.high;
    }

    private void skipTo(byte[] key) {
      while (at + 1 < size && Arrays.compareUnsigned(keys[at + 1], key) < 0) {
        at++;
      }
    }

    @Override
    public boolean next() {
      return reverse ? stepBack() : stepForward();
    }

    private boolean stepForward() {
      while (++at >= size) {
        if (high == null) {
          at = size;
          return false;
        }
        load(high);
        at = -1;
      }
      return to == null || Arrays.compareUnsigned(keys[at], to) < 0;
    }

    private boolean stepBack() {
      while (--at < 0) {
        if (low.length == 0) {
          at = 0;
          return false;
        }
        loadBelow(low);
      }
      return Arrays.compareUnsigned(keys[at], from) >= 0;
    }

    @Override
    public byte[] key() {
      return keys[at];
    }

    @Override
    public byte[] ownKey() {
      return keys[at].clone();
    }

    @Override
    public long revision() {
      return slots[at].revision;
    }

    @Override
    public long expiresAt() {
      return slots[at].expiresAt();
    }

    @Override
    public boolean isDelete() {
      return slots[at].isDelete();
    }

    @Override
    public int valueLength() {
      return slots[at].valueLength();
    }

    @Override
    public byte[] value() {
      return slots[at].value();
    }
  }
}

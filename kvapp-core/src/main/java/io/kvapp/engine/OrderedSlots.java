package io.kvapp.engine;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * A sorted map from keys to slots that many threads change at once.
 *
 * <p>Entries lie in leaves, each a stretch of keys in sorted arrays behind a lock of its own; a
 * skip list finds the leaf. A leaf that is full is split in two, and knows the end of its stretch,
 * so that who comes to it by an old path looks again (Lehman and Yao, "Efficient Locking for
 * Concurrent Operations on B-Trees", 1981). A search within a leaf compares eight bytes of each key
 * behind the prefix that all keys of the leaf share, and touches a key itself only at a tie.
 *
 * <p>Entries are never removed. Safe for any thread.
 */
final class OrderedSlots {
  private static final int LEAF_ENTRIES = 256;
  private static final byte[] START = {};

  private final ConcurrentSkipListMap<byte[], Leaf> leaves =
      new ConcurrentSkipListMap<>(Arrays::compareUnsigned);
  private final LongAdder count = new LongAdder();

  OrderedSlots() {
    leaves.put(START, new Leaf(START, null));
  }

  /** How many keys there are; exact while nobody adds one. */
  long count() {
    return count.sum();
  }

  void put(byte[] key, Slot slot) {
    while (true) {
      Leaf leaf = leaves.floorEntry(key).getValue();
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
    leaves.put(right.low, right);
    leaf.cut(from);
  }

  /** The slot of a key; null where there is none. */
  Slot get(byte[] key) {
    while (true) {
      Leaf leaf = leaves.floorEntry(key).getValue();
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
        Leaf leaf = leaves.floorEntry(key).getValue();
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
        Map.Entry<byte[], Leaf> entry = end == null ? leaves.lastEntry() : leaves.lowerEntry(end);
        Leaf leaf = entry.getValue();
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

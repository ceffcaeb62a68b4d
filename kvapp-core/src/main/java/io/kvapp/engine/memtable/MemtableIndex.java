package io.kvapp.engine.memtable;

import io.kvapp.engine.journal.JournalPosition;
import io.kvapp.engine.model.Cursor;
import java.util.concurrent.atomic.LongAdder;

/**
 * A sorted map from keys to journal positions that many threads change at once.
 *
 * <p>Entries lie in {@linkplain Leaf leaves}, each a stretch of keys behind a lock of its own; a
 * {@link LeafIndex}, which is copied with every new leaf, finds the leaf. A full leaf is split in
 * two, and knows the end of its stretch, so that a thread that comes to it by an old index looks
 * again (Lehman and Yao, "Efficient Locking for Concurrent Operations on B-Trees", 1981).
 *
 * <p>Entries are never removed. Safe for any thread.
 */
final class MemtableIndex {
  private static final byte[] START = {};

  final PackedPositions positions = new PackedPositions();
  private final LongAdder heapBytes = new LongAdder();
  private volatile LeafIndex leaves = new LeafIndex(new Leaf[] {new Leaf(START, null)});

  /** At most so many bytes of the heap do the keys take; exact while no thread adds one. */
  long heapBytes() {
    return heapBytes.sum();
  }

  LeafIndex leaves() {
    return leaves;
  }

  void put(byte[] key, JournalPosition position) {
    long packed = positions.pack(position);
    while (true) {
      Leaf leaf = leaves.floor(key);
      synchronized (leaf) {
        if (leaf.covers(key)) {
          int found = leaf.find(key);
          if (found >= 0) {
            leaf.set(found, position.revision, packed);
            return;
          }
          if (leaf.size < Leaf.MAX_ENTRIES) {
            // Before, since an adder may find no memory; too many bytes do no harm.
            heapBytes.add(Leaf.heapBytesOf(key.length));
            leaf.insert(-found - 1, key, position.revision, packed);
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
    Leaf right = leaf.part(from, leaf.size, leaf.key(from), leaf.high);
    Leaf left = leaf.part(0, from, leaf.low, right.low);
    // All that can fail for want of memory is done before the first change.
    add(right);
    leaf.become(left);
  }

  private synchronized void add(Leaf leaf) {
    leaves = leaves.with(leaf);
  }

  /** The position of a key; null where there is none. */
  JournalPosition get(byte[] key) {
    while (true) {
      Leaf leaf = leaves.floor(key);
      synchronized (leaf) {
        if (leaf.covers(key)) {
          int found = leaf.find(key);
          return found < 0 ? null : positions.unpack(leaf.positions[found], leaf.revisions[found]);
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
    return new LeafCursor(this, from, to, reverse);
  }
}

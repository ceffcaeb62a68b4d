package io.kvapp.engine.memtable;

import io.kvapp.engine.journal.JournalPosition;
import io.kvapp.engine.model.Cursor;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Steps through the keys of a {@link MemtableIndex}, of which it copies one leaf at a time.
 *
 * <p>For one thread, while others add keys.
 */
final class LeafCursor implements Cursor {
  private final MemtableIndex keys;
  private final byte[] from;
  private final byte[] to;
  private final boolean reverse;
  private long[] revisions;
  private long[] positions;
  private int[] keyAt;
  private byte[] bytes;
  private byte[] low;
  private byte[] high;
  private int at;
  private int size;
  private byte[] key;

  LeafCursor(MemtableIndex keys, byte[] from, byte[] to, boolean reverse) {
    this.keys = keys;
    this.from = from;
    this.to = to;
    this.reverse = reverse;
    if (reverse) {
      loadBelow(to);
    } else {
      load(from);
    }
  }

  /** Stands before the first key of a leaf that is not below {@code start}. */
  private void load(byte[] start) {
    while (true) {
      Leaf leaf = keys.leaves().floor(start);
      synchronized (leaf) {
        if (leaf.covers(start)) {
          copy(leaf);
          at = leaf.lowerBound(start) - 1;
          return;
        }
      }
    }
  }

  /** Stands behind the last key of a leaf that is below {@code end}. */
  private void loadBelow(byte[] end) {
    while (true) {
      Leaf leaf = end == null ? keys.leaves().last() : keys.leaves().lower(end);
      synchronized (leaf) {
        boolean reaches =
            leaf.high == null || end != null && Arrays.compareUnsigned(leaf.high, end) >= 0;
        if (reaches) {
          copy(leaf);
          at = end == null ? size : leaf.lowerBound(end);
          return;
        }
      }
    }
  }

  private void copy(Leaf leaf) {
    size = leaf.size;
    revisions = Arrays.copyOf(leaf.revisions, size);
    positions = Arrays.copyOf(leaf.positions, size);
    keyAt = Arrays.copyOf(leaf.keyAt, size);
    bytes = leaf.bytes;
    low = leaf.low;
    high = leaf.high;
  }

  @Override
  public boolean next() {
    key = null;
    return reverse ? stepBack() : stepForward();
  }

  private boolean stepForward() {
    while (++at >= size) {
      if (high == null) {
        at = size;
        return false;
      }
      load(high);
    }
    return to == null || Leaf.compare(bytes, keyAt[at], to) < 0;
  }

  private boolean stepBack() {
    while (--at < 0) {
      if (low.length == 0) {
        at = 0;
        return false;
      }
      loadBelow(low);
    }
    return Leaf.compare(bytes, keyAt[at], from) >= 0;
  }

  @Override
  public byte[] key() {
    if (key == null) {
      key = Leaf.copy(bytes, keyAt[at]);
    }
    return key;
  }

  @Override
  public byte[] ownKey() {
    return key();
  }

  @Override
  public long revision() {
    return revisions[at];
  }

  @Override
  public long expiresAt() {
    return position().expiresAt();
  }

  @Override
  public boolean isDelete() {
    return PackedPositions.isDelete(positions[at]);
  }

  @Override
  public int valueLength() {
    return position().valueLength();
  }

  @Override
  public byte[] value() {
    return position().value();
  }

  @Override
  public ByteBuffer valueBuffer() {
    return position().valueBuffer();
  }

  @Override
  public int valueChecksum() {
    return position().valueChecksum();
  }

  private JournalPosition position() {
    return keys.positions.unpack(positions[at], revisions[at]);
  }
}

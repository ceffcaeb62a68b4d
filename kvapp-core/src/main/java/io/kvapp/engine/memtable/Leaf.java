package io.kvapp.engine.memtable;

import io.kvapp.engine.model.KeyHeads;
import java.util.Arrays;

/**
 * The keys from {@code low}, included, to {@code high}, excluded, in sorted arrays of numbers.
 *
 * <p>A search compares the {@linkplain KeyHeads heads} of keys behind the prefix that all keys of
 * the leaf share, and touches a key itself only at a tie.
 *
 * <p>Guarded by its own monitor, which the caller holds.
 */
final class Leaf {
  static final int MAX_ENTRIES = 256;
  private static final int FIRST_KEY_BYTES = 1024;
  private static final int LENGTH_BYTES = Short.BYTES;

  /** What an entry takes beside its key in the arrays, and its part of the leaf and its index. */
  private static final int BYTES_BESIDE_KEY = 3 * Long.BYTES + Integer.BYTES + 4 * LENGTH_BYTES;

  final byte[] low;
  final long[] heads = new long[MAX_ENTRIES];
  final long[] revisions = new long[MAX_ENTRIES];
  final long[] positions = new long[MAX_ENTRIES];

  /** Where each key stands in {@link #bytes}: its length as two bytes, then itself. */
  final int[] keyAt = new int[MAX_ENTRIES];

  /** The used part never changes, so a cursor that copied the reference reads without the lock. */
  byte[] bytes = new byte[FIRST_KEY_BYTES];

  /** Null for no end. */
  byte[] high;

  int size;
  private int usedBytes;
  private int sharedBytes;

  Leaf(byte[] low, byte[] high) {
    this.low = low;
    bound(high);
  }

  /**
   * So many bytes of the heap an entry with a key of this length takes at most: a leaf is at least
   * half full, and so are its bytes.
   */
  static long heapBytesOf(int keyBytes) {
    return 2L * (keyBytes + BYTES_BESIDE_KEY);
  }

  private void bound(byte[] newHigh) {
    high = newHigh;
    sharedBytes = newHigh == null ? 0 : Arrays.mismatch(low, newHigh);
  }

  boolean covers(byte[] key) {
    return high == null || Arrays.compareUnsigned(key, high) < 0;
  }

  /** The index of a key, or the index where it belongs, negated and less one. */
  int find(byte[] key) {
    long head = KeyHeads.of(key, sharedBytes);
    int from = KeyHeads.firstNotBelow(heads, 0, size, head);
    if (from == size || heads[from] != head) {
      return -from - 1;
    }
    int to = KeyHeads.firstAbove(heads, from, size, head);
    while (from < to) {
      int middle = (from + to) >>> 1;
      int order = compare(bytes, keyAt[middle], key);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return -from - 1;
  }

  /** The first index whose key is not below {@code key}. */
  int lowerBound(byte[] key) {
    int found = find(key);
    return found < 0 ? -found - 1 : found;
  }

  byte[] key(int at) {
    return copy(bytes, keyAt[at]);
  }

  void set(int at, long revision, long position) {
    revisions[at] = revision;
    positions[at] = position;
  }

  /** Inserts a key; when memory is short nothing has changed. */
  void insert(int at, byte[] key, long revision, long position) {
    int newKeyAt = append(key);
    int moved = size - at;
    System.arraycopy(heads, at, heads, at + 1, moved);
    System.arraycopy(revisions, at, revisions, at + 1, moved);
    System.arraycopy(positions, at, positions, at + 1, moved);
    System.arraycopy(keyAt, at, keyAt, at + 1, moved);
    heads[at] = KeyHeads.of(key, sharedBytes);
    keyAt[at] = newKeyAt;
    set(at, revision, position);
    size++;
  }

  private int append(byte[] key) {
    int at = usedBytes;
    int end = at + LENGTH_BYTES + key.length;
    if (end > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(end, 2 * bytes.length));
    }
    bytes[at] = (byte) (key.length >>> Byte.SIZE);
    bytes[at + 1] = (byte) key.length;
    System.arraycopy(key, 0, bytes, at + LENGTH_BYTES, key.length);
    usedBytes = end;
    return at;
  }

  /** A new leaf with the entries from one index to another, the keys up to {@code newHigh}. */
  Leaf part(int from, int to, byte[] newLow, byte[] newHigh) {
    Leaf part = new Leaf(newLow, newHigh);
    part.bytes = new byte[Math.max(FIRST_KEY_BYTES, 2 * (usedBytes * (to - from) / MAX_ENTRIES))];
    for (int i = from; i < to; i++) {
      part.insert(i - from, key(i), revisions[i], positions[i]);
    }
    return part;
  }

  /** Becomes the same as another leaf with the same lowest key; cannot fail. */
  void become(Leaf other) {
    high = other.high;
    sharedBytes = other.sharedBytes;
    size = other.size;
    bytes = other.bytes;
    usedBytes = other.usedBytes;
    System.arraycopy(other.heads, 0, heads, 0, size);
    System.arraycopy(other.revisions, 0, revisions, 0, size);
    System.arraycopy(other.positions, 0, positions, 0, size);
    System.arraycopy(other.keyAt, 0, keyAt, 0, size);
  }

  private static int length(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << Byte.SIZE | bytes[at + 1] & 0xff;
  }

  static byte[] copy(byte[] bytes, int at) {
    int from = at + LENGTH_BYTES;
    return Arrays.copyOfRange(bytes, from, from + length(bytes, at));
  }

  /** Compares the key that stands at an offset with another. */
  static int compare(byte[] bytes, int at, byte[] key) {
    int from = at + LENGTH_BYTES;
    return Arrays.compareUnsigned(bytes, from, from + length(bytes, at), key, 0, key.length);
  }
}

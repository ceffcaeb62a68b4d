package io.kvapp.engine.memtable;

import io.kvapp.engine.journal.JournalPosition;
import io.kvapp.engine.journal.JournalSegment;
import io.kvapp.engine.model.Cursor;
import io.kvapp.engine.model.KeyHeads;
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
 * <p>Keys and slots lie in arrays of numbers: an object for each of them costs the garbage
 * collector as much as the rest of a put.
 *
 * <p>Entries are never removed. Safe for any thread.
 */
final class MemtableIndex {
  private static final int LEAF_ENTRIES = 256;
  private static final int FIRST_KEY_BYTES = 1024;
  private static final int LENGTH_BYTES = Short.BYTES;
  private static final byte[] START = {};

  private final LongAdder count = new LongAdder();
  private final Places places = new Places();
  private volatile Index index = new Index(new Leaf[] {new Leaf(START, null)});

  /** How many keys there are; exact while nobody adds one. */
  long count() {
    return count.sum();
  }

  void put(byte[] key, JournalPosition slot) {
    long place = places.of(slot);
    while (true) {
      Leaf leaf = index.floor(key);
      synchronized (leaf) {
        if (leaf.covers(key)) {
          int found = leaf.find(key);
          if (found >= 0) {
            leaf.set(found, slot.revision, place);
            return;
          }
          if (leaf.size < LEAF_ENTRIES) {
            leaf.insert(-found - 1, key, slot.revision, place);
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
    Leaf right = new Leaf(leaf.key(from), leaf.high);
    for (int i = from; i < leaf.size; i++) {
      right.insert(i - from, leaf.key(i), leaf.revisions[i], leaf.places[i]);
    }
    add(right);
    leaf.cut(from, right.low);
  }

  private synchronized void add(Leaf leaf) {
    index = index.with(leaf);
  }

  /** The slot of a key; null where there is none. */
  JournalPosition get(byte[] key) {
    while (true) {
      Leaf leaf = index.floor(key);
      synchronized (leaf) {
        if (leaf.covers(key)) {
          int found = leaf.find(key);
          return found < 0 ? null : places.slot(leaf.places[found], leaf.revisions[found]);
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

  /** Slots but for their revisions as numbers: the segment, two flags and the offset. */
  private static final class Places {
    private static final int SEGMENT_SHIFT = 33;
    private static final long DELETE = 1L << 32;
    private static final long EXPIRES = 1L << 31;

    /** Those that a place names by their positions; the first one stands for none. */
    private volatile JournalSegment[] segments = {null};

    long of(JournalPosition slot) {
      return (long) number(slot.segment) << SEGMENT_SHIFT
          | (slot.isDelete() ? DELETE : 0)
          | (slot.expires() ? EXPIRES : 0)
          | slot.offset;
    }

    private int number(JournalSegment segment) {
      int known = find(segment);
      return known < 0 ? add(segment) : known;
    }

    private int find(JournalSegment segment) {
      JournalSegment[] all = segments;
      int number = all.length - 1;
      while (number >= 0 && all[number] != segment) {
        number--;
      }
      return number;
    }

    private synchronized int add(JournalSegment segment) {
      int known = find(segment);
      if (known >= 0) {
        return known;
      }
      JournalSegment[] more = Arrays.copyOf(segments, segments.length + 1);
      more[more.length - 1] = segment;
      segments = more;
      return more.length - 1;
    }

    JournalPosition slot(long place, long revision) {
      boolean expires = (place & EXPIRES) != 0;
      return new JournalPosition(segment(place), offset(place), revision, isDelete(place), expires);
    }

    JournalSegment segment(long place) {
      return segments[(int) (place >>> SEGMENT_SHIFT)];
    }

    static int offset(long place) {
      return (int) place & Integer.MAX_VALUE;
    }

    public static boolean isDelete(long place) {
      return (place & DELETE) != 0;
    }
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
        heads[i] = KeyHeads.of(leaves[i].low, prefix.length);
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
      moreHeads[at] = KeyHeads.of(leaf.low, prefix.length);
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
      long head = KeyHeads.of(key, prefix.length);
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
    final long[] revisions = new long[LEAF_ENTRIES];
    final long[] places = new long[LEAF_ENTRIES];

    /** Where each key stands in {@link #bytes}: its length as two bytes, then itself. */
    final int[] keyAt = new int[LEAF_ENTRIES];

    /** What is in use of it never changes: who holds it may read without the lock. */
    byte[] bytes = new byte[FIRST_KEY_BYTES];

    int used;
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
      long head = KeyHeads.of(key, shared);
      int from = 0;
      int to = size - 1;
      while (from <= to) {
        int middle = (from + to) >>> 1;
        int order = Long.compareUnsigned(heads[middle], head);
        if (order == 0) {
          order = compare(bytes, keyAt[middle], key);
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

    /** The first place whose key is not below {@code key}. */
    int lowerBound(byte[] key) {
      int found = find(key);
      return found < 0 ? -found - 1 : found;
    }

    public byte[] key(int at) {
      return copy(bytes, keyAt[at]);
    }

    void set(int at, long revision, long place) {
      revisions[at] = revision;
      places[at] = place;
    }

    void insert(int at, byte[] key, long revision, long place) {
      int moved = size - at;
      System.arraycopy(heads, at, heads, at + 1, moved);
      System.arraycopy(revisions, at, revisions, at + 1, moved);
      System.arraycopy(places, at, places, at + 1, moved);
      System.arraycopy(keyAt, at, keyAt, at + 1, moved);
      heads[at] = KeyHeads.of(key, shared);
      keyAt[at] = append(key);
      set(at, revision, place);
      size++;
    }

    private int append(byte[] key) {
      int at = used;
      int end = at + LENGTH_BYTES + key.length;
      if (end > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(end, 2 * bytes.length));
      }
      bytes[at] = (byte) (key.length >>> Byte.SIZE);
      bytes[at + 1] = (byte) key.length;
      System.arraycopy(key, 0, bytes, at + LENGTH_BYTES, key.length);
      used = end;
      return at;
    }

    /** Drops the entries from {@code from} on, which another leaf has now. */
    void cut(int from, byte[] newHigh) {
      bound(newHigh);
      size = from;
      byte[] before = bytes;
      bytes = new byte[Math.max(FIRST_KEY_BYTES, 2 * (used * from / LEAF_ENTRIES))];
      used = 0;
      for (int i = 0; i < size; i++) {
        byte[] key = copy(before, keyAt[i]);
        heads[i] = KeyHeads.of(key, shared);
        keyAt[i] = append(key);
      }
    }

    private static int length(byte[] bytes, int at) {
      return (bytes[at] & 0xff) << Byte.SIZE | bytes[at + 1] & 0xff;
    }

    static byte[] copy(byte[] bytes, int at) {
      int from = at + LENGTH_BYTES;
      return Arrays.copyOfRange(bytes, from, from + length(bytes, at));
    }

    /** Compares the key that stands at some place with another. */
    static int compare(byte[] bytes, int at, byte[] key) {
      int from = at + LENGTH_BYTES;
      return Arrays.compareUnsigned(bytes, from, from + length(bytes, at), key, 0, key.length);
    }
  }

  /** Copies one leaf at a time. */
  private final class LeafCursor implements Cursor {
    private final byte[] from;
    private final byte[] to;
    private final boolean reverse;
    private long[] revisions;
    private long[] leafPlaces;
    private int[] keyAt;
    private byte[] bytes;
    private byte[] low;
    private byte[] high;
    private int at;
    private int size;
    private byte[] key;

    LeafCursor(byte[] from, byte[] to, boolean reverse) {
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
        Leaf leaf = index.floor(start);
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
        Leaf leaf = end == null ? index.last() : index.lower(end);
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
      leafPlaces = Arrays.copyOf(leaf.places, size);
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
      return slot().expiresAt();
    }

    @Override
    public boolean isDelete() {
      return Places.isDelete(leafPlaces[at]);
    }

    @Override
    public int valueLength() {
      return slot().valueLength();
    }

    @Override
    public byte[] value() {
      return slot().value();
    }

    private JournalPosition slot() {
      return places.slot(leafPlaces[at], revisions[at]);
    }
  }
}

package io.kvapp.engine.memtable;

import io.kvapp.engine.journal.JournalPosition;
import io.kvapp.engine.journal.JournalSegment;
import java.util.Arrays;

/**
 * Journal positions as numbers, but for their revisions: the segment, two flags and the offset. An
 * object for each position would cost the garbage collector as much as the rest of a put.
 *
 * <p>Safe for any thread.
 */
final class PackedPositions {
  private static final int SEGMENT_SHIFT = 33;
  private static final long DELETE = 1L << 32;
  private static final long EXPIRES = 1L << 31;

  /** A packed position names one by its place in this array; the first one stands for none. */
  private volatile JournalSegment[] segments = {null};

  long pack(JournalPosition position) {
    return (long) indexOf(position.segment) << SEGMENT_SHIFT
        | (position.isDelete() ? DELETE : 0)
        | (position.expires() ? EXPIRES : 0)
        | position.offset;
  }

  private int indexOf(JournalSegment segment) {
    int known = find(segment);
    return known < 0 ? add(segment) : known;
  }

  private int find(JournalSegment segment) {
    JournalSegment[] all = segments;
    int index = all.length - 1;
    while (index >= 0 && all[index] != segment) {
      index--;
    }
    return index;
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

  JournalPosition unpack(long packed, long revision) {
    boolean expires = (packed & EXPIRES) != 0;
    return new JournalPosition(
        segment(packed), offset(packed), revision, isDelete(packed), expires);
  }

  private JournalSegment segment(long packed) {
    return segments[(int) (packed >>> SEGMENT_SHIFT)];
  }

  private static int offset(long packed) {
    return (int) packed & Integer.MAX_VALUE;
  }

  static boolean isDelete(long packed) {
    return (packed & DELETE) != 0;
  }
}

package io.kvapp.engine.tree;

import io.kvapp.engine.model.Cursor;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * Steps through the entries of a version, expired ones included, and over the marks of deletes
 * between them: with the {@link EmptyRanges} in O(log n) for each stretch of marks that was walked
 * before.
 *
 * <p>For one thread.
 */
final class LiveCursor implements Cursor {
  /** So many marks in a row, and it pays to remember them. */
  private static final int MIN_MARKS = 32;

  /** A jump over a range costs about as much as so many steps. */
  private static final int MARKS_PER_JUMP = 8;

  private static final int STEPS_BETWEEN_LOOKS = 8;
  private static final int STEPS_BETWEEN_PAUSES = 1024;

  private final Version version;
  private final EmptyRanges ranges;
  private final BooleanSupplier isNewest;
  private final Runnable pace;
  private final byte[] from;
  private final byte[] to;
  private final boolean reverse;
  private Cursor changes;

  private EmptyRanges.Walk walk;
  private byte[] firstMark;
  private boolean mayWalk = true;
  private long marks;

  /**
   * A cursor before the first entry of a range.
   *
   * @param isNewest whether the active memtable of the version still takes changes
   * @param pace called now and then between two entries; what it throws ends the step
   */
  LiveCursor(
      Version version,
      EmptyRanges ranges,
      BooleanSupplier isNewest,
      Runnable pace,
      byte[] from,
      byte[] to,
      boolean reverse) {
    this.version = version;
    this.ranges = ranges;
    this.isNewest = isNewest;
    this.pace = pace;
    this.from = from;
    this.to = to;
    this.reverse = reverse;
    this.changes = version.entries(from, to, reverse);
  }

  @Override
  public boolean next() {
    if (!changes.next()) {
      return false;
    }
    return !changes.isDelete() || passMarks();
  }

  /** Goes on to the next entry from a mark. */
  private boolean passMarks() {
    marks = 0;
    firstMark = changes.key();
    long steps = 0;
    try {
      boolean found = true;
      while (found && changes.isDelete()) {
        if (steps % STEPS_BETWEEN_PAUSES == STEPS_BETWEEN_PAUSES - 1) {
          pace.run();
        }
        found = steps % STEPS_BETWEEN_LOOKS == 0 ? jumpOrStep() : step();
        steps++;
      }
      if (walk != null) {
        remember(found);
      }
      return found;
    } finally {
      ranges.countSteps(steps);
      if (walk != null) {
        walk.abandon();
        walk = null;
      }
    }
  }

  private boolean step() {
    marks++;
    return changes.next();
  }

  private boolean jumpOrStep() {
    byte[] key = changes.key();
    EmptyRanges.Range known = ranges.find(key, version.active.number());
    if (known != null) {
      marks += MARKS_PER_JUMP;
      return reverse ? reopen(from, known.from()) : known.to() != null && reopen(known.to(), to);
    }
    if (walk == null && mayWalk && marks >= MIN_MARKS) {
      walk = ranges.begin(firstMark, reverse, version.active.number());
      if (isNewest.getAsBoolean()) {
        // What was put before the walk began may have come behind this cursor's look at it.
        marks = 0;
        return reverse ? reopen(from, EmptyRanges.behind(firstMark)) : reopen(firstMark, to);
      }
      walk.abandon();
      walk = null;
      mayWalk = false;
    }
    return step();
  }

  private boolean reopen(byte[] low, byte[] high) {
    if (high != null && Arrays.compareUnsigned(low, high) >= 0) {
      return false;
    }
    changes = version.entries(low, high, reverse);
    return changes.next();
  }

  private void remember(boolean found) {
    if (reverse) {
      byte[] start = found ? EmptyRanges.behind(changes.key()) : from;
      walk.end(start, EmptyRanges.behind(firstMark), marks);
    } else {
      walk.end(firstMark, found ? changes.key().clone() : to, marks);
    }
    walk = null;
  }

  @Override
  public byte[] key() {
    return changes.key();
  }

  @Override
  public byte[] ownKey() {
    return changes.ownKey();
  }

  @Override
  public long revision() {
    return changes.revision();
  }

  @Override
  public long expiresAt() {
    return changes.expiresAt();
  }

  @Override
  public boolean isDelete() {
    return false;
  }

  @Override
  public int valueLength() {
    return changes.valueLength();
  }

  @Override
  public byte[] value() {
    return changes.value();
  }
}

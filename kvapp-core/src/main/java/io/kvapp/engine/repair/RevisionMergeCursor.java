package io.kvapp.engine.repair;

import io.kvapp.engine.model.Cursor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Several cursors of unknown age as one: where more than one has a change of a key, that of the
 * highest revision counts.
 *
 * <p>For one thread.
 */
final class RevisionMergeCursor implements Cursor {
  private final PriorityQueue<Cursor> cursors =
      new PriorityQueue<>(
          Comparator.comparing(Cursor::key, Arrays::compareUnsigned)
              .thenComparing(Cursor::revision, Comparator.reverseOrder()));
  private Cursor current;

  /**
   * A cursor over these.
   *
   * @param upwards none of which was stepped yet
   */
  RevisionMergeCursor(List<Cursor> upwards) {
    for (Cursor cursor : upwards) {
      step(cursor);
    }
  }

  private void step(Cursor cursor) {
    if (cursor.next()) {
      cursors.add(cursor);
    }
  }

  @Override
  public boolean next() {
    if (current != null) {
      byte[] passed = current.key();
      step(current);
      while (!cursors.isEmpty() && Arrays.equals(passed, cursors.peek().key())) {
        step(cursors.poll());
      }
    }
    current = cursors.poll();
    return current != null;
  }

  @Override
  public byte[] key() {
    return current.key();
  }

  @Override
  public byte[] ownKey() {
    return current.ownKey();
  }

  @Override
  public long revision() {
    return current.revision();
  }

  @Override
  public long expiresAt() {
    return current.expiresAt();
  }

  @Override
  public boolean isDelete() {
    return current.isDelete();
  }

  @Override
  public int valueLength() {
    return current.valueLength();
  }

  @Override
  public byte[] value() {
    return current.value();
  }

  @Override
  public int valueChecksum() {
    return current.valueChecksum();
  }
}

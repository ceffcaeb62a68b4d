package io.kvapp.engine.model;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Several cursors as one: where more than one has a change of a key, that of the newest counts and
 * the others are passed over.
 *
 * <p>For one thread.
 */
public class MergeCursor implements Cursor {
  private final Cursor[] cursors;
  private final int[] ages;
  private final int direction;
  private int count;
  private boolean started;

  /**
   * A cursor over these.
   *
   * @param newestFirst the cursors, none of which was stepped yet
   * @param reverse whether they run downwards
   */
  public MergeCursor(List<Cursor> newestFirst, boolean reverse) {
    cursors = newestFirst.toArray(Cursor[]::new);
    ages = new int[cursors.length];
    direction = reverse ? -1 : 1;
  }

  @Override
  public boolean next() {
    if (!started) {
      start();
    } else if (count == 1) {
      count = cursors[0].next() ? 1 : 0;
    } else if (count > 1) {
      byte[] passed = cursors[0].key();
      do {
        stepFirst();
      } while (count > 0 && Arrays.equals(passed, cursors[0].key()));
    }
    return count > 0;
  }

  private void start() {
    started = true;
    Cursor[] all = cursors.clone();
    for (int age = 0; age < all.length; age++) {
      if (all[age].next()) {
        insert(all[age], age, count++);
      }
    }
  }

  private void stepFirst() {
    Cursor stepped = cursors[0];
    int age = ages[0];
    if (!stepped.next()) {
      count--;
      System.arraycopy(cursors, 1, cursors, 0, count);
      System.arraycopy(ages, 1, ages, 0, count);
      return;
    }
    int passed = passed(stepped, age);
    System.arraycopy(cursors, 1, cursors, 0, passed);
    System.arraycopy(ages, 1, ages, 0, passed);
    cursors[passed] = stepped;
    ages[passed] = age;
  }

  /** How many of the others are before the first one, which has been stepped. */
  private int passed(Cursor stepped, int age) {
    int passed = 0;
    int distance = 1;
    while (passed + distance < count && isBehind(stepped, age, passed + distance)) {
      passed += distance;
      distance *= 2;
    }
    int end = Math.min(count, passed + distance);
    while (end - passed > 1) {
      int middle = (passed + end) >>> 1;
      if (isBehind(stepped, age, middle)) {
        passed = middle;
      } else {
        end = middle;
      }
    }
    return passed;
  }

  private void insert(Cursor cursor, int age, int used) {
    int at = used;
    while (at > 0 && !isBehind(cursor, age, at - 1)) {
      cursors[at] = cursors[at - 1];
      ages[at] = ages[at - 1];
      at--;
    }
    cursors[at] = cursor;
    ages[at] = age;
  }

  private boolean isBehind(Cursor cursor, int age, int other) {
    int order = direction * Arrays.compareUnsigned(cursor.key(), cursors[other].key());
    return order > 0 || order == 0 && age > ages[other];
  }

  @Override
  public byte[] key() {
    return cursors[0].key();
  }

  @Override
  public byte[] ownKey() {
    return cursors[0].ownKey();
  }

  @Override
  public long revision() {
    return cursors[0].revision();
  }

  @Override
  public long expiresAt() {
    return cursors[0].expiresAt();
  }

  @Override
  public boolean isDelete() {
    return cursors[0].isDelete();
  }

  @Override
  public int valueLength() {
    return cursors[0].valueLength();
  }

  @Override
  public byte[] value() {
    return cursors[0].value();
  }

  @Override
  public ByteBuffer valueBuffer() {
    return cursors[0].valueBuffer();
  }

  @Override
  public int valueChecksum() {
    return cursors[0].valueChecksum();
  }
}

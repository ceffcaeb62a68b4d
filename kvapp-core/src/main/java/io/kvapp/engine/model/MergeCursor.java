package io.kvapp.engine.model;

import java.util.Arrays;
import java.util.List;

/**
 * Several sorted sources as one: of a key that more than one source knows, the change of the newest
 * source counts and the others are passed over.
 *
 * <p>For one thread.
 */
public class MergeCursor implements Cursor {
  private final Cursor[] sources;
  private final int[] ages;
  private final int direction;
  private int count;
  private boolean started;

  /**
   * A cursor over these sources.
   *
   * @param newestFirst the sources, none of which was stepped yet
   * @param reverse whether they run downwards
   */
  public MergeCursor(List<Cursor> newestFirst, boolean reverse) {
    sources = newestFirst.toArray(Cursor[]::new);
    ages = new int[sources.length];
    direction = reverse ? -1 : 1;
  }

  @Override
  public boolean next() {
    if (!started) {
      start();
    } else if (count == 1) {
      count = sources[0].next() ? 1 : 0;
    } else if (count > 1) {
      byte[] passed = sources[0].key();
      do {
        stepFirst();
      } while (count > 0 && Arrays.equals(passed, sources[0].key()));
    }
    return count > 0;
  }

  private void start() {
    started = true;
    Cursor[] all = sources.clone();
    for (int age = 0; age < all.length; age++) {
      if (all[age].next()) {
        insert(all[age], age, count++);
      }
    }
  }

  private void stepFirst() {
    Cursor stepped = sources[0];
    int age = ages[0];
    if (!stepped.next()) {
      count--;
      System.arraycopy(sources, 1, sources, 0, count);
      System.arraycopy(ages, 1, ages, 0, count);
      return;
    }
    int at = 0;
    while (at + 1 < count && isBehind(stepped, age, at + 1)) {
      sources[at] = sources[at + 1];
      ages[at] = ages[at + 1];
      at++;
    }
    sources[at] = stepped;
    ages[at] = age;
  }

  private void insert(Cursor source, int age, int used) {
    int at = used;
    while (at > 0 && !isBehind(source, age, at - 1)) {
      sources[at] = sources[at - 1];
      ages[at] = ages[at - 1];
      at--;
    }
    sources[at] = source;
    ages[at] = age;
  }

  private boolean isBehind(Cursor source, int age, int other) {
    int order = direction * Arrays.compareUnsigned(source.key(), sources[other].key());
    return order > 0 || order == 0 && age > ages[other];
  }

  @Override
  public byte[] key() {
    return sources[0].key();
  }

  @Override
  public byte[] ownKey() {
    return sources[0].ownKey();
  }

  @Override
  public long revision() {
    return sources[0].revision();
  }

  @Override
  public long expiresAt() {
    return sources[0].expiresAt();
  }

  @Override
  public boolean isDelete() {
    return sources[0].isDelete();
  }

  @Override
  public int valueLength() {
    return sources[0].valueLength();
  }

  @Override
  public byte[] value() {
    return sources[0].value();
  }
}

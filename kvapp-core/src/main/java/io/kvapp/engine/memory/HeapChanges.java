package io.kvapp.engine.memory;

import io.kvapp.Change;
import io.kvapp.Entry;
import io.kvapp.engine.changes.ChangeLog;
import io.kvapp.engine.changes.ChangeSignal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The past changes of a store in the heap: a ring of so many bytes, from which each reader takes
 * copies at its own pace.
 *
 * <p>Written by one thread at a time, read by any.
 */
final class HeapChanges implements ChangeLog {
  private static final int HEAP_SHARE = 16;
  private static final int FIRST_ROOM = 64;

  /** About what a change takes beside its key and value. */
  private static final int BYTES_PER_CHANGE = 128;

  private static final byte[] EMPTY = {};

  private record Recorded(long revision, List<Change> changes, long bytes) {}

  private final ChangeSignal signal = new ChangeSignal();
  private final BooleanSupplier open;
  private final Runnable tick;
  private final long maxBytes;
  private final List<Change> pending = new ArrayList<>();
  private volatile long revision;

  /** A power of two of places, in which {@link #count} are taken from {@link #first} on. */
  private Recorded[] ring = new Recorded[FIRST_ROOM];

  private int first;
  private int count;
  private long bytes;

  /** Behind it all changes are in the ring. */
  private long oldest;

  /**
   * No changes yet.
   *
   * @param maxBytes how many to keep, within a share of the heap
   * @param revision the one behind which the first change comes
   * @param open whether the store is
   * @param tick has what is due expire
   */
  HeapChanges(long maxBytes, long revision, BooleanSupplier open, Runnable tick) {
    this.open = open;
    this.tick = tick;
    this.maxBytes = Math.min(maxBytes, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
    this.revision = revision;
    this.oldest = revision;
  }

  /** Adds a change to those of the revision that is written. */
  void put(Entry entry) {
    pending.add(
        new Change(
            Change.Kind.PUT,
            entry.key(),
            entry.value(),
            entry.revision(),
            entry.expiresAtMillis()));
  }

  void delete(byte[] key) {
    pending.add(new Change(Change.Kind.DELETE, key, EMPTY, 0, 0));
  }

  void expire(Entry entry) {
    pending.add(new Change(Change.Kind.EXPIRE, entry.key(), EMPTY, 0, entry.expiresAtMillis()));
  }

  /** Makes what was added readable, all under one revision, up to which all is visible. */
  void record(long written) {
    if (!pending.isEmpty()) {
      long size = 0;
      for (Change change : pending) {
        size += change.key().length + change.value().length + BYTES_PER_CHANGE;
      }
      add(new Recorded(written, List.copyOf(pending), size));
      pending.clear();
    }
    revision = written;
  }

  private synchronized void add(Recorded recorded) {
    if (count == ring.length) {
      Recorded[] larger = new Recorded[2 * count];
      for (int i = 0; i < count; i++) {
        larger[i] = at(i);
      }
      ring = larger;
      first = 0;
    }
    ring[first + count & ring.length - 1] = recorded;
    count++;
    bytes += recorded.bytes;
    while (bytes > maxBytes) {
      oldest = at(0).revision;
      bytes -= at(0).bytes;
      ring[first] = null;
      first = first + 1 & ring.length - 1;
      count--;
    }
  }

  private Recorded at(int index) {
    return ring[first + index & ring.length - 1];
  }

  /** Forgets everything, as not all changes up to this revision were told. */
  synchronized void forget(long upTo) {
    pending.clear();
    Arrays.fill(ring, null);
    count = 0;
    bytes = 0;
    oldest = upTo;
  }

  @Override
  public long revision() {
    return revision;
  }

  @Override
  public ChangeSignal signal() {
    return signal;
  }

  @Override
  public void tick() {
    tick.run();
  }

  @Override
  public boolean isOpen() {
    return open.getAsBoolean();
  }

  /** How many bytes of heap the changes take. */
  synchronized long bytes() {
    return bytes;
  }

  @Override
  public synchronized long oldest() {
    return oldest;
  }

  @Override
  public Cursor open(long after) {
    return after < oldest() || after > revision ? null : new RingCursor(after);
  }

  /** The first revision in the ring above another; null where there is none. */
  private synchronized Recorded above(long position) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (at(middle).revision > position) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low < count ? at(low) : null;
  }

  private final class RingCursor implements Cursor {
    private long position;

    RingCursor(long position) {
      this.position = position;
    }

    @Override
    public long next(long limit, Selection selection, List<Change> changes) {
      Recorded next = above(position);
      if (position < oldest()) {
        return GONE;
      }
      if (next == null || next.revision > limit) {
        return NONE;
      }
      List<Change> wanted = new ArrayList<>();
      long bytes = 0;
      for (Change change : next.changes) {
        if (selection.wants(change.key(), next.revision)) {
          wanted.add(change);
          bytes += Selection.CHANGE_BYTES + change.key().length;
          bytes += selection.wantsValue(change.valueBytes()) ? change.valueBytes() : 0;
        }
      }
      if (!wanted.isEmpty()) {
        selection.room(bytes);
      }
      position = next.revision;
      for (Change change : wanted) {
        changes.add(copy(change, !selection.wantsValue(change.valueBytes())));
      }
      return position;
    }

    private Change copy(Change change, boolean keyOnly) {
      return new Change(
          change.kind(),
          change.key().clone(),
          keyOnly ? EMPTY : change.value().clone(),
          position,
          change.expiresAtMillis(),
          change.valueBytes());
    }
  }
}

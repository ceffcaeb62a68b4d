package io.kvapp.engine.changes;

import io.kvapp.Change;
import java.util.List;

/**
 * The past changes of a store, as far as they are kept.
 *
 * <p>Safe for any thread.
 */
public interface ChangeLog {
  /** The highest revision up to which all writes are visible to every reader of the store. */
  long revision();

  /** The lowest revision behind which all changes are kept. */
  long oldest();

  /**
   * A cursor behind a revision that was given out; null if not all changes behind it are kept, or
   * it was never given out by the store as it is.
   */
  Cursor open(long after);

  /** Where those wait who have seen all there is. */
  ChangeSignal signal();

  /** Has what is due happen, such as the removal of expired entries; called while waiting. */
  default void tick() {}

  /** Whether the store is open. */
  boolean isOpen();

  /** Which changes are wanted. */
  interface Selection {
    /** About as many bytes does a change take besides its key and value. */
    long CHANGE_BYTES = 100;

    boolean wants(byte[] key, long revision);

    /** Whether a value of so many bytes is read; its change is there in any case. */
    boolean wantsValue(int bytes);

    /**
     * Is told how many bytes of heap the wanted changes of a revision take, before they are read.
     * The cursor stays where it is if this throws.
     */
    void room(long bytes);
  }

  /** Steps through revisions. For one thread at a time. */
  interface Cursor {
    /** There is no other revision up to the limit. */
    long NONE = 0;

    /** What comes next is no longer kept. */
    long GONE = -1;

    /**
     * Goes on to the next revision.
     *
     * @param limit at most {@link ChangeLog#revision()} as it was before this call
     * @param changes takes the wanted changes of that revision
     * @return that revision, {@link #NONE} or {@link #GONE}
     */
    long next(long limit, Selection selection, List<Change> changes);
  }
}

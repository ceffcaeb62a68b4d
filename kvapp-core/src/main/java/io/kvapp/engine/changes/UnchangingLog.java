package io.kvapp.engine.changes;

import java.util.function.BooleanSupplier;

/**
 * The changes of a store that is only read: there are none, and nothing is known of earlier ones.
 *
 * <p>Safe for any thread.
 */
public final class UnchangingLog implements ChangeLog {
  private final long revision;
  private final BooleanSupplier open;
  private final ChangeSignal signal = new ChangeSignal();

  /** The log of a store that stays at a revision. */
  public UnchangingLog(long revision, BooleanSupplier open) {
    this.revision = revision;
    this.open = open;
  }

  @Override
  public long revision() {
    return revision;
  }

  @Override
  public long oldest() {
    return revision;
  }

  @Override
  public Cursor open(long after) {
    return after == revision ? (limit, selection, changes) -> Cursor.NONE : null;
  }

  @Override
  public ChangeSignal signal() {
    return signal;
  }

  @Override
  public boolean isOpen() {
    return open.getAsBoolean();
  }
}

package io.kvapp.engine;

import io.kvapp.engine.changes.ChangeLog;
import io.kvapp.engine.changes.ChangeSignal;
import io.kvapp.engine.changes.Watermark;
import io.kvapp.engine.journal.Journal;
import java.util.function.BooleanSupplier;

/**
 * The past changes of a store in a folder: its journal, read up to the {@link Watermark}.
 *
 * <p>Safe for any thread.
 */
final class JournalChanges implements ChangeLog {
  private final Journal journal;
  private final Watermark watermark;
  private final BooleanSupplier open;
  private final ChangeSignal signal = new ChangeSignal();

  JournalChanges(Journal journal, Watermark watermark, BooleanSupplier open) {
    this.journal = journal;
    this.watermark = watermark;
    this.open = open;
  }

  @Override
  public long revision() {
    return watermark.revision();
  }

  @Override
  public long oldest() {
    return journal.history().oldest();
  }

  @Override
  public Cursor open(long after) {
    return journal.history().cursor(after, journal.revision());
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

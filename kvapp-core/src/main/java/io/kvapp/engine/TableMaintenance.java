package io.kvapp.engine;

import io.kvapp.KVException;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.hashtable.HashTableUpkeep;
import io.kvapp.engine.journal.Journal;
import io.kvapp.engine.tree.VersionSet;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The part of the {@link Maintenance} that keeps the hash table whole, on the disk and of fitting
 * size: decides when what is done of that.
 *
 * <p>For one background thread, which is never interrupted; {@link #copying} is for any.
 */
final class TableMaintenance {
  /** So many are copied in a second or two. */
  private static final long COPIED_BY_A_CLOSE = 500_000;

  /** Held while SSTables are compacted, or the hash table copied without need: one at a time. */
  final ReentrantLock copying = new ReentrantLock();

  private final HashIndex index;
  private final HashTableUpkeep tables;
  private final VersionSet versions;
  private final Journal journal;
  private final ActivityMeter activity;
  private final BooleanSupplier closing;
  private final Runnable progress;
  private final Runnable workAgain;
  private final HashTableSync tableSync;
  private boolean checkedAhead;
  private boolean fillingFailed;

  /**
   * The maintenance of the hash table of a store.
   *
   * @param closing whether the store is to close
   * @param progress is run when there is room in the hash table again
   * @param workAgain has {@link #work} called once more
   */
  TableMaintenance(
      StoreParts parts,
      ActivityMeter activity,
      BooleanSupplier closing,
      Runnable progress,
      Runnable workAgain) {
    this.index = parts.index;
    this.tables = parts.index.upkeep();
    this.versions = parts.versions;
    this.journal = parts.journal;
    this.activity = activity;
    this.closing = closing;
    this.progress = progress;
    this.workAgain = workAgain;
    this.tableSync = new HashTableSync(index, journal::revision, parts.clock);
  }

  /**
   * Whether a hash table goes on being copied. A close waits for a few entries, as a table that is
   * given up is filled anew after the next open.
   */
  private boolean isCopied(long left) {
    return journal.failure() == null && (!closing.getAsBoolean() || left <= COPIED_BY_A_CLOSE);
  }

  /** Does what is due, as far as the store is not to close. */
  void work() throws IOException {
    watching(this::workHere);
  }

  private void watching(BackgroundJob.Work work) throws IOException {
    try {
      work.run();
    } catch (InternalError unreadable) {
      // A page of the table's file, as those of SSTables are found by name.
      index.suspect(unreadable);
      workAgain.run();
    }
  }

  private void workHere() throws IOException {
    if (!checkedAhead) {
      checkedAhead = true;
      tables.checkAhead(() -> goesOn() && !tables.needsGrowth(activity.addedEntries()));
    }
    if (goesOn()) {
      tableSync.runIfDue();
    }
    if (index.isSuspect() && goesOn()) {
      tables.renew();
      fillingFailed = false;
    }
    if (index.isPartial() && !fillingFailed) {
      fill();
    }
    boolean replaced;
    do {
      replaced = goesOn() && replaceTableIfDue();
    } while (replaced);
  }

  /** Returns whether another look is due. */
  private boolean replaceTableIfDue() throws IOException {
    if (tables.needsGrowth(activity.addedEntries())) {
      resize();
      return true;
    }
    boolean steady = activity.isSteadyInSize();
    boolean pays =
        (activity.isIdle() || steady) && tables.needsShrinking(steady) || needsOtherPages();
    if (!pays || !copying.tryLock()) {
      return false;
    }
    try {
      // Two tables take more than all else; SSTables to come can do without recycled files.
      versions.keepRecycledFiles(0);
      resize();
      return true;
    } finally {
      copying.unlock();
    }
  }

  private boolean needsOtherPages() {
    boolean calm = activity.isSteadilyCalm();
    return (calm || activity.isSteadilyBusy())
        && tables.needsOtherPages(calm, activity.bytesSinceTurn());
  }

  private void fill() throws IOException {
    tableSync.noteRewrite();
    tables.deleteOthers();
    try {
      while (goesOn() && !tables.rebuild(journal::revision, this::goesOn) && !index.isSuspect()) {
        if (index.isOverfull()) {
          resize();
        }
      }
    } catch (KVException.Corrupt damage) {
      // What cannot be read now cannot be read later, and the tree have the rest.
      fillingFailed = true;
      throw damage;
    }
  }

  private void resize() throws IOException {
    tables.resize(
        activity.isBusy(), activity.isSteadyInSize(), versions.keptFreeBytes(), this::isCopied);
    tableSync.noteRewrite();
    progress.run();
  }

  /** Fits the hash table to what lives. */
  void shrink() throws IOException {
    copying.lock();
    try {
      watching(this::shrinkHere);
    } finally {
      copying.unlock();
    }
  }

  private void shrinkHere() throws IOException {
    if (tables.needsShrinking(activity.isSteadyInSize())) {
      resize();
    }
  }

  private boolean goesOn() {
    return !closing.getAsBoolean() && journal.failure() == null;
  }
}

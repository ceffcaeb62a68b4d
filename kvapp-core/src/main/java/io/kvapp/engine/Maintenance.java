package io.kvapp.engine;

import io.kvapp.KVException;
import io.kvapp.engine.file.StoreFailures;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.journal.Journal;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.tree.Compactor;
import io.kvapp.engine.tree.Flusher;
import io.kvapp.engine.tree.Version;
import io.kvapp.engine.tree.VersionSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The background work of a store and its schedule: syncs, flushes, compactions, filling and growth
 * of the hash table and the sweep of expired entries, each job on a daemon thread of its own.
 *
 * <p>At each tick the {@link ActivityMeter} is read and the jobs that are due are requested;
 * writers request them between ticks, and wait at the {@link WriteGate} while the jobs are too far
 * behind.
 *
 * <p>Safe for any thread.
 */
final class Maintenance {
  private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);

  /** A compaction that waits goes on when so many more SSTables have gathered. */
  private static final int MAX_SSTABLES_WHILE_WAITING = 4;

  private final Journal journal;
  private final VersionSet versions;
  private final Flusher flusher;
  private final Compactor compactor;
  private final HashIndex index;

  private final Signal progress = new Signal();
  private final ActivityMeter activity;
  private final RecyclePolicy recycling;
  private final WriteGate gate;
  private final Timer timer = new Timer("kvapp-timer", this::tick);
  private final BackgroundJob flushing;
  private final BackgroundJob compaction;
  private final BackgroundJob growth;
  private final BackgroundJob sweeping;
  private final ExecutorService backups = WorkerThread.executor("kvapp-backup");

  private final AtomicInteger callersOfCompact = new AtomicInteger();
  private volatile boolean closing;
  private boolean checkedAhead;
  private boolean fillingFailed;

  /**
   * The maintenance of a store, which {@link #start} begins.
   *
   * @param sweep removes expired entries; called at every tick
   */
  Maintenance(StoreParts parts, Runnable sweep) {
    this.journal = parts.journal;
    this.versions = parts.versions;
    this.flusher = parts.flusher;
    this.compactor = parts.compactor;
    this.index = parts.index;
    this.activity = new ActivityMeter(journal::revision, journal::appendedBytes, index::isCalm);
    this.recycling = new RecyclePolicy(journal, versions, activity);
    this.flushing = new BackgroundJob("kvapp-flush", this::flush, journal, progress);
    this.compaction = new BackgroundJob("kvapp-compaction", this::compact, journal, progress);
    this.growth = new BackgroundJob("kvapp-growth", this::grow, journal, progress);
    this.sweeping = new BackgroundJob("kvapp-sweep", sweep::run, journal, progress);
    this.gate =
        new WriteGate(
            progress,
            new WriteGate.Backlog(
                flusher::isBehind, flushing::request, () -> obstacle(parts.folder, flushing)),
            new WriteGate.Backlog(
                index::isOverfull, growth::request, () -> obstacle(parts.folder, growth)));
  }

  /** Begins, with so much time between two ticks. */
  void start(long tickMillis) {
    timer.start(tickMillis);
    growth.request();
  }

  private void tick() {
    activity.tick();
    syncAndSweep();
    requestDue();
    compaction.request();
    progress.raise();
    versions.keepRecycledFiles(recycling.maxRecycledBytes());
    if (recycling.isJournalTooLarge()) {
      flushing.request();
    }
  }

  private void syncAndSweep() {
    try {
      if (journal.failure() == null) {
        journal.syncAndNote();
        sweeping.request();
      }
    } catch (KVException failure) {
      LOG.debug("maintenance waits: {}", failure.getMessage());
    }
  }

  /** Requests the jobs that are due; cheap enough to be called every thousand writes. */
  void requestDue() {
    if (flusher.isDue(activity.isQuiet()) || flusher.isPending()) {
      flushing.request();
    }
    growth.request();
    gate.check();
  }

  /**
   * Waits while the background is too far behind for another write.
   *
   * @throws KVException.NoSpace if it is behind for want of space
   * @throws KVException.ReadOnly if the disk has failed
   * @throws KVException.Corrupt if a flush or the growth of the hash table is due and an entry
   *     cannot be read
   */
  void awaitRoom() {
    gate.awaitRoom();
  }

  private KVException obstacle(Path folder, BackgroundJob job) {
    IOException noSpace = job.noSpace();
    if (noSpace != null) {
      return new KVException.NoSpace(folder, 0, noSpace);
    }
    KVException damage = job.damage();
    if (damage != null) {
      return damage;
    }
    IOException failure = journal.failure();
    return failure == null ? null : new KVException.ReadOnly(folder, failure);
  }

  private void flush() throws IOException {
    if (journal.failure() != null) {
      return;
    }
    if (flusher.isPending()) {
      flusher.flushFrozen();
    }
    if (flusher.isDue(activity.isQuiet())) {
      flusher.flush();
    }
    if (recycling.isJournalTooLarge()) {
      flusher.flushAndShrinkJournal();
    }
    compaction.request();
  }

  private void compact() throws IOException {
    boolean compacted = true;
    while (compacted && !closing) {
      boolean idle = activity.isIdle();
      int maxSSTables = versions.sstables() + MAX_SSTABLES_WHILE_WAITING;
      compacted = compactor.compact(idle, () -> pace(idle, maxSSTables));
      progress.raise();
    }
  }

  /**
   * Ends a compaction when the store closes. One that began while the store was idle waits while it
   * is busy, unless too many SSTables gather meanwhile or a caller of {@link #compactAll} waits.
   */
  private void pace(boolean idle, int maxSSTables) {
    if (idle && activity.isBusyNow()) {
      progress.awaitWhile(
          () ->
              !closing
                  && callersOfCompact.get() == 0
                  && activity.isBusyNow()
                  && versions.sstables() < maxSSTables);
    }
    if (closing) {
      throw StoreFailures.closed();
    }
  }

  private void grow() throws IOException {
    try {
      growHere();
    } catch (InternalError unreadable) {
      // A page of the table's file, as those of SSTables are found by name.
      index.suspect(unreadable);
      growth.request();
    }
  }

  private void growHere() throws IOException {
    if (!checkedAhead) {
      checkedAhead = true;
      index.checkAhead(() -> !closing && !index.needsGrowth(activity.isBusy()));
    }
    if (index.isSuspect()) {
      index.renew();
      fillingFailed = false;
    }
    if (index.isPartial() && !fillingFailed) {
      fill();
    }
    while (!closing
        && (index.needsGrowth(activity.isBusy())
            || activity.isIdle() && index.needsShrinking()
            || needsOtherPages())) {
      resize();
    }
  }

  private boolean needsOtherPages() {
    boolean calm = activity.isSteadilyCalm();
    return (calm || activity.isSteadilyBusy())
        && index.needsOtherPages(calm, activity.bytesSinceTurn());
  }

  private void fill() throws IOException {
    index.deleteOthers();
    try {
      while (!closing && !index.rebuild(journal::revision, () -> !closing) && !index.isSuspect()) {
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
    index.resize(activity.isBusy(), () -> !closing);
    progress.raise();
  }

  /** What a backup does with the SSTables and the number of their entries. */
  interface Copying {
    void run(List<SSTable> sstables, long entries);
  }

  /** Brings all changes into SSTables, and copies these while writers go on. */
  void backUp(Copying copying) {
    AtomicLong entries = new AtomicLong();
    Version version =
        WorkerThread.call(
            flushing.thread,
            () -> {
              run(flusher::flush);
              entries.set(versions.entries());
              return versions.acquire();
            });
    try {
      WorkerThread.call(
          backups,
          () -> {
            copying.run(version.sstables, entries.get());
            return null;
          });
    } finally {
      version.release();
    }
  }

  /** Has the next write get a revision above this one, once that is on the disk. */
  void skipRevisions(long last) {
    WorkerThread.call(flushing.thread, () -> run(() -> flusher.skipRevisions(last)));
  }

  /** Waits until the hash table holds every entry, as far as they can be read. */
  void awaitFilled() {
    WorkerThread.call(growth.thread, () -> null);
  }

  /** Brings all changes into one SSTable and fits the hash table to what lives. */
  void compactAll() {
    callersOfCompact.incrementAndGet();
    try {
      progress.raise();
      WorkerThread.call(flushing.thread, () -> run(flusher::flushAndShrinkJournal));
      WorkerThread.call(compaction.thread, () -> run(this::compactAndRecycleNothing));
      WorkerThread.call(growth.thread, () -> run(this::shrink));
    } finally {
      callersOfCompact.decrementAndGet();
    }
  }

  private void compactAndRecycleNothing() throws IOException {
    compactor.compactAll(() -> pace(false, 0));
    versions.keepRecycledFiles(0);
  }

  private void shrink() throws IOException {
    if (index.needsShrinking()) {
      resize();
    }
  }

  private Void run(BackgroundJob.Work work) {
    try {
      work.run();
      return null;
    } catch (IOException failure) {
      throw journal.refuse(failure, 0);
    } catch (InternalError late) {
      throw versions.unreadable(late);
    }
  }

  /** Ends all background work; what is under way finishes first, and no writer waits any more. */
  void close() {
    closing = true;
    gate.end();
    timer.close();
    flushing.close();
    compaction.close();
    growth.close();
    sweeping.close();
    BackgroundJob.stop(backups);
  }
}

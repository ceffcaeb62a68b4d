package io.kvapp.engine;

import io.kvapp.KVException;
import io.kvapp.engine.file.Lease;
import io.kvapp.engine.file.NoSpaceException;
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
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
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

  private final StoreParts parts;
  private final InstantSource clock;
  private final Journal journal;
  private final VersionSet versions;
  private final Flusher flusher;
  private final Compactor compactor;
  private final HashIndex index;
  private final TableMaintenance tables;

  private final Signal progress = new Signal();
  private final ActivityMeter activity;
  final SpacePolicy space;
  private final WriteGate gate;
  private final Timer timer = new Timer("kvapp-timer", this::tick);
  private final BackgroundJob flushing;
  private final BackgroundJob compaction;
  private final BackgroundJob growth;
  private final BackgroundJob sweeping;
  private final BackgroundJob walking;
  private final MarkWalker marks;
  private final ExecutorService loads = WorkerThread.executor("kvapp-load");
  private final ExecutorService backups = WorkerThread.executor("kvapp-backup");

  private final AtomicInteger callersOfCompact = new AtomicInteger();
  private volatile boolean closing;

  /**
   * The maintenance of a store, which {@link #start} begins.
   *
   * @param sweep removes expired entries; called at every tick
   */
  Maintenance(StoreParts parts, Runnable sweep) {
    this.parts = parts;
    this.clock = parts.clock;
    this.journal = parts.journal;
    this.versions = parts.versions;
    this.flusher = parts.flusher;
    this.compactor = parts.compactor;
    this.index = parts.index;
    this.activity =
        new ActivityMeter(journal::revision, journal::appendedBytes, index::isCalm, index::size);
    this.space = new SpacePolicy(journal, versions, activity);
    this.flushing = job("kvapp-flush", this::flush);
    this.compaction = job("kvapp-compaction", this::compact);
    this.tables =
        new TableMaintenance(parts, activity, () -> closing, progress::raise, this::requestGrowth);
    this.growth = job("kvapp-growth", tables::work);
    this.sweeping = job("kvapp-sweep", sweep::run);
    this.marks = new MarkWalker(versions, this::requireGoingOn);
    this.walking = job("kvapp-walk", marks::walk);
    this.gate =
        new WriteGate(
            progress,
            new WriteGate.Backlog(
                flusher::isBehind, flushing::request, () -> obstacle(parts.folder, flushing)),
            new WriteGate.Backlog(
                index::isOverfull, growth::request, () -> obstacle(parts.folder, growth)));
  }

  private BackgroundJob job(String name, BackgroundJob.Work work) {
    return new BackgroundJob(name, work, journal, progress, clock, space::hasSpace);
  }

  /** Begins, with so much time between two ticks. */
  void start(long tickMillis) {
    timer.start(tickMillis);
    growth.request();
  }

  private void tick() {
    if (!parts.keepFolder()) {
      progress.raise();
      return;
    }
    activity.tick();
    syncAndSweep();
    requestDue();
    compaction.request();
    progress.raise();
    versions.keepRecycledFiles(space.maxRecycledBytes());
    space.limitHistory();
    if (space.isJournalTooLarge() || space.needsReserve() || space.isReserveTooLarge()) {
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

  /** Has the backlogs that a write has added to worked off; cheap enough for every write. */
  void noteWrite() {
    if (flusher.isDue(false)) {
      flushing.request();
      gate.check();
    } else if (index.isOverfull()) {
      growth.request();
      gate.check();
    }
  }

  /** Requests the jobs that are due; cheap enough to be called every thousand writes. */
  void requestDue() {
    if (isFlushDue() || flusher.isPending()) {
      flushing.request();
    }
    growth.request();
    gate.check();
  }

  private boolean isFlushDue() {
    return flusher.isDue(activity.isQuiet()) || space.isFlushUrgent(flusher.unfrozenBytes());
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

  /** Waits until changes that take so many bytes of the heap fit, or all others are flushed. */
  void awaitRoomFor(long heapBytes) {
    awaitRoom();
    if (!flusher.hasRoomFor(heapBytes)) {
      WorkerThread.call(flushing.thread, () -> run(flusher::flush));
    }
  }

  /** Notes that a key was deleted, after which scans may meet many marks. */
  void noteDelete(byte[] key) {
    if (marks.noteDelete(key)) {
      walking.request();
    }
  }

  private void requireGoingOn() {
    if (closing) {
      throw StoreFailures.closed();
    }
  }

  private void requestGrowth() {
    growth.request();
  }

  private KVException obstacle(Path folder, BackgroundJob job) {
    NoSpaceException noSpace = job.noSpace();
    if (noSpace != null) {
      return new KVException.NoSpace(folder, 0, noSpace);
    }
    KVException damage = job.damage();
    if (damage != null) {
      return damage;
    }
    IOException failure = journal.failure();
    return failure == null ? null : StoreFailures.readOnly(folder, failure);
  }

  private void flush() throws IOException {
    if (journal.failure() != null) {
      return;
    }
    if (flusher.isPending()) {
      flusher.flushFrozen();
    }
    if (isFlushDue()) {
      flusher.flush();
    }
    if (space.isJournalTooLarge()) {
      flusher.flushAndShrinkJournal();
    }
    if (space.needsReserve()) {
      space.fillReserve();
    } else if (space.isReserveTooLarge()) {
      space.trimReserve();
    }
    compaction.request();
  }

  /**
   * Waits for the flush that is under way, or makes one if it would free space.
   *
   * @param last when the last flush ended, as the caller knows
   * @return whether one has ended since
   */
  boolean flushesAfter(Optional<Instant> last) {
    return WorkerThread.call(
        flushing.thread,
        () -> {
          try {
            boolean known = flusher.lastFlush().equals(last);
            if (known && flusher.unfrozenBytes() >= journal.firstSegmentBytes() / 4) {
              flusher.flush();
            }
          } catch (NoSpaceException | KVException.NoSpace full) {
            LOG.debug("a flush finds no space: {}", full.getMessage());
          }
          return !flusher.lastFlush().equals(last);
        });
  }

  private void compact() throws IOException {
    boolean compacted = true;
    while (compacted && goesOn()) {
      boolean idle = activity.isIdle();
      int maxSSTables = versions.sstables() + MAX_SSTABLES_WHILE_WAITING;
      compacted = compactOnce(idle, maxSSTables);
      progress.raise();
    }
  }

  private boolean compactOnce(boolean idle, int maxSSTables) throws IOException {
    tables.copying.lock();
    try {
      return compactor.compact(idle, () -> pace(idle, maxSSTables));
    } finally {
      tables.copying.unlock();
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
              goesOn()
                  && callersOfCompact.get() == 0
                  && activity.isBusyNow()
                  && versions.sstables() < maxSSTables);
    }
    requireGoingOn();
    journal.requireHealthy();
  }

  /** Nothing goes on in a store that is closed or has become read-only. */
  private boolean goesOn() {
    return !closing && journal.failure() == null;
  }

  /** What a backup does with the SSTables and the number of their entries. */
  interface Copying {
    void run(List<SSTable> sstables, long entries);
  }

  /** Brings all changes into SSTables, and copies these while writers go on. */
  void backUp(Copying copying) {
    AtomicLong entries = new AtomicLong();
    Lease<Version> lease =
        WorkerThread.call(
            flushing.thread,
            () -> {
              run(flusher::flush);
              entries.set(versions.entries());
              return versions.lease();
            });
    try (lease) {
      WorkerThread.call(
          backups,
          () -> {
            copying.run(lease.get().sstables, entries.get());
            return null;
          });
    }
  }

  /** Brings all changes into SSTables, and pins these. */
  Lease<Version> pin() {
    return WorkerThread.call(
        flushing.thread,
        () -> {
          run(flusher::flush);
          return versions.leaseFlushed();
        });
  }

  /** Runs a bulk load, which a close waits for. */
  <T> T load(Callable<T> load) {
    return WorkerThread.call(loads, load);
  }

  /** Runs work beside which no memtable is flushed. */
  <T> T withoutFlushes(Callable<T> work) {
    return WorkerThread.call(flushing.thread, work);
  }

  /** Runs work beside which no hash table is replaced. */
  <T> T withoutGrowth(Callable<T> work) {
    return WorkerThread.call(growth.thread, work);
  }

  boolean isGoingOn() {
    return !closing;
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
      WorkerThread.call(growth.thread, () -> run(tables::shrink));
    } finally {
      callersOfCompact.decrementAndGet();
    }
  }

  private void compactAndRecycleNothing() throws IOException {
    compactor.compactAll(() -> pace(false, 0));
    versions.keepRecycledFiles(0);
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
    WorkerThread.stop(loads);
    flushing.close();
    compaction.close();
    growth.close();
    sweeping.close();
    walking.close();
    WorkerThread.stop(backups);
  }
}

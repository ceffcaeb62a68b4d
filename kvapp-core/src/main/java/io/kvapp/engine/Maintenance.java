package io.kvapp.engine;

import io.kvapp.KVException;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.hashtable.HashIndex;
import io.kvapp.engine.journal.Journal;
import io.kvapp.engine.model.StripedLocks;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.tree.Checkpoints;
import io.kvapp.engine.tree.Version;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a store does in the background: syncs, checkpoints, merges, filling and growth of the hash
 * map and the sweep of expired entries, each on a daemon thread of its own. Writers wait here when
 * the background falls too far behind.
 *
 * <p>Safe for any thread.
 */
final class Maintenance {
  private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);
  private static final int QUIET_TICKS = 2;
  private static final int IDLE_TICKS = 5;
  private static final int STEADY_TICKS = 60;
  private static final int SSTABLES_WHILE_WAITING = 4;

  /** Where little is written, what is kept ready takes this share of what the SSTables take. */
  private static final int READY_SHARE = 5;

  /** More than this share of what is free on the disk is much. */
  private static final int SCARCE_SHARE = 8;

  /** Work that may fail for want of space or because the disk is broken. */
  interface Work {
    void run() throws IOException;
  }

  private final StripedLocks stripes;
  private final Journal journal;
  private final Checkpoints checkpoints;
  private final HashIndex map;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(task -> WorkerThread.thread("kvapp-timer", task));
  private final Job checkpointing = new Job("kvapp-checkpoint", this::checkpoint);
  private final Job merging = new Job("kvapp-merge", this::merge);
  private final Job growing = new Job("kvapp-growth", this::grow);
  private final Job sweeping;
  private final ExecutorService backups = WorkerThread.executor("kvapp-backup");

  private final ReentrantLock waiting = new ReentrantLock();
  private final Condition progress = waiting.newCondition();
  private volatile boolean behind;
  private volatile boolean closing;
  private volatile KVException.Corrupt growthFailure;
  private long revisionAtTick;
  private volatile long bytesAtTick;
  private volatile int quietTicks;
  private volatile int calmTicks;
  private volatile int busyTicks;
  private volatile long steadyBytes;
  private final AtomicInteger compactions = new AtomicInteger();
  private boolean checkedAhead;
  private boolean fillingFailed;

  /**
   * The upkeep of a store, which {@link #start} begins.
   *
   * @param sweep removes expired entries; called at every tick
   */
  Maintenance(
      StripedLocks stripes,
      Journal journal,
      Checkpoints checkpoints,
      HashIndex map,
      Runnable sweep) {
    this.stripes = stripes;
    this.journal = journal;
    this.checkpoints = checkpoints;
    this.map = map;
    this.sweeping = new Job("kvapp-sweep", sweep::run);
  }

  /** Begins, with so much time between two looks. */
  void start(long tickMillis) {
    timer.scheduleWithFixedDelay(this::tick, tickMillis, tickMillis, TimeUnit.MILLISECONDS);
    growing.request();
  }

  private void tick() {
    try {
      syncAndSweep();
      look();
      merging.request();
      signal();
      checkpoints.keepSpares(mostSpareBytes());
      if (isWasteful()) {
        checkpointing.request();
      }
    } catch (Throwable failure) {
      // Anything that left here would be the timer's end.
      LOG.error("upkeep failed", failure);
    }
  }

  private void syncAndSweep() {
    quietTicks = journal.revision() == revisionAtTick ? quietTicks + 1 : 0;
    revisionAtTick = journal.revision();
    noteHowBusy(journal.appendedBytes() - bytesAtTick);
    bytesAtTick = journal.appendedBytes();
    try {
      if (journal.failure() == null) {
        journal.syncAndNote();
        sweeping.request();
      }
    } catch (KVException failure) {
      LOG.debug("upkeep waits: {}", failure.getMessage());
    }
  }

  private void noteHowBusy(long bytes) {
    boolean calm = map.isCalm(bytes);
    steadyBytes = calm == calmTicks > 0 ? steadyBytes + bytes : bytes;
    calmTicks = calm ? calmTicks + 1 : 0;
    busyTicks = calm ? 0 : busyTicks + 1;
  }

  /** Looks whether anything is to be done; cheap enough to be called every thousand writes. */
  void look() {
    if (checkpoints.isDue(quietTicks >= QUIET_TICKS) || checkpoints.isPending()) {
      checkpointing.request();
    }
    growing.request();
    behind = checkpoints.isBehind() || map.isOverfull();
  }

  /**
   * Waits while the background is too far behind for another write.
   *
   * @throws KVException.NoSpace if it is behind for want of space
   * @throws KVException.Corrupt if the map cannot grow since an entry cannot be read
   */
  void awaitRoom(Path folder) {
    if (!behind) {
      return;
    }
    waiting.lock();
    try {
      while (!closing && (checkpoints.isBehind() || map.isOverfull())) {
        IOException noSpace = checkpoints.isBehind() ? checkpointing.noSpace : growing.noSpace;
        if (noSpace != null) {
          throw new KVException.NoSpace(folder, 0, noSpace);
        }
        if (growthFailure != null && map.isOverfull()) {
          throw growthFailure;
        }
        if (journal.failure() != null) {
          throw new KVException.ReadOnly(folder, journal.failure());
        }
        if (checkpoints.isBehind()) {
          checkpointing.request();
        }
        if (map.isOverfull()) {
          growing.request();
        }
        progress.awaitUninterruptibly();
      }
      behind = false;
    } finally {
      waiting.unlock();
    }
  }

  private void checkpoint() throws IOException {
    if (journal.failure() != null) {
      return;
    }
    if (checkpoints.isPending()) {
      checkpoints.flushFrozen();
    }
    if (checkpoints.isDue(quietTicks >= QUIET_TICKS)) {
      checkpoints.checkpoint();
    }
    if (isWasteful()) {
      checkpoints.compactJournal();
    }
    merging.request();
  }

  /** How many bytes of files pay to be kept for SSTables to come. */
  private long mostSpareBytes() {
    long sstableBytes = checkpoints.sstableBytes();
    long most =
        isBusy() ? sstableBytes : Math.max(0, mostReadyBytes(sstableBytes) - journal.fileBytes());
    return isMuch(most) ? 0 : most;
  }

  /** Whether little is written and yet the journal has the large files of busier times. */
  private boolean isWasteful() {
    boolean little = quietTicks >= IDLE_TICKS || calmTicks >= STEADY_TICKS;
    long bytes = journal.fileBytes();
    return little
        && journal.isLarge()
        && (bytes > mostReadyBytes(checkpoints.sstableBytes()) || isMuch(bytes));
  }

  /** How many bytes may be kept ready for writers where little is written. */
  private long mostReadyBytes(long sstableBytes) {
    return calmTicks >= STEADY_TICKS ? 0 : sstableBytes / READY_SHARE;
  }

  private boolean isMuch(long bytes) {
    try {
      return bytes > checkpoints.usableBytes() / SCARCE_SHARE;
    } catch (IOException unknown) {
      return true;
    }
  }

  private void merge() throws IOException {
    boolean merged = true;
    while (merged && !closing) {
      boolean idle = quietTicks >= IDLE_TICKS;
      int most = checkpoints.sstables() + SSTABLES_WHILE_WAITING;
      merged = checkpoints.merge(idle, () -> pace(idle, most));
      signal();
    }
  }

  /**
   * Ends a merge where the store closes, and has one that was begun in idleness wait while there is
   * much writing, unless more SSTables are to be merged by now or somebody waits for this one.
   */
  private void pace(boolean idle, int mostSSTables) {
    if (idle && isBusyNow()) {
      waiting.lock();
      try {
        while (!closing
            && compactions.get() == 0
            && isBusyNow()
            && checkpoints.sstables() < mostSSTables) {
          progress.awaitUninterruptibly();
        }
      } finally {
        waiting.unlock();
      }
    }
    if (closing) {
      throw new KVException.WrongState("the store is closed; open it again to go on");
    }
  }

  private boolean isBusyNow() {
    return isBusy() || !map.isCalm(journal.appendedBytes() - bytesAtTick);
  }

  private void grow() throws IOException {
    if (!checkedAhead) {
      checkedAhead = true;
      map.checkAhead(() -> !closing && !map.needsGrowth(isBusy()));
    }
    if (map.isPartial() && !fillingFailed) {
      fill();
    }
    while (!closing
        && (map.needsGrowth(isBusy())
            || quietTicks >= IDLE_TICKS && map.needsShrinking()
            || needsOtherPages())) {
      resize();
    }
  }

  private boolean isBusy() {
    return calmTicks == 0;
  }

  private boolean needsOtherPages() {
    boolean calm = calmTicks >= STEADY_TICKS;
    return (calm || busyTicks >= STEADY_TICKS) && map.needsOtherPages(calm, steadyBytes);
  }

  private void fill() throws IOException {
    map.deleteOthers();
    try {
      while (!closing && !map.rebuild(journal::revision, () -> !closing)) {
        if (map.isOverfull()) {
          resize();
        }
      }
    } catch (KVException.Corrupt damage) {
      // What cannot be read now cannot be read later, and the ordered keys have the rest.
      fillingFailed = true;
      throw damage;
    }
  }

  private void resize() throws IOException {
    try {
      map.resize(isBusy(), () -> !closing);
      growthFailure = null;
      signal();
    } catch (KVException.Corrupt damage) {
      growthFailure = damage;
      throw damage;
    }
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
            checkpointing.thread,
            () -> {
              run(checkpoints::checkpoint);
              entries.set(checkpoints.entries());
              return checkpoints.acquire();
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

  /** Waits until the map holds every entry, as far as they can be read. */
  void awaitFilled() {
    WorkerThread.call(growing.thread, () -> null);
  }

  /** Brings all changes into one SSTable and fits the map to what lives. */
  void compact() {
    compactions.incrementAndGet();
    try {
      signal();
      compactAll();
    } finally {
      compactions.decrementAndGet();
    }
  }

  private void compactAll() {
    WorkerThread.call(checkpointing.thread, () -> run(checkpoints::compactJournal));
    WorkerThread.call(
        merging.thread,
        () ->
            run(
                () -> {
                  checkpoints.mergeAll(() -> pace(false, 0));
                  checkpoints.keepSpares(0);
                }));
    WorkerThread.call(
        growing.thread,
        () ->
            run(
                () -> {
                  if (map.needsShrinking()) {
                    resize();
                  }
                }));
  }

  private Void run(Work work) {
    try {
      work.run();
      return null;
    } catch (IOException failure) {
      throw journal.refuse(failure, 0);
    }
  }

  private void signal() {
    waiting.lock();
    try {
      progress.signalAll();
    } finally {
      waiting.unlock();
    }
  }

  /** Ends all background work; what is under way finishes first, and nobody waits any more. */
  void close() {
    closing = true;
    signal();
    stop(timer);
    checkpointing.close();
    merging.close();
    growing.close();
    sweeping.close();
    stop(backups);
  }

  private static void stop(ExecutorService executor) {
    executor.shutdown();
    boolean interrupted = false;
    while (true) {
      try {
        if (executor.awaitTermination(1, TimeUnit.MINUTES)) {
          break;
        }
      } catch (InterruptedException early) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Work that runs once for any number of requests made before it began. */
  private final class Job {
    private final String name;
    private final Work work;
    private final ExecutorService thread;
    private final AtomicBoolean requested = new AtomicBoolean();
    private volatile IOException noSpace;

    Job(String name, Work work) {
      this.name = name;
      this.work = work;
      this.thread = WorkerThread.executor(name);
    }

    void request() {
      if (!thread.isShutdown() && requested.compareAndSet(false, true)) {
        try {
          thread.execute(this::perform);
        } catch (RejectedExecutionException closing) {
          requested.set(false);
        }
      }
    }

    private void perform() {
      requested.set(false);
      try {
        work.run();
        noSpace = null;
      } catch (IOException failure) {
        if (Disk.isNoSpace(failure)) {
          if (noSpace == null) {
            LOG.warn("{} waits for space on the disk: {}", name, failure.getMessage());
          }
          noSpace = failure;
        } else {
          LOG.error("{} failed, so the store is read-only: {}", name, failure.toString());
          journal.fail(failure);
        }
      } catch (KVException.NoSpace failure) {
        noSpace = new IOException(failure.getMessage(), failure);
      } catch (KVException.WrongState closed) {
        LOG.debug("{} ends with the store", name);
      } catch (KVException failure) {
        LOG.error("{} stopped: {}", name, failure.getMessage());
      } catch (RuntimeException | Error failure) {
        LOG.error("{} failed, so the store is read-only", name, failure);
        journal.fail(new IOException(name + " failed: " + failure, failure));
      } finally {
        signal();
      }
    }

    void close() {
      stop(thread);
    }
  }
}

package io.kvapp.engine;

import io.kvapp.KVException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
final class Upkeep {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
  private static final int QUIET_TICKS = 2;
  private static final int IDLE_TICKS = 5;

  /** Work that may fail for want of space or because the disk is broken. */
  interface Work {
    void run() throws IOException;
  }

  private final Stripes stripes;
  private final Journal journal;
  private final Checkpoints checkpoints;
  private final GrowingMap map;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(task -> OwnThread.thread("kvapp-timer", task));
  private final Job checkpointing = new Job("kvapp-checkpoint", this::checkpoint);
  private final Job merging = new Job("kvapp-merge", this::merge);
  private final Job growing = new Job("kvapp-growth", this::grow);
  private final Job sweeping;

  private final ReentrantLock waiting = new ReentrantLock();
  private final Condition progress = waiting.newCondition();
  private volatile boolean behind;
  private volatile boolean closing;
  private volatile IOException spaceFailure;
  private volatile KVException.Corrupt growthFailure;
  private long revisionAtTick;
  private volatile int quietTicks;
  private boolean fillingBegun;

  /**
   * Begins to look after a store.
   *
   * @param sweep removes expired entries; called at every tick
   */
  Upkeep(
      Stripes stripes,
      Journal journal,
      Checkpoints checkpoints,
      GrowingMap map,
      Runnable sweep,
      Tuning tuning) {
    this.stripes = stripes;
    this.journal = journal;
    this.checkpoints = checkpoints;
    this.map = map;
    this.sweeping = new Job("kvapp-sweep", sweep::run);
    timer.scheduleWithFixedDelay(
        this::tick, tuning.tickMillis(), tuning.tickMillis(), TimeUnit.MILLISECONDS);
    growing.request();
  }

  private void tick() {
    try {
      quietTicks = journal.revision() == revisionAtTick ? quietTicks + 1 : 0;
      revisionAtTick = journal.revision();
      if (journal.failure() == null) {
        journal.syncAndNote();
        sweeping.request();
      }
    } catch (KVException failure) {
      LOG.debug("upkeep waits: {}", failure.getMessage());
    } catch (RuntimeException failure) {
      LOG.error("upkeep failed", failure);
    }
    look();
    merging.request();
  }

  /** Looks whether anything is to be done; cheap enough to be called every thousand writes. */
  void look() {
    if (checkpoints.isDue(quietTicks >= QUIET_TICKS) || checkpoints.isPending() || isWasteful()) {
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
        IOException failure = spaceFailure;
        if (failure != null) {
          throw new KVException.NoSpace(folder, 0, failure);
        }
        if (growthFailure != null && map.isOverfull()) {
          throw growthFailure;
        }
        if (journal.failure() != null) {
          throw new KVException.ReadOnly(folder, journal.failure());
        }
        checkpointing.request();
        growing.request();
        progress.awaitUninterruptibly();
      }
      behind = false;
    } finally {
      waiting.unlock();
    }
  }

  private void checkpoint() throws IOException {
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

  /** Whether nobody writes and yet the journal has the large files of busier times. */
  private boolean isWasteful() {
    return quietTicks >= IDLE_TICKS && journal.isLarge();
  }

  private void merge() throws IOException {
    boolean idle = quietTicks >= IDLE_TICKS;
    while (checkpoints.merge(idle)) {
      signal();
    }
  }

  private void grow() throws IOException {
    try {
      fillAndResize();
    } catch (KVException.Corrupt damage) {
      growthFailure = damage;
      throw damage;
    }
  }

  private void fillAndResize() throws IOException {
    if (map.isPartial() && !fillingBegun) {
      // Once only: what cannot be read now cannot be read later, and the ordered keys have the
      // rest.
      fillingBegun = true;
      map.deleteOthers();
      new Rebuild(stripes, journal, checkpoints, map, () -> closing).run();
    }
    while (map.needsGrowth() || quietTicks >= IDLE_TICKS && map.needsShrinking()) {
      map.resize(checkpoints::acquire);
      signal();
    }
  }

  /** Brings all changes into snapshots, and runs {@code work} before the next checkpoint. */
  void afterCheckpoint(Runnable work) {
    OwnThread.call(
        checkpointing.thread,
        () -> {
          run(checkpoints::checkpoint);
          work.run();
          return null;
        });
  }

  /** Waits until the map holds every entry, as far as they can be read. */
  void awaitFilled() {
    OwnThread.call(growing.thread, () -> null);
  }

  /** Brings all changes into one snapshot and fits the map to what lives. */
  void compact() {
    OwnThread.call(checkpointing.thread, () -> run(checkpoints::compactJournal));
    OwnThread.call(merging.thread, () -> run(checkpoints::mergeAll));
    OwnThread.call(
        growing.thread,
        () ->
            run(
                () -> {
                  if (map.needsShrinking()) {
                    map.resize(checkpoints::acquire);
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

    Job(String name, Work work) {
      this.name = name;
      this.work = work;
      this.thread = OwnThread.executor(name);
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
        spaceFailure = null;
      } catch (IOException failure) {
        if (Disk.isNoSpace(failure)) {
          if (spaceFailure == null) {
            LOG.warn("{} waits for space on the disk: {}", name, failure.getMessage());
          }
          spaceFailure = failure;
        } else {
          LOG.error("{} failed, so the store is read-only: {}", name, failure.toString());
          journal.fail(failure);
        }
      } catch (KVException.NoSpace failure) {
        spaceFailure = new IOException(failure.getMessage(), failure);
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

package io.kvapp.engine.journal;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets one thread sync for all that wait (Helland et al., "Group Commit Timers and High Volume
 * Transaction Systems", 1987). The first thread leads; the others sleep until the leader's sync has
 * covered them; one of those it has not covered leads next.
 *
 * <p>One sync costs about the same for any number of writers, so a leader first waits for likely
 * writers to join: as many as waited at the end of the sync before, as long as they keep coming.
 *
 * <p>Safe for any thread. Interrupts neither end a wait nor get lost.
 */
final class GroupCommit {
  /** A sync of everything there is to sync. */
  interface Sync {
    /** Syncs; returns how far everything is on the disk. */
    long run();

    /** Whether a sync has failed, so that no thread need wait any more. */
    boolean hasFailed();
  }

  private record Waiter(Thread thread, long target) {}

  private static final int AVERAGED = 16;
  private static final int MAX_PAUSES_IN_A_SYNC = 4;

  private final Sync sync;
  private final AtomicBoolean leading = new AtomicBoolean();
  private final Queue<Waiter> waiters = new ConcurrentLinkedQueue<>();
  private volatile long reached;
  private int expected;
  private long meanSyncNanos;

  GroupCommit(Sync sync) {
    this.sync = sync;
  }

  /** Waits until a sync has reached {@code target}, or has failed. */
  void await(long target) {
    if (isCovered(target)) {
      return;
    }
    Waiter waiter = new Waiter(Thread.currentThread(), target);
    boolean interrupted = false;
    waiters.add(waiter);
    try {
      while (!isCovered(target)) {
        if (leading.compareAndSet(false, true)) {
          lead(target);
        } else {
          LockSupport.park(this);
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      leave(waiter, interrupted);
    }
  }

  private boolean isCovered(long target) {
    return reached >= target || sync.hasFailed();
  }

  private void lead(long target) {
    try {
      if (!isCovered(target)) {
        letOthersJoin();
        long start = System.nanoTime();
        reached = Math.max(reached, sync.run());
        meanSyncNanos += (System.nanoTime() - start - meanSyncNanos) / AVERAGED;
        expected = waiters.size();
      }
    } finally {
      leading.set(false);
      wake();
    }
  }

  /** Waits, no longer than a sync takes, until no thread has come for a part of that time. */
  private void letOthersJoin() {
    long longest = meanSyncNanos;
    long start = System.nanoTime();
    long lastCame = start;
    int before = joined();
    while (before < expected) {
      Thread.yield();
      int now = joined();
      long time = System.nanoTime();
      if (now > before) {
        before = now;
        lastCame = time;
      }
      if (time - lastCame > longest / MAX_PAUSES_IN_A_SYNC || time - start > longest) {
        return;
      }
    }
  }

  /** How many threads wait for a sync that covers them. */
  private int joined() {
    int joined = 0;
    for (Waiter waiter : waiters) {
      if (waiter.target > reached) {
        joined++;
      }
    }
    return joined;
  }

  /** Runs {@code action} with no sync under way. */
  void alone(Runnable action) {
    Waiter waiter = new Waiter(Thread.currentThread(), Long.MAX_VALUE);
    boolean interrupted = false;
    waiters.add(waiter);
    try {
      while (!leading.compareAndSet(false, true)) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
      try {
        waiters.remove(waiter);
        action.run();
      } finally {
        leading.set(false);
        wake();
      }
    } finally {
      leave(waiter, interrupted);
    }
  }

  private void leave(Waiter waiter, boolean interrupted) {
    waiters.remove(waiter);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Wakes the threads that are covered, and one other to lead. */
  private void wake() {
    Thread next = null;
    for (Waiter waiter : waiters) {
      if (waiter.target <= reached || sync.hasFailed()) {
        LockSupport.unpark(waiter.thread);
      } else if (next == null) {
        next = waiter.thread;
      }
    }
    LockSupport.unpark(next);
  }
}

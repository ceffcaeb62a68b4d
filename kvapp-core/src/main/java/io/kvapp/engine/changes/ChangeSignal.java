package io.kvapp.engine.changes;

import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Wakes those who wait for changes; costs a writer one look as long as nobody waits.
 *
 * <p>Safe for any thread. Interrupts end no wait, and the interrupt status stays set.
 */
public final class ChangeSignal {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition raised = lock.newCondition();

  /** Changed with the lock held. */
  private volatile int waiting;

  /**
   * Has those who wait ask their conditions again; called behind what they wait for, and behind the
   * release of a lock.
   */
  public void raise() {
    if (waiting > 0) {
      lock.lock();
      try {
        raised.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Waits as long as a condition holds, and no longer than so many nanoseconds. */
  void awaitWhile(BooleanSupplier condition, long nanos) {
    boolean interrupted = false;
    lock.lock();
    try {
      waiting++;
      // Before the look at what writers change before they look at this.
      VarHandle.fullFence();
      long left = nanos;
      long end = System.nanoTime() + nanos;
      while (left > 0 && condition.getAsBoolean()) {
        try {
          raised.awaitNanos(left);
        } catch (InterruptedException early) {
          interrupted = true;
        }
        left = end - System.nanoTime();
      }
    } finally {
      waiting--;
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

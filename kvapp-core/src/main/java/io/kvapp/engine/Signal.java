package io.kvapp.engine;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Wakes threads that wait for a condition which other threads change.
 *
 * <p>Safe for any thread; waiting cannot be interrupted.
 */
final class Signal {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition raised = lock.newCondition();

  /** Waits as long as a condition holds, which is asked at first and after each signal. */
  void awaitWhile(BooleanSupplier condition) {
    lock.lock();
    try {
      while (condition.getAsBoolean()) {
        raised.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Has all waiting threads ask their conditions again. */
  void raise() {
    lock.lock();
    try {
      raised.signalAll();
    } finally {
      lock.unlock();
    }
  }
}

package io.kvapp.engine;

import java.util.concurrent.Callable;

/** What tests do with threads. */
public final class TestThreads {
  private TestThreads() {}

  /** Spins until a condition holds; ends when the test's time-out interrupts it. */
  public static void spinUntil(Callable<Boolean> condition) {
    try {
      while (!condition.call()) {
        requireTime();
        Thread.onSpinWait();
      }
    } catch (Exception failure) {
      throw new AssertionError(failure);
    }
  }

  /** For loops of calls that an interrupt does not end: fails once the test's time-out has come. */
  static void requireTime() {
    if (Thread.interrupted()) {
      throw new AssertionError("the condition did not come true in time");
    }
  }

  /** An unstarted virtual thread, or a platform thread before JDK 21. */
  public static Thread virtualWherePossible(Runnable task) throws ReflectiveOperationException {
    try {
      Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
      return (Thread)
          Class.forName("java.lang.Thread$Builder")
              .getMethod("unstarted", Runnable.class)
              .invoke(builder, task);
    } catch (NoSuchMethodException older) {
      return new Thread(task);
    }
  }
}

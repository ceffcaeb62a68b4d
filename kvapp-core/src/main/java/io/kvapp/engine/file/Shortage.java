package io.kvapp.engine.file;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Memory or stack that a thread lacks for the moment. What must be done all the same, since it has
 * begun, is tried again.
 *
 * <p>Safe for any thread; allocates nothing.
 */
public final class Shortage {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final int MAX_TRIES_WITHOUT_STACK = 100;

  private Shortage() {}

  /** Whether a failure says that memory or stack was short, and nothing of the store. */
  public static boolean isOne(Throwable failure) {
    return failure instanceof OutOfMemoryError || failure instanceof StackOverflowError;
  }

  /**
   * Waits a moment, after which the caller tries again: until there is memory, or a few times when
   * the stack was short.
   *
   * @param tries how often it was tried before
   */
  public static void pause(VirtualMachineError shortage, int tries) {
    if (!isOne(shortage)
        || shortage instanceof StackOverflowError && tries >= MAX_TRIES_WITHOUT_STACK) {
      throw shortage;
    }
    if (tries > 0) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}

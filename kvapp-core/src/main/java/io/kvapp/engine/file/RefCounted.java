package io.kvapp.engine.file;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A thing with mapped files behind it, which are given back when its last use ends. Its maker holds
 * the first use.
 *
 * <p>Safe for any thread.
 */
public abstract class RefCounted {
  private final AtomicInteger uses = new AtomicInteger(1);

  /** Adds a use; false when the last one has ended already. */
  public final boolean tryAcquire() {
    while (true) {
      int now = uses.get();
      if (now == 0) {
        return false;
      }
      if (uses.compareAndSet(now, now + 1)) {
        return true;
      }
    }
  }

  /** Adds a use; the caller knows that there is one. */
  public final void acquire() {
    if (!tryAcquire()) {
      throw new IllegalStateException("used after its last release: " + this);
    }
  }

  /** Ends a use. */
  public final void release() {
    if (uses.decrementAndGet() == 0) {
      unused();
    }
  }

  /** Called once, when the last use has ended. */
  protected abstract void unused();
}

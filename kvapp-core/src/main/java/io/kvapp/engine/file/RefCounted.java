package io.kvapp.engine.file;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A thing with mapped files behind it, which are given back when its last use ends. Its maker's use
 * ends with {@link #close()}, every other one is a {@link Lease}.
 *
 * <p>Safe for any thread.
 */
public abstract class RefCounted implements AutoCloseable {
  private final AtomicInteger uses = new AtomicInteger(1);
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Runnable givingBack = this::unused;

  /** Adds a use; false when the last one has ended already. */
  final boolean tryAcquire() {
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

  /** Ends a use; after the last one, {@code executor} gives back what is behind this. */
  final void release(Executor executor) {
    if (uses.decrementAndGet() == 0) {
      executor.execute(givingBack);
    }
  }

  /** Ends the maker's use; a second call changes nothing. */
  @Override
  public final void close() {
    if (closed.compareAndSet(false, true)) {
      release(Runnable::run);
    }
  }

  /** Called once, when the last use has ended. */
  protected abstract void unused();
}

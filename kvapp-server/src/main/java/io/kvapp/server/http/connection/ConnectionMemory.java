package io.kvapp.server.http.connection;

import io.kvapp.server.http.message.Memory;

/**
 * The share of one connection in the budget of all.
 *
 * <p>Not thread-safe.
 */
final class ConnectionMemory implements Memory {
  private final MemoryBudget budget;
  private long taken;
  private long kept;

  public ConnectionMemory(MemoryBudget budget) {
    this.budget = budget;
  }

  @Override
  public void reserve(long bytes) {
    if (bytes > 0) {
      taken += budget.take(bytes, taken);
    }
  }

  @Override
  public boolean tryReserve(long bytes) {
    long had = budget.tryTake(bytes, taken);
    taken += Math.max(0, had);
    return had >= 0;
  }

  /** Whether buffers should be given up as soon as they are not needed. */
  boolean isScarce() {
    return budget.isScarce();
  }

  /** Gives back everything beyond {@code bytes}, which are kept between two requests. */
  void settle(long bytes) {
    long keeps = Math.min(bytes, kept + taken);
    if (taken > 0 || keeps < kept) {
      budget.settle(taken, kept, keeps);
      taken = 0;
      kept = keeps;
    }
  }

  /** Gives back everything: the connection has ended. */
  void end() {
    settle(0);
  }
}

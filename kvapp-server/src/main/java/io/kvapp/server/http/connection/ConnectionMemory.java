package io.kvapp.server.http.connection;

import io.kvapp.server.http.message.Memory;

/**
 * The share of one connection in the budget of all.
 *
 * <p>Not thread-safe.
 */
final class ConnectionMemory implements Memory {
  private final MemoryBudget budget;
  private final MemoryBudget workBudget;
  private long taken;
  private long expected;
  private long kept;
  private long working;

  /**
   * A share of nothing yet.
   *
   * @param budget for what a connection holds as long as its client takes
   * @param workBudget for what a handler holds while it works, which no client can draw out
   */
  ConnectionMemory(MemoryBudget budget, MemoryBudget workBudget) {
    this.budget = budget;
    this.workBudget = workBudget;
  }

  @Override
  public void reserve(long bytes) {
    if (bytes > 0) {
      taken += budget.take(bytes, taken, expected);
    }
  }

  @Override
  public Runnable lend(long bytes) {
    long lent = budget.take(bytes, taken, expected);
    taken += lent;
    return () -> {
      taken -= lent;
      budget.settle(lent, 0, 0);
    };
  }

  /** Notes what the request will have reserved in the end, however little of it at a time. */
  void expect(long bytes) {
    expected = bytes;
  }

  /**
   * Reserves memory for the handler until {@link #endWork}.
   *
   * @throws io.kvapp.server.http.message.HttpException with status 503 if it does not become free
   */
  void reserveWork(long bytes) {
    if (bytes > 0) {
      working += workBudget.take(bytes, working, 0);
    }
  }

  /** Gives back what was reserved for the handler. */
  void endWork() {
    if (working > 0) {
      workBudget.settle(working, 0, 0);
      working = 0;
    }
  }

  /** Whether buffers should be given up as soon as they are not needed. */
  boolean isScarce() {
    return budget.isScarce();
  }

  /** Gives back everything beyond {@code bytes}, which are kept between two requests. */
  void settle(long bytes) {
    expected = 0;
    long keeps = Math.min(bytes, kept + taken);
    if (taken > 0 || keeps < kept) {
      budget.settle(taken, kept, keeps);
      taken = 0;
      kept = keeps;
    }
  }

  /** Gives back everything: the connection has ended. */
  void end() {
    endWork();
    settle(0);
  }
}

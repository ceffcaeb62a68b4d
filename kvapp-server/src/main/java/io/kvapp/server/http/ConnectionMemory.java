package io.kvapp.server.http;

/**
 * What one connection has taken of the budget of all.
 *
 * <p>Not thread-safe.
 */
final class ConnectionMemory implements Memory {
  private final MemoryBudget budget;
  private long taken;
  private long lasting;

  ConnectionMemory(MemoryBudget budget) {
    this.budget = budget;
  }

  @Override
  public void claim(long bytes) {
    if (bytes > 0) {
      taken += budget.take(bytes);
    }
  }

  @Override
  public boolean tryClaim(long bytes) {
    boolean had = budget.tryTake(bytes);
    taken += had ? bytes : 0;
    return had;
  }

  /** Takes bytes for as long as the connection lasts, as {@link #claim}. */
  void claimLasting(long bytes) {
    claim(bytes);
    lasting = taken;
  }

  /** Whether buffers should be given up as soon as they are not needed. */
  boolean isScarce() {
    return budget.isScarce();
  }

  /** Gives back everything beyond {@code kept} bytes and what was taken to last. */
  void settle(long kept) {
    long left = kept + lasting;
    if (taken > left) {
      budget.giveBack(taken - left);
      taken = left;
    }
  }

  /** Gives back everything: the connection has ended. */
  void end() {
    lasting = 0;
    settle(0);
  }
}

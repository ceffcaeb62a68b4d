package io.kvapp.server.http;

/**
 * What one connection has taken of the budget of all.
 *
 * <p>Not thread-safe.
 */
final class ConnectionMemory implements Memory {
  private final MemoryBudget budget;
  private long taken;
  private long kept;
  private long lasting;

  ConnectionMemory(MemoryBudget budget) {
    this.budget = budget;
  }

  @Override
  public void claim(long bytes) {
    if (bytes > 0) {
      taken += budget.take(bytes, taken);
    }
  }

  @Override
  public boolean tryClaim(long bytes) {
    long had = budget.tryTake(bytes, taken);
    taken += Math.max(0, had);
    return had >= 0;
  }

  /** Takes bytes for as long as the connection lasts, as {@link #claim}. */
  void claimLasting(long bytes) {
    claim(bytes);
    lasting = taken;
    settle(0);
  }

  /** Whether buffers should be given up as soon as they are not needed. */
  boolean isScarce() {
    return budget.isScarce();
  }

  /** Gives back everything beyond {@code bytes} and what was taken to last. */
  void settle(long bytes) {
    long keeps = Math.min(bytes + lasting, kept + taken);
    if (taken > 0 || keeps < kept) {
      budget.settle(taken, kept, keeps);
      taken = 0;
      kept = keeps;
    }
  }

  /** Gives back everything: the connection has ended. */
  void end() {
    lasting = 0;
    settle(0);
  }
}

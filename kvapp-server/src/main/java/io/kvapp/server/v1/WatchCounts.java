package io.kvapp.server.v1;

import io.kvapp.Change;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what readers of changes are told.
 *
 * <p>All methods may be called from any thread.
 */
public final class WatchCounts {
  private final LongAdder changes = new LongAdder();
  private final LongAdder resets = new LongAdder();

  /** Counts from nothing. */
  public WatchCounts() {}

  /** How many puts, deletes and expiries were told, once for each reader. */
  public long changes() {
    return changes.sum();
  }

  /** How often a reader could not go on from its revision, as what came behind it was gone. */
  public long resets() {
    return resets.sum();
  }

  /**
   * Counts changes that a reader is told.
   *
   * @param resumes whether it has asked to go on from a revision
   */
  void tell(List<Change> told, boolean resumes) {
    int marks = 0;
    for (int i = 0; i < told.size(); i++) {
      switch (told.get(i).kind()) {
        case RESET -> {
          marks++;
          if (resumes) {
            resets.increment();
          }
        }
        case SYNCED -> marks++;
        default -> {}
      }
    }
    changes.add(told.size() - marks);
  }

  /** Counts a reader that is told that what it asks for is gone. */
  void gone() {
    resets.increment();
  }
}

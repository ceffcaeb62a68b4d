package io.kvapp.engine;

import io.kvapp.KVException;
import io.kvapp.engine.event.StallEvent;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Stalls writers while the background is too far behind, so that neither the heap nor the disk
 * fills with work to be done.
 *
 * <p>Safe for any thread.
 */
final class WriteGate {
  /**
   * Background work that can fall behind.
   *
   * @param isTooLong whether writers have to wait until less is left to do
   * @param request has the work done, unless that is under way
   * @param obstacle why the work cannot be done; null while it can
   */
  record Backlog(BooleanSupplier isTooLong, Runnable request, Supplier<KVException> obstacle) {}

  private final List<Backlog> backlogs;
  private final Signal progress;
  private volatile boolean stalled;
  private volatile boolean ended;

  /**
   * A gate that is open until a {@link #check}.
   *
   * @param progress raised whenever some of the work has been done
   */
  WriteGate(Signal progress, Backlog... backlogs) {
    this.backlogs = List.of(backlogs);
    this.progress = progress;
  }

  /** Stalls the writers to come if a backlog is too long. */
  void check() {
    boolean tooLong = false;
    for (int i = 0; i < backlogs.size() && !tooLong; i++) {
      tooLong = backlogs.get(i).isTooLong.getAsBoolean();
    }
    stalled = tooLong;
  }

  /**
   * Waits while a backlog is too long; costs one volatile read while none is.
   *
   * @throws KVException what stands in the way of the work
   */
  void awaitRoom() {
    if (stalled) {
      StallEvent event = new StallEvent();
      event.begin();
      try {
        progress.awaitWhile(this::isStalled);
      } finally {
        event.commit();
      }
    }
  }

  private boolean isStalled() {
    boolean wait = false;
    for (Backlog backlog : backlogs) {
      if (!ended && backlog.isTooLong.getAsBoolean()) {
        KVException obstacle = backlog.obstacle.get();
        if (obstacle != null) {
          throw obstacle;
        }
        backlog.request.run();
        wait = true;
      }
    }
    stalled = wait;
    return wait;
  }

  /** Lets every writer through, as the store closes. */
  void end() {
    ended = true;
    progress.raise();
  }
}

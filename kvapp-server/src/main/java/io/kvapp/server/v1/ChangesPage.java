package io.kvapp.server.v1;

import io.kvapp.Change;
import io.kvapp.Changes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One page of changes: whole revisions, one at least where there is one, and not more than a number
 * of changes and 4 MiB else.
 *
 * <p>Not thread-safe.
 */
final class ChangesPage {
  private static final long MAX_BYTES = 4 << 20;

  /** About as many bytes does a change in memory take besides its key and value. */
  private static final long CHANGE_BYTES = 100;

  private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();

  private final Changes source;
  private final int limit;
  private final List<Change> changes = new ArrayList<>();
  private long bytes;
  private long revision;
  private boolean more;

  /**
   * An empty page.
   *
   * @param source not closed by this; reserves what it reads
   */
  ChangesPage(Changes source, int limit) {
    this.source = source;
    this.limit = limit;
    this.revision = source.revision();
  }

  /** Adds what is there already. */
  void fill() {
    boolean goesOn = true;
    while (goesOn) {
      goesOn = add(source.next(Duration.ZERO));
    }
  }

  /**
   * Waits until there is a change, and adds what is there then.
   *
   * @param stillNeeded is called each second, and throws if nobody waits any more
   */
  void await(Duration wait, Runnable stillNeeded) {
    long end = System.nanoTime() + wait.toNanos();
    long left = wait.toNanos();
    while (left > 0 && changes.isEmpty()) {
      add(source.next(Duration.ofNanos(Math.min(left, LOOK_NANOS))));
      stillNeeded.run();
      left = end - System.nanoTime();
    }
    if (!changes.isEmpty()) {
      fill();
    }
  }

  /** Adds one revision if there is room for it; returns whether there may be another. */
  private boolean add(List<Change> next) {
    boolean isMark = !next.isEmpty() && next.get(0).kind() == Change.Kind.SYNCED;
    if (next.isEmpty() || isMark) {
      revision = source.revision();
      return isMark;
    }
    long nextBytes = 0;
    for (Change change : next) {
      nextBytes += CHANGE_BYTES + change.key().length + change.value().length;
    }
    boolean fits = changes.size() + next.size() <= limit && bytes + nextBytes <= MAX_BYTES;
    if (!changes.isEmpty() && !fits) {
      more = true;
      return false;
    }
    changes.addAll(next);
    bytes += nextBytes;
    revision = source.revision();
    return true;
  }

  /** The changes in the order of their revisions. */
  List<Change> changes() {
    return changes;
  }

  /** Whether it has no change. */
  boolean isEmpty() {
    return changes.isEmpty();
  }

  /** The place to go on from. */
  long revision() {
    return revision;
  }

  /** Whether there are more changes already. */
  boolean hasMore() {
    return more;
  }
}

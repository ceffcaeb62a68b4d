package io.kvapp.engine.journal;

import io.kvapp.SyncTimes;
import io.kvapp.engine.event.SyncEvent;
import io.kvapp.engine.file.Disk;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Syncs the segments of the journal, with one sync for all threads that wait for one, and notes on
 * the disk how far they are synced.
 *
 * <p>Safe for any thread. {@link GroupCommit} sees to it that one thread at a time syncs.
 */
final class JournalSyncer {
  private final Disk disk;
  private final JournalHealth health;
  private final ReentrantLock appending;
  private final LongSupplier appendedBytes;
  private final GroupCommit commits = new GroupCommit(new SegmentSync());
  private final SyncClock clock = new SyncClock();

  /** Oldest first; the last one is written now. Guarded by {@link #appending}. */
  private final ArrayDeque<JournalSegment> unsynced = new ArrayDeque<>();

  /** Whether the segments may be unmapped; guarded by the turns of {@link #commits}. */
  private boolean closed;

  private int syncedOffset = SegmentHeader.BYTES;
  private int notedOffset = SegmentHeader.BYTES;

  /**
   * A syncer of a journal.
   *
   * @param appending the lock under which records are appended
   * @param appendedBytes how much was appended; asked under that lock
   */
  JournalSyncer(
      Disk disk, JournalHealth health, ReentrantLock appending, LongSupplier appendedBytes) {
    this.disk = disk;
    this.health = health;
    this.appending = appending;
    this.appendedBytes = appendedBytes;
  }

  /** Goes on with another segment, which is written from now on; called under the lock. */
  void add(JournalSegment segment) {
    unsynced.add(segment);
  }

  /** Takes a segment back that was added last; called under the lock. */
  void remove(JournalSegment segment) {
    unsynced.removeLastOccurrence(segment);
  }

  /** Waits until a sync has covered so many appended bytes, or one has failed. */
  void await(long target) {
    commits.await(target);
  }

  /** Syncs these segments, the oldest there are, no more. */
  void forget(List<JournalSegment> saved) {
    commits.alone(
        () -> {
          appending.lock();
          try {
            while (saved.contains(unsynced.element())) {
              unsynced.remove();
              startSegment();
            }
          } finally {
            appending.unlock();
          }
        });
  }

  /**
   * Ends a sync under way and lets those to come do nothing: what is appended is in SSTables, or
   * the journal has failed.
   */
  void close() {
    commits.alone(() -> closed = true);
  }

  private void startSegment() {
    syncedOffset = SegmentHeader.BYTES;
    notedOffset = SegmentHeader.BYTES;
  }

  private final class SegmentSync implements GroupCommit.Sync {
    @Override
    public long run() {
      if (closed) {
        return Long.MAX_VALUE;
      }
      try {
        return forceAll();
      } catch (OutOfMemoryError | StackOverflowError shortage) {
        throw shortage;
      } catch (IOException | RuntimeException | Error problem) {
        fail(problem);
        return 0;
      }
    }

    @Override
    public boolean hasFailed() {
      return health.failure() != null;
    }
  }

  /** A page of the mapping that the disk cannot give back is an InternalError. */
  private void fail(Throwable problem) {
    health.fail(
        problem instanceof IOException failure
            ? failure
            : new IOException("a sync failed: " + problem, problem));
  }

  private long forceAll() throws IOException {
    JournalSegment[] segments;
    int lastEnd;
    long target;
    appending.lock();
    try {
      JournalSegment current = unsynced.getLast();
      current.writeOut(disk);
      segments = unsynced.toArray(JournalSegment[]::new);
      lastEnd = current.end();
      target = appendedBytes.getAsLong();
    } finally {
      appending.unlock();
    }
    SyncEvent event = new SyncEvent();
    event.begin();
    long start = System.nanoTime();
    for (int i = 0; i < segments.length; i++) {
      JournalSegment segment = segments[i];
      boolean last = i == segments.length - 1;
      int end = last ? lastEnd : segment.end();
      if (end > syncedOffset) {
        segment.force(disk, syncedOffset, end);
      }
      syncedOffset = end;
      if (!last) {
        segment.forceSyncedOffset(disk, end);
        appending.lock();
        try {
          unsynced.remove();
        } finally {
          appending.unlock();
        }
        startSegment();
      }
    }
    clock.add(System.nanoTime() - start);
    event.segments = segments.length;
    event.commit();
    return target;
  }

  /** Notes on the disk how far the segment that is written now is synced. */
  void noteSyncedOffset() {
    commits.alone(
        () -> {
          try {
            if (health.failure() == null && syncedOffset != notedOffset) {
              firstUnsynced().forceSyncedOffset(disk, syncedOffset);
              notedOffset = syncedOffset;
            }
          } catch (OutOfMemoryError | StackOverflowError shortage) {
            throw shortage;
          } catch (IOException | RuntimeException | Error problem) {
            fail(problem);
          }
        });
  }

  private JournalSegment firstUnsynced() {
    appending.lock();
    try {
      return unsynced.element();
    } finally {
      appending.unlock();
    }
  }

  /** How long syncs have taken so far. */
  SyncTimes times() {
    return clock.times();
  }
}

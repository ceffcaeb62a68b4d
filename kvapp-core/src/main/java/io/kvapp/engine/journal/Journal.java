package io.kvapp.engine.journal;

import io.kvapp.Durability;
import io.kvapp.KVException;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.model.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The append-only log of every write, and the counter of revisions.
 *
 * <p>Records go into a chain of memory-mapped {@linkplain JournalSegment segments}; the next
 * segment is made ready in the background. {@link #sync} is a group commit: one thread syncs for
 * all that wait (described by Helland et al., "Group Commit Timers and High Volume Transaction
 * Systems", 1987).
 *
 * <p>Safe for any thread, interrupted ones included: no file channel is touched on a caller's
 * thread.
 */
public final class Journal {
  private static final int SPARE_FILES = 2;

  private final Disk disk;
  private final Path folder;
  private final ExecutorService preparing;
  private final int firstSegmentBytes;
  private final int maxSegmentBytes;
  private final boolean syncedOften;

  private final ReentrantLock appending = new ReentrantLock();
  private final List<JournalSegment> sinceRotation = new ArrayList<>();
  private final ArrayDeque<JournalSegment> unsynced = new ArrayDeque<>();
  private final Queue<JournalSegment> retired = new ConcurrentLinkedQueue<>();
  private final LongAdder fileBytes = new LongAdder();
  private long nextSequence;
  private volatile int nextCapacity;
  private JournalSegment current;
  private CompletableFuture<JournalSegment> spare;
  private volatile long revision;
  private volatile long appendedBytes;
  private volatile boolean closed;

  private final GroupCommit commits = new GroupCommit(new JournalSync());
  private volatile IOException failure;
  private int syncedOffset = JournalSegment.HEADER_BYTES;
  private int notedOffset = JournalSegment.HEADER_BYTES;
  private volatile long syncs;
  private volatile long syncNanos;
  private volatile long longestSyncNanos;

  /**
   * A journal that begins with a new segment.
   *
   * @param sequence the sequence of its first segment
   * @param revision the revision of the last write before it
   * @param preparing one thread that makes segments ready, never interrupted
   * @param durability how often it will be synced
   */
  public Journal(
      Disk disk,
      Path folder,
      long sequence,
      long revision,
      ExecutorService preparing,
      EngineOptions tuning,
      Durability durability)
      throws IOException {
    this.disk = disk;
    this.folder = folder;
    this.preparing = preparing;
    this.nextSequence = sequence;
    this.revision = revision;
    this.firstSegmentBytes = tuning.firstSegmentBytes();
    this.maxSegmentBytes = tuning.maxSegmentBytes();
    this.syncedOften = durability == Durability.SYNC;
    this.nextCapacity = tuning.firstSegmentBytes();
    this.current = create(nextSequence++, nextCapacity);
    unsynced.add(current);
    sinceRotation.add(current);
    prepareSpare();
  }

  /** The revision of the newest write. */
  public long revision() {
    return revision;
  }

  /** The sequence of the segment that is written now. */
  public long sequence() {
    appending.lock();
    try {
      return current.sequence;
    } finally {
      appending.unlock();
    }
  }

  /** Bytes of records appended since this journal was made. */
  public long appendedBytes() {
    return appendedBytes;
  }

  /**
   * Appends the operations as one record under the next revision.
   *
   * @return a slot for each operation
   * @throws KVException.NoSpace if there is no space for another segment; nothing has changed
   * @throws KVException.ReadOnly if a write or sync has failed
   */
  public JournalPosition[] append(List<Operation> operations) {
    long bytes = JournalSegment.recordBytes(operations);
    appending.lock();
    try {
      requireHealthy();
      if (!current.hasRoom(bytes)) {
        goOn(bytes);
      }
      JournalPosition[] slots = current.append(disk, revision + 1, operations);
      revision = revision + 1;
      appendedBytes += bytes;
      return slots;
    } catch (IOException problem) {
      throw refuse(problem, bytes);
    } finally {
      appending.unlock();
    }
  }

  /**
   * Seals the current segment and goes on in a new one.
   *
   * @return the segments written since the last rotation
   */
  public List<JournalSegment> rotate() {
    appending.lock();
    try {
      requireHealthy();
      goOn(0);
      List<JournalSegment> sealed =
          new ArrayList<>(sinceRotation.subList(0, sinceRotation.size() - 1));
      sinceRotation.clear();
      sinceRotation.add(current);
      return sealed;
    } catch (IOException problem) {
      throw refuse(problem, 0);
    } finally {
      appending.unlock();
    }
  }

  /** Waits until the next segment is ready, so that a rotation need not wait with locks held. */
  public void awaitSpare() {
    CompletableFuture<JournalSegment> waited;
    appending.lock();
    try {
      if (spare == null) {
        prepareSpare();
      }
      waited = spare;
    } finally {
      appending.unlock();
    }
    waited.exceptionally(unused -> null).join();
  }

  /** Whether the journal writes into a larger file than at its beginning. */
  public boolean isLarge() {
    appending.lock();
    try {
      return current.capacity() > firstSegmentBytes;
    } finally {
      appending.unlock();
    }
  }

  /**
   * Gives back the files that were made ready, and makes the next segment as small as the first;
   * for one thread at a time.
   *
   * @return whether the journal is larger than that until it is rotated
   */
  public boolean shrink() throws IOException {
    CompletableFuture<JournalSegment> unused;
    appending.lock();
    try {
      if (current.capacity() <= firstSegmentBytes) {
        return false;
      }
      unused = spare;
      nextCapacity = firstSegmentBytes;
      prepareSpare();
    } finally {
      appending.unlock();
    }
    JournalSegment segment = unused == null ? null : unused.exceptionally(problem -> null).join();
    if (segment != null) {
      delete(segment);
    }
    return true;
  }

  private void goOn(long recordBytes) throws IOException {
    JournalSegment next = takeSpare(recordBytes);
    try {
      current.seal(disk, revision, next.sequence);
    } catch (IOException problem) {
      retired.add(next);
      throw problem;
    }
    current = next;
    unsynced.add(next);
    sinceRotation.add(next);
    prepareSpare();
  }

  private JournalSegment takeSpare(long recordBytes) {
    long needed = JournalSegment.OVERHEAD_BYTES + recordBytes;
    if (needed > nextCapacity) {
      // Its sequence is now too low to follow the large one.
      giveBack(spare);
      spare = null;
      return join(prepare(nextSequence++, needed), needed);
    }
    if (spare == null) {
      prepareSpare();
    }
    CompletableFuture<JournalSegment> taken = spare;
    spare = null;
    JournalSegment segment;
    try {
      segment = join(taken, nextCapacity);
    } catch (KVException.NoSpace full) {
      // Where there is no space for a large segment there may be for a small one.
      nextCapacity = firstSegmentBytes;
      long least = Math.max(needed, firstSegmentBytes);
      return join(prepare(nextSequence++, least), least);
    }
    if (segment.hasRoom(recordBytes)) {
      return segment;
    }
    retired.add(segment);
    return join(prepare(nextSequence++, needed), needed);
  }

  private void giveBack(CompletableFuture<JournalSegment> unused) {
    if (unused != null) {
      unused.thenAccept(retired::add);
    }
  }

  private JournalSegment join(CompletableFuture<JournalSegment> future, long bytes) {
    try {
      return future.join();
    } catch (CompletionException wrapped) {
      if (wrapped.getCause() instanceof IOException cause) {
        throw refuse(cause, bytes);
      }
      throw wrapped;
    }
  }

  private void prepareSpare() {
    spare = prepare(nextSequence++, nextCapacity);
    nextCapacity = Math.min(maxSegmentBytes, nextCapacity * 2);
  }

  private CompletableFuture<JournalSegment> prepare(long sequence, long capacity) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return create(sequence, capacity);
          } catch (IOException problem) {
            throw new CompletionException(problem);
          }
        },
        preparing);
  }

  private JournalSegment create(long sequence, long capacity) throws IOException {
    for (JournalSegment reused = retired.poll(); reused != null; reused = retired.poll()) {
      if (reused.capacity() == capacity) {
        return reused.recycle(disk, sequence);
      }
      delete(reused);
    }
    long usable = disk.usableBytes(folder);
    if (usable < capacity) {
      throw new IOException("No space left on device: " + usable + " bytes are free");
    }
    JournalSegment segment =
        JournalSegment.create(disk, folder, sequence, Math.toIntExact(capacity), syncedOften);
    fileBytes.add(capacity);
    return segment;
  }

  /**
   * Says that the records of these segments, the oldest there are, are on the disk in an SSTable:
   * no sync touches them any more.
   */
  public void forget(List<JournalSegment> saved) {
    commits.alone(
        () -> {
          appending.lock();
          try {
            while (saved.contains(unsynced.element())) {
              unsynced.remove();
              syncedOffset = JournalSegment.HEADER_BYTES;
              notedOffset = JournalSegment.HEADER_BYTES;
            }
          } finally {
            appending.unlock();
          }
        });
  }

  /** Takes back a segment that nothing reads and no recovery needs any more. */
  public void retire(JournalSegment segment) throws IOException {
    if (closed) {
      // The next opening has deleted the file, and may have made another of its name.
      segment.release();
      return;
    }
    boolean useful = segment.capacity() == maxSegmentBytes && nextCapacity == maxSegmentBytes;
    if (useful && retired.size() < SPARE_FILES) {
      retired.add(segment);
    } else {
      delete(segment);
    }
  }

  private void delete(JournalSegment segment) throws IOException {
    fileBytes.add(-segment.capacity());
    segment.release();
    disk.delete(segment.file);
  }

  /**
   * Waits until everything appended before the call is on the disk.
   *
   * @throws KVException.ReadOnly if a sync fails or has failed
   */
  public void sync() {
    commits.await(appendedBytes);
    requireHealthy();
  }

  private final class JournalSync implements GroupCommit.Sync {
    @Override
    public long run() {
      try {
        return forceAll();
      } catch (IOException problem) {
        failure = problem;
        return 0;
      } catch (RuntimeException | Error problem) {
        // A page of the mapping that the disk cannot give back is an InternalError.
        failure = new IOException("a sync failed: " + problem, problem);
        return 0;
      }
    }

    @Override
    public boolean hasFailed() {
      return failure != null;
    }
  }

  private long forceAll() throws IOException {
    JournalSegment[] segments;
    int lastEnd;
    long target;
    appending.lock();
    try {
      current.writeOut(disk);
      segments = unsynced.toArray(JournalSegment[]::new);
      lastEnd = current.end();
      target = appendedBytes;
    } finally {
      appending.unlock();
    }
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
        syncedOffset = JournalSegment.HEADER_BYTES;
        notedOffset = JournalSegment.HEADER_BYTES;
      }
    }
    long nanos = System.nanoTime() - start;
    syncNanos += nanos;
    syncs++;
    longestSyncNanos = Math.max(longestSyncNanos, nanos);
    return target;
  }

  /** Syncs, and notes on the disk how far the journal is there; for one background thread. */
  public void syncAndNote() {
    sync();
    commits.alone(this::noteSyncedOffset);
    requireHealthy();
  }

  private void noteSyncedOffset() {
    try {
      if (failure == null && syncedOffset != notedOffset) {
        unsynced().forceSyncedOffset(disk, syncedOffset);
        notedOffset = syncedOffset;
      }
    } catch (IOException problem) {
      failure = problem;
    } catch (RuntimeException | Error problem) {
      failure = new IOException("a sync failed: " + problem, problem);
    }
  }

  private JournalSegment unsynced() {
    appending.lock();
    try {
      return unsynced.element();
    } finally {
      appending.unlock();
    }
  }

  /** Why the journal takes no more writes; null while it does. */
  public IOException failure() {
    return failure;
  }

  /** Makes the journal refuse every further write. */
  public void fail(IOException cause) {
    failure = cause;
  }

  /**
   * What to throw when a write to a file of the store has failed, after which the journal refuses
   * every further write unless space is all that lacks.
   */
  public KVException refuse(IOException cause, long neededBytes) {
    if (!Disk.isNoSpace(cause)) {
      failure = cause;
    }
    return Disk.failure(folder, neededBytes, cause);
  }

  /**
   * Checks that no write or sync has failed.
   *
   * @throws KVException.ReadOnly if one has
   */
  public void requireHealthy() {
    IOException cause = failure;
    if (cause != null) {
      throw new KVException.ReadOnly(folder, cause);
    }
  }

  /** Bytes of all files of the journal, those made ready included. */
  public long fileBytes() {
    return fileBytes.sum();
  }

  public long syncs() {
    return syncs;
  }

  public long meanSyncNanos() {
    return syncs == 0 ? 0 : syncNanos / syncs;
  }

  public long longestSyncNanos() {
    return longestSyncNanos;
  }

  /**
   * Ends the journal, with no call in flight but scans, which finish on their own.
   *
   * @param keepRecords whether the files stay for a recovery
   */
  public void close(boolean keepRecords) throws IOException {
    closed = true;
    CompletableFuture<JournalSegment> last = spare;
    JournalSegment unused = last == null ? null : last.exceptionally(problem -> null).join();
    if (unused != null) {
      delete(unused);
    }
    for (JournalSegment segment = retired.poll(); segment != null; segment = retired.poll()) {
      delete(segment);
    }
    if (!keepRecords) {
      for (JournalSegment segment : sinceRotation) {
        segment.release();
        disk.delete(segment.file);
      }
      sinceRotation.clear();
    }
  }

  /** The segments that a closed journal has left mapped, for those scans. */
  public List<JournalSegment> unsaved() {
    return sinceRotation;
  }
}

package io.kvapp.engine;

import io.kvapp.Durability;
import io.kvapp.KVException;
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
 * <p>Records go into a chain of memory-mapped {@linkplain Segment segments}; the next segment is
 * made ready in the background. {@link #sync} is a group commit: one thread syncs for all that wait
 * (described by Helland et al., "Group Commit Timers and High Volume Transaction Systems", 1987).
 *
 * <p>Safe for any thread, interrupted ones included: no file channel is touched on a caller's
 * thread.
 */
final class Journal {
  private static final int SPARE_FILES = 2;

  private final Disk disk;
  private final Path folder;
  private final ExecutorService preparing;
  private final int firstSegmentBytes;
  private final int largestSegmentBytes;
  private final boolean syncedOften;

  private final ReentrantLock appending = new ReentrantLock();
  private final List<Segment> sinceRotation = new ArrayList<>();
  private final ArrayDeque<Segment> unsynced = new ArrayDeque<>();
  private final Queue<Segment> retired = new ConcurrentLinkedQueue<>();
  private final LongAdder fileBytes = new LongAdder();
  private long nextSequence;
  private volatile int nextCapacity;
  private Segment current;
  private CompletableFuture<Segment> spare;
  private volatile long revision;
  private volatile long appendedBytes;
  private volatile boolean closed;

  private final GroupCommit commits = new GroupCommit(new JournalSync());
  private volatile IOException failure;
  private int syncedOffset = Segment.HEADER_BYTES;
  private int notedOffset = Segment.HEADER_BYTES;
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
  Journal(
      Disk disk,
      Path folder,
      long sequence,
      long revision,
      ExecutorService preparing,
      Tuning tuning,
      Durability durability)
      throws IOException {
    this.disk = disk;
    this.folder = folder;
    this.preparing = preparing;
    this.nextSequence = sequence;
    this.revision = revision;
    this.firstSegmentBytes = tuning.firstSegmentBytes();
    this.largestSegmentBytes = tuning.largestSegmentBytes();
    this.syncedOften = durability == Durability.SYNC;
    this.nextCapacity = tuning.firstSegmentBytes();
    this.current = create(nextSequence++, nextCapacity);
    unsynced.add(current);
    sinceRotation.add(current);
    prepareSpare();
  }

  /** The revision of the newest write. */
  long revision() {
    return revision;
  }

  /** The sequence of the segment that is written now. */
  long sequence() {
    appending.lock();
    try {
      return current.sequence;
    } finally {
      appending.unlock();
    }
  }

  /** Bytes of records appended since this journal was made. */
  long appendedBytes() {
    return appendedBytes;
  }

  /**
   * Appends the operations as one record under the next revision.
   *
   * @return a slot for each operation
   * @throws KVException.NoSpace if there is no space for another segment; nothing has changed
   * @throws KVException.ReadOnly if a write or sync has failed
   */
  Slot[] append(List<Operation> operations) {
    long bytes = Segment.recordBytes(operations);
    appending.lock();
    try {
      requireHealthy();
      if (!current.hasRoom(bytes)) {
        goOn(bytes);
      }
      Slot[] slots = current.append(disk, revision + 1, operations);
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
  List<Segment> rotate() {
    appending.lock();
    try {
      requireHealthy();
      goOn(0);
      List<Segment> sealed = new ArrayList<>(sinceRotation.subList(0, sinceRotation.size() - 1));
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
  void awaitSpare() {
    CompletableFuture<Segment> waited;
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
  boolean isLarge() {
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
  boolean shrink() throws IOException {
    CompletableFuture<Segment> unused;
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
    Segment segment = unused == null ? null : unused.exceptionally(problem -> null).join();
    if (segment != null) {
      delete(segment);
    }
    return true;
  }

  private void goOn(long recordBytes) throws IOException {
    Segment next = takeSpare(recordBytes);
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

  private Segment takeSpare(long recordBytes) {
    long needed = Segment.OVERHEAD_BYTES + recordBytes;
    if (needed > nextCapacity) {
      // Its sequence is now too low to follow the large one.
      giveBack(spare);
      spare = null;
      return join(prepare(nextSequence++, needed), needed);
    }
    if (spare == null) {
      prepareSpare();
    }
    CompletableFuture<Segment> taken = spare;
    spare = null;
    Segment segment;
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

  private void giveBack(CompletableFuture<Segment> unused) {
    if (unused != null) {
      unused.thenAccept(retired::add);
    }
  }

  private Segment join(CompletableFuture<Segment> future, long bytes) {
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
    nextCapacity = Math.min(largestSegmentBytes, nextCapacity * 2);
  }

  private CompletableFuture<Segment> prepare(long sequence, long capacity) {
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

  private Segment create(long sequence, long capacity) throws IOException {
    for (Segment reused = retired.poll(); reused != null; reused = retired.poll()) {
      if (reused.capacity() == capacity) {
        return reused.recycle(disk, sequence);
      }
      delete(reused);
    }
    long usable = disk.usableBytes(folder);
    if (usable < capacity) {
      throw new IOException("No space left on device: " + usable + " bytes are free");
    }
    Segment segment =
        Segment.create(disk, folder, sequence, Math.toIntExact(capacity), syncedOften);
    fileBytes.add(capacity);
    return segment;
  }

  /**
   * Says that the records of these segments, the oldest there are, are on the disk in a snapshot:
   * no sync touches them any more.
   */
  void forget(List<Segment> saved) {
    commits.alone(
        () -> {
          appending.lock();
          try {
            while (saved.contains(unsynced.element())) {
              unsynced.remove();
              syncedOffset = Segment.HEADER_BYTES;
              notedOffset = Segment.HEADER_BYTES;
            }
          } finally {
            appending.unlock();
          }
        });
  }

  /** Takes back a segment that nothing reads and no recovery needs any more. */
  void retire(Segment segment) throws IOException {
    if (closed) {
      // The next opening has deleted the file, and may have made another of its name.
      segment.release();
      return;
    }
    boolean useful =
        segment.capacity() == largestSegmentBytes && nextCapacity == largestSegmentBytes;
    if (useful && retired.size() < SPARE_FILES) {
      retired.add(segment);
    } else {
      delete(segment);
    }
  }

  private void delete(Segment segment) throws IOException {
    fileBytes.add(-segment.capacity());
    segment.release();
    disk.delete(segment.file);
  }

  /**
   * Waits until everything appended before the call is on the disk.
   *
   * @throws KVException.ReadOnly if a sync fails or has failed
   */
  void sync() {
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
    Segment[] segments;
    int lastEnd;
    long target;
    appending.lock();
    try {
      current.writeOut(disk);
      segments = unsynced.toArray(Segment[]::new);
      lastEnd = current.end();
      target = appendedBytes;
    } finally {
      appending.unlock();
    }
    long start = System.nanoTime();
    for (int i = 0; i < segments.length; i++) {
      Segment segment = segments[i];
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
        syncedOffset = Segment.HEADER_BYTES;
        notedOffset = Segment.HEADER_BYTES;
      }
    }
    long nanos = System.nanoTime() - start;
    syncNanos += nanos;
    syncs++;
    longestSyncNanos = Math.max(longestSyncNanos, nanos);
    return target;
  }

  /** Syncs, and notes on the disk how far the journal is there; for one background thread. */
  void syncAndNote() {
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

  private Segment unsynced() {
    appending.lock();
    try {
      return unsynced.element();
    } finally {
      appending.unlock();
    }
  }

  /** Why the journal takes no more writes; null while it does. */
  IOException failure() {
    return failure;
  }

  /** Makes the journal refuse every further write. */
  void fail(IOException cause) {
    failure = cause;
  }

  /**
   * What to throw when a write to a file of the store has failed, after which the journal refuses
   * every further write unless space is all that lacks.
   */
  KVException refuse(IOException cause, long neededBytes) {
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
  void requireHealthy() {
    IOException cause = failure;
    if (cause != null) {
      throw new KVException.ReadOnly(folder, cause);
    }
  }

  /** Bytes of all files of the journal, those made ready included. */
  long fileBytes() {
    return fileBytes.sum();
  }

  long syncs() {
    return syncs;
  }

  long meanSyncNanos() {
    return syncs == 0 ? 0 : syncNanos / syncs;
  }

  long longestSyncNanos() {
    return longestSyncNanos;
  }

  /**
   * Ends the journal, with no call in flight but scans, which finish on their own.
   *
   * @param keepRecords whether the files stay for a recovery
   */
  void close(boolean keepRecords) throws IOException {
    closed = true;
    CompletableFuture<Segment> last = spare;
    Segment unused = last == null ? null : last.exceptionally(problem -> null).join();
    if (unused != null) {
      delete(unused);
    }
    for (Segment segment = retired.poll(); segment != null; segment = retired.poll()) {
      delete(segment);
    }
    if (!keepRecords) {
      for (Segment segment : sinceRotation) {
        segment.release();
        disk.delete(segment.file);
      }
      sinceRotation.clear();
    }
  }

  /** The segments that a closed journal has left mapped, for those scans. */
  List<Segment> unsaved() {
    return sinceRotation;
  }
}

package io.kvapp.engine.journal;

import io.kvapp.KVException;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.NoSpaceException;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Makes the segments of the journal. The next one is made ahead of time on a thread of its own,
 * over a recycled file where there is one; each is twice as large as the one before, up to a limit.
 *
 * <p>{@link #retire}, {@link #fileBytes} and {@link #recycledBytes} are for any thread; all else is
 * for the thread that holds the journal's lock, except where a method says otherwise.
 */
final class SegmentPool {
  private static final int MAX_RECYCLED_FILES = 2;
  private static final int FREE_SHARE = 8;
  private static final int SMALLEST_SHARE = 8;
  private static final int LEAST_SHARE = 4;

  private final Disk disk;
  private final Path folder;
  private final JournalHealth health;
  private final JournalHistory history;
  private final ExecutorService preparing;
  private final int firstBytes;
  private final int maxBytes;
  private final boolean syncedOften;
  private final Queue<JournalSegment> recycled = new ConcurrentLinkedQueue<>();
  private final LongAdder fileBytes = new LongAdder();

  /** The bytes of the segments that were taken and not given back. */
  private final LongAdder takenBytes = new LongAdder();

  private long nextSequence;
  private volatile int nextBytes;
  private CompletableFuture<JournalSegment> prepared;
  private volatile LongSupplier leftFree = () -> 0;
  private volatile boolean closed;

  /**
   * A pool that has made no segment yet.
   *
   * @param sequence the sequence of its first segment
   * @param preparing one thread that makes segments, never interrupted
   * @param syncedOften whether every few records will be synced
   */
  SegmentPool(
      Disk disk,
      Path folder,
      JournalHealth health,
      JournalHistory history,
      long sequence,
      ExecutorService preparing,
      EngineOptions options,
      boolean syncedOften) {
    this.disk = disk;
    this.folder = folder;
    this.health = health;
    this.history = history;
    this.preparing = preparing;
    this.firstBytes = options.firstSegmentBytes();
    this.maxBytes = options.maxSegmentBytes();
    this.syncedOften = syncedOften;
    this.nextSequence = sequence;
    this.nextBytes = firstBytes;
  }

  /** The first segment of the journal, made by this call; a small one on a full disk. */
  JournalSegment first() throws IOException {
    long sequence = nextSequence++;
    JournalSegment segment;
    try {
      segment = make(sequence, nextBytes);
    } catch (NoSpaceException full) {
      segment = make(sequence, smallestBytes());
    }
    takenBytes.add(segment.capacity());
    return segment;
  }

  /** The smallest segment for any operation, on a disk that has no space for the first. */
  private int leastBytes() {
    return firstBytes / LEAST_SHARE;
  }

  /** Room for some thousand deletes. */
  private int smallestBytes() {
    return firstBytes / SMALLEST_SHARE;
  }

  /** Begins to make the next segment. */
  void prepare() {
    prepared = makeAhead(nextSequence++, fitting(nextBytes));
    nextBytes = Math.min(maxBytes, nextBytes * 2);
  }

  /** A large segment is no help where it takes much of what is free on the disk. */
  private int fitting(int bytes) {
    try {
      return bytes <= disk.usableBytes(folder) / FREE_SHARE ? bytes : firstBytes;
    } catch (IOException unknown) {
      return firstBytes;
    }
  }

  /** The next segment, perhaps still being made; it stays the next one. */
  CompletableFuture<JournalSegment> prepared() {
    if (prepared == null) {
      prepare();
    }
    return prepared;
  }

  /**
   * Takes the next segment, with room for a record of so many bytes.
   *
   * @param small whether a segment that is smaller than the first will do
   * @throws KVException.NoSpace if there is no space for a segment
   */
  JournalSegment take(long recordBytes, boolean small) {
    JournalSegment segment = takeAny(recordBytes, small);
    takenBytes.add(segment.capacity());
    return segment;
  }

  private JournalSegment takeAny(long recordBytes, boolean small) {
    long needed = JournalSegment.OVERHEAD_BYTES + recordBytes;
    if (needed > nextBytes) {
      // Its sequence is now too low to follow the large one.
      if (prepared != null) {
        prepared.thenAccept(recycled::add);
        prepared = null;
      }
      return join(makeAhead(nextSequence++, needed), needed);
    }
    CompletableFuture<JournalSegment> taken = prepared();
    prepared = null;
    JournalSegment segment;
    try {
      segment = join(taken, nextBytes);
    } catch (KVException.NoSpace full) {
      // Where there is no space for a large segment there may be for a small one.
      nextBytes = firstBytes;
      long least = Math.max(needed, small ? smallestBytes() : leastBytes());
      return join(makeAhead(nextSequence++, least), least);
    } catch (OutOfMemoryError | StackOverflowError earlier) {
      // It was short when the segment was made ahead.
      segment = join(makeAhead(nextSequence++, nextBytes), nextBytes);
    }
    if (segment.hasRoom(recordBytes)) {
      return segment;
    }
    recycled.add(segment);
    return join(makeAhead(nextSequence++, needed), needed);
  }

  /** Takes a segment back into which nothing was written. */
  void giveBack(JournalSegment unused) {
    takenBytes.add(-unused.capacity());
    recycled.add(unused);
  }

  /**
   * Begins to make a segment as small as the first; the one that was prepared goes to the caller.
   */
  CompletableFuture<JournalSegment> restart() {
    CompletableFuture<JournalSegment> unused = prepared;
    nextBytes = firstBytes;
    prepare();
    return unused;
  }

  void leaveFree(LongSupplier bytes) {
    leftFree = bytes;
  }

  int firstBytes() {
    return firstBytes;
  }

  /** Whether a segment is so small that it is for deletes and the like alone. */
  boolean isSmall(JournalSegment segment) {
    return segment.capacity() < leastBytes();
  }

  /** Whether a segment is larger than the first. */
  boolean isLarge(JournalSegment segment) {
    return segment.capacity() > firstBytes;
  }

  private JournalSegment join(CompletableFuture<JournalSegment> future, long bytes) {
    try {
      return future.join();
    } catch (CompletionException wrapped) {
      if (wrapped.getCause() instanceof IOException cause) {
        throw health.refuse(cause, bytes);
      }
      if (wrapped.getCause() instanceof Error cause) {
        throw cause;
      }
      throw wrapped;
    }
  }

  private CompletableFuture<JournalSegment> makeAhead(long sequence, long bytes) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return make(sequence, bytes);
          } catch (IOException problem) {
            throw new CompletionException(problem);
          }
        },
        preparing);
  }

  private JournalSegment make(long sequence, long bytes) throws IOException {
    for (JournalSegment old = recycled.poll(); old != null; old = recycled.poll()) {
      if (old.capacity() == bytes) {
        return old.recycle(disk, sequence);
      }
      delete(old);
    }
    Path file = SegmentFileName.file(folder, sequence);
    // What an ordinary segment will hold, and those before it, has to fit into an SSTable too.
    long keptFree = bytes + takenBytes.sum() + leftFree.getAsLong();
    try {
      disk.requireUsable(file, bytes, bytes < leastBytes() ? 0 : keptFree);
    } catch (NoSpaceException full) {
      if (!history.giveWay()) {
        throw full;
      }
      disk.requireUsable(file, bytes, bytes < leastBytes() ? 0 : keptFree);
    }
    JournalSegment segment =
        JournalSegment.create(disk, folder, sequence, Math.toIntExact(bytes), syncedOften);
    fileBytes.add(bytes);
    return segment;
  }

  /** Counts a segment no more, whose records are in an SSTable; it is {@link #retire}d later. */
  void leave(JournalSegment segment) {
    takenBytes.add(-segment.capacity());
    fileBytes.add(-segment.capacity());
  }

  /** Recycles or deletes a segment that nothing reads and no recovery needs any more. */
  void retire(JournalSegment segment) throws IOException {
    if (closed) {
      // It may be named for the next opening, which may also have made another of its name.
      segment.release();
      return;
    }
    boolean useful =
        segment.capacity() == maxBytes && nextBytes == maxBytes && !segment.isTrimmed();
    fileBytes.add(segment.capacity());
    if (useful && recycled.size() < MAX_RECYCLED_FILES) {
      recycled.add(segment);
      // Unless the journal has gone on in small segments meanwhile, which delete what they find.
      if (nextBytes != maxBytes && recycled.remove(segment)) {
        delete(segment);
      }
    } else {
      delete(segment);
    }
  }

  /** Waits for a segment that is being made, and deletes it; needs no lock. */
  void delete(CompletableFuture<JournalSegment> unused) throws IOException {
    JournalSegment segment = unused == null ? null : unused.exceptionally(problem -> null).join();
    if (segment != null) {
      delete(segment);
    }
  }

  private void delete(JournalSegment segment) throws IOException {
    fileBytes.add(-segment.capacity());
    segment.release();
    disk.delete(segment.file);
  }

  /** Bytes of all files of the journal, those made ready included. */
  long fileBytes() {
    return fileBytes.sum();
  }

  /** How many of these are in recycled files that no segment uses. */
  long recycledBytes() {
    return recycled.stream().mapToLong(JournalSegment::capacity).sum();
  }

  /**
   * Deletes the segments that were made ready and the recycled ones; no other call is under way.
   */
  void close() throws IOException {
    closed = true;
    delete(prepared);
    for (JournalSegment old = recycled.poll(); old != null; old = recycled.poll()) {
      delete(old);
    }
  }
}

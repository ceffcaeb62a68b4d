package io.kvapp.engine.journal;

import io.kvapp.Durability;
import io.kvapp.KVException;
import io.kvapp.SyncTimes;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.Shortage;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.model.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The append-only log of every write, and the counter of revisions.
 *
 * <p>Records go into a chain of memory-mapped {@linkplain JournalSegment segments}, which a {@link
 * SegmentPool} makes. {@link #sync} is a {@linkplain GroupCommit group commit}: one thread syncs
 * for all that wait.
 *
 * <p>Safe for any thread, interrupted ones included: no file channel is touched on a caller's
 * thread.
 */
public final class Journal {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

  private final Disk disk;
  private final JournalHealth health;
  private final JournalHistory history;
  private final SegmentPool pool;
  private final JournalSyncer syncer;
  private final ReentrantLock appending = new ReentrantLock();

  /** The last of them is {@link #current}. */
  private final List<JournalSegment> sinceRoll = new ArrayList<>();

  private JournalSegment current;

  /** Whether the current segment is for operations that help to free space alone. */
  private boolean isSetAside;

  private volatile long revision;
  private volatile long appendedBytes;

  /** Behind it the next segment begins, if it is above the last record. */
  private long skipTo;

  /**
   * A journal that begins with a new segment.
   *
   * @param sequence the sequence of its first segment
   * @param revision the revision of the last write before it
   * @param preparing one thread that makes segments ready, never interrupted
   * @param durability how often it will be synced
   * @param history what was before it, which goes on with its segments
   */
  public Journal(
      Disk disk,
      Path folder,
      long sequence,
      long revision,
      ExecutorService preparing,
      EngineOptions options,
      Durability durability,
      JournalHistory history)
      throws IOException {
    this.disk = disk;
    this.revision = revision;
    this.history = history;
    health = new JournalHealth(folder);
    pool =
        new SegmentPool(
            disk,
            folder,
            health,
            history,
            sequence,
            preparing,
            options,
            durability == Durability.SYNC);
    history.retireTo(this::retireUnused, preparing);
    syncer = new JournalSyncer(disk, health, appending, () -> appendedBytes);
    current = pool.first();
    isSetAside = pool.isSmall(current);
    syncer.add(current);
    sinceRoll.add(current);
    history.begin(current, revision);
    pool.prepare();
  }

  /** A journal without a history. */
  public Journal(
      Disk disk,
      Path folder,
      long sequence,
      long revision,
      ExecutorService preparing,
      EngineOptions options,
      Durability durability)
      throws IOException {
    this(
        disk,
        folder,
        sequence,
        revision,
        preparing,
        options,
        durability,
        new JournalHistory(disk, 0));
  }

  /** The revision of the newest write. */
  public long revision() {
    return revision;
  }

  /**
   * Has the next write get a revision above this one; a {@link #roll} must follow before it, as
   * revisions within a segment have no gap.
   */
  public void skipTo(long last) {
    appending.lock();
    try {
      skipTo = last;
    } finally {
      appending.unlock();
    }
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

  /** The file that is written now. */
  public Path file() {
    appending.lock();
    try {
      return current.file;
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
   * @return the position of each operation
   * @throws KVException.NoSpace if there is no space for another segment; nothing has changed
   * @throws KVException.ReadOnly if a write or sync has failed
   * @throws KVException.Corrupt if the segment's file was cut; the journal takes no more writes
   */
  public JournalPosition[] append(List<Operation> operations) {
    return append(operations, false);
  }

  /**
   * As {@link #append(List)}, for operations that help to free space: they may go on in a small
   * segment, into which no other operation goes.
   */
  public JournalPosition[] appendOnFullDisk(List<Operation> operations) {
    return append(operations, true);
  }

  private JournalPosition[] append(List<Operation> operations, boolean onFullDisk) {
    long bytes = RecordFormat.bytes(operations);
    appending.lock();
    try {
      health.require();
      if (!current.hasRoom(bytes) || isSetAside && !onFullDisk) {
        beginNextSegment(bytes, onFullDisk);
      }
      JournalPosition[] positions = current.append(disk, revision + 1, operations);
      revision = revision + 1;
      appendedBytes += bytes;
      return positions;
    } catch (IOException problem) {
      throw health.refuse(problem, bytes);
    } catch (InternalError cut) {
      throw fail(cut);
    } finally {
      appending.unlock();
    }
  }

  /**
   * Seals the current segment and begins the next one.
   *
   * @return the segments written and not {@linkplain #takeOver taken over} yet
   */
  public List<JournalSegment> roll() {
    appending.lock();
    try {
      health.require();
      beginNextSegment(0, true);
      return List.copyOf(sinceRoll.subList(0, sinceRoll.size() - 1));
    } catch (IOException problem) {
      throw health.refuse(problem, 0);
    } catch (InternalError cut) {
      throw fail(cut);
    } finally {
      appending.unlock();
    }
  }

  private KVException.Corrupt fail(InternalError cut) {
    KVException.Corrupt damage = current.unreadable(cut);
    health.fail(new IOException(damage.getMessage(), cut));
    return damage;
  }

  /** The file of a segment that was cut and is not taken over yet; empty where all are whole. */
  public Optional<Path> cutFile() {
    appending.lock();
    try {
      return sinceRoll.stream()
          .filter(JournalSegment::isCut)
          .map(segment -> segment.file)
          .findFirst();
    } finally {
      appending.unlock();
    }
  }

  /**
   * Says that a memtable answers for these segments, which {@link #roll} has returned. It is tried
   * until it is done: a segment that two memtables answer for would be given back twice.
   */
  public void takeOver(List<JournalSegment> sealed) {
    for (int tries = 0; ; tries++) {
      try {
        leave(sealed);
        return;
      } catch (VirtualMachineError shortage) {
        Shortage.pause(shortage, tries);
      }
    }
  }

  private void leave(List<JournalSegment> sealed) {
    appending.lock();
    try {
      for (int i = 0; i < sealed.size(); i++) {
        sinceRoll.remove(sealed.get(i));
      }
    } finally {
      appending.unlock();
    }
  }

  private void beginNextSegment(long recordBytes, boolean small) throws IOException {
    JournalSegment next = pool.take(recordBytes, small);
    long before = Math.max(revision, skipTo);
    boolean isSmall;
    try {
      isSmall = pool.isSmall(next);
      syncer.add(next);
      sinceRoll.add(next);
      history.begin(next, before);
      current.seal(disk, before, next.sequence);
    } catch (Throwable problem) {
      syncer.remove(next);
      sinceRoll.remove(next);
      history.takeBack(next);
      pool.giveBack(next);
      throw problem;
    }
    sealHistory();
    revision = before;
    current = next;
    isSetAside = isSmall;
    prepareNext();
  }

  /** Is tried until it is done, since the file of the current segment is sealed. */
  private void sealHistory() {
    for (int tries = 0; ; tries++) {
      try {
        history.seal(current, revision);
        return;
      } catch (VirtualMachineError shortage) {
        Shortage.pause(shortage, tries);
      }
    }
  }

  private void prepareNext() {
    try {
      pool.prepare();
    } catch (OutOfMemoryError | StackOverflowError shortage) {
      // It is made when it is needed.
    }
  }

  /** Waits until the next segment is ready, so that a roll need not wait with locks held. */
  public void awaitNextSegment() {
    CompletableFuture<JournalSegment> prepared;
    appending.lock();
    try {
      prepared = pool.prepared();
    } finally {
      appending.unlock();
    }
    prepared.exceptionally(problem -> null).join();
  }

  /** From now on makes no ordinary segment that would not leave so many bytes free on the disk. */
  public void leaveFree(LongSupplier bytes) {
    pool.leaveFree(bytes);
  }

  /** The bytes of the journal's first segment on a disk with space. */
  public int firstSegmentBytes() {
    return pool.firstBytes();
  }

  /** Whether the journal writes into a larger file than at its beginning. */
  public boolean isLarge() {
    appending.lock();
    try {
      return pool.isLarge(current);
    } finally {
      appending.unlock();
    }
  }

  /**
   * Makes the next segment as small as the first one.
   *
   * <p>For one thread at a time.
   *
   * @return whether the current segment is larger than that, so that a roll gives space back
   */
  public boolean shrink() throws IOException {
    CompletableFuture<JournalSegment> unused;
    appending.lock();
    try {
      if (!pool.isLarge(current)) {
        return false;
      }
      unused = pool.restart();
    } finally {
      appending.unlock();
    }
    pool.delete(unused);
    return true;
  }

  /**
   * Says that the records of these segments, the oldest there are, are on the disk in an SSTable:
   * no sync touches them any more.
   */
  public void forget(List<JournalSegment> saved) {
    syncer.forget(saved);
  }

  /** Takes back a segment that the journal and its memtables need no more. */
  public void retire(JournalSegment segment) {
    pool.leave(segment);
    history.save(segment);
  }

  private void retireUnused(JournalSegment segment) {
    try {
      pool.retire(segment);
    } catch (IOException leftOver) {
      LOG.warn("{} could not be deleted: {}", segment.file, leftOver.toString());
    }
  }

  /** What was written, as far back as it is kept. */
  public JournalHistory history() {
    return history;
  }

  /**
   * Has the history begin with the current segment, as what it held before is not all there was.
   */
  public void forgetHistory() {
    history.forgetAllButLast();
  }

  /**
   * Waits until everything appended before the call is on the disk.
   *
   * @throws KVException.ReadOnly if a sync fails or has failed
   */
  public void sync() {
    syncer.await(appendedBytes);
    health.require();
  }

  /** Syncs, and notes on the disk how far the journal is there; for one background thread. */
  public void syncAndNote() {
    sync();
    syncer.noteSyncedOffset();
    health.require();
  }

  /** Why the journal takes no more writes; null while it does. */
  public IOException failure() {
    return health.failure();
  }

  /** Makes the journal refuse every further write. */
  public void fail(IOException cause) {
    health.fail(cause);
  }

  /**
   * What to throw when a write to a file of the store has failed. The journal then refuses every
   * further write, unless only space is missing.
   */
  public KVException refuse(IOException cause, long neededBytes) {
    return health.refuse(cause, neededBytes);
  }

  /**
   * Checks that no write or sync has failed.
   *
   * @throws KVException.ReadOnly if one has
   */
  public void requireHealthy() {
    health.require();
  }

  /** Bytes of all files of the journal, those made ready included. */
  public long fileBytes() {
    return pool.fileBytes();
  }

  /** How many of these are in files that wait to be written anew. */
  public long recycledBytes() {
    return pool.recycledBytes();
  }

  /** How long syncs have taken so far. */
  public SyncTimes syncTimes() {
    return syncer.times();
  }

  /**
   * Ends the journal, with no call in flight but scans, which finish on their own, and syncs.
   *
   * @param keepRecords whether the files stay for a recovery
   */
  public void close(boolean keepRecords) throws IOException {
    syncer.close();
    pool.close();
    if (!keepRecords) {
      for (JournalSegment segment : sinceRoll) {
        disk.delete(segment.file);
        history.end(segment);
      }
      sinceRoll.clear();
    }
    history.close();
  }

  /** The segments that a closed journal has left mapped, for those scans. */
  public List<JournalSegment> unsaved() {
    return sinceRoll;
  }
}

package io.kvapp.engine.journal;

import io.kvapp.KVException;
import io.kvapp.engine.changes.ChangeLog;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.Lease;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The past of the journal: its segments in their order, those included that are written and that
 * wait for a flush. Those behind which nothing is needed any more stay, to be read by readers of
 * changes, until they have more than so many bytes.
 *
 * <p>Where revisions jump, as they do behind a crash, one segment ends before the next one begins;
 * no reader has been told a revision in between that is still true.
 *
 * <p>Safe for any thread.
 */
public final class JournalHistory {
  /**
   * A segment as the manifest names it.
   *
   * @param sequence 0 where there is nothing to read
   * @param before the last revision before its first record
   * @param last the revision of its last record
   */
  public record Identity(long sequence, long before, long last) {}

  private static final Logger LOG = LoggerFactory.getLogger(JournalHistory.class);

  /** Also counts those that have no bytes. */
  private static final int MAX_SEGMENTS = 4096;

  private final Disk disk;
  private final long maxBytes;
  private final ArrayDeque<HistorySegment> segments = new ArrayDeque<>();
  private final Map<JournalSegment, HistorySegment> unsaved = new HashMap<>();
  private long bytes;
  private volatile long limit;
  private volatile boolean closed;
  private Executor executor = Runnable::run;
  private Consumer<JournalSegment> retiring = JournalSegment::release;

  /**
   * A history without segments.
   *
   * @param maxBytes how many bytes of files to keep for readers of changes
   */
  public JournalHistory(Disk disk, long maxBytes) {
    this.disk = disk;
    this.maxBytes = maxBytes;
    this.limit = maxBytes;
  }

  /**
   * Sets what becomes of a segment of this process that nobody uses any more.
   *
   * @param giving runs what changes files
   */
  synchronized void retireTo(Consumer<JournalSegment> retiringTo, Executor giving) {
    retiring = retiringTo;
    executor =
        task -> {
          try {
            giving.execute(task);
          } catch (RejectedExecutionException ended) {
            task.run();
          }
        };
  }

  // What earlier processes have left

  /** Takes up the segments that a manifest names, as far back as they are there. */
  public void open(Path folder, List<Identity> named) {
    ArrayDeque<HistorySegment> found = new ArrayDeque<>();
    for (int i = named.size() - 1; i >= 0; i--) {
      Identity identity = named.get(i);
      try {
        JournalSegment segment = identity.sequence() == 0 ? null : open(folder, identity);
        found.addFirst(old(segment, identity.before(), identity.last(), segment == null));
      } catch (IOException | KVException gone) {
        LOG.debug("the history ends where a segment is gone: {}", gone.toString());
        break;
      }
    }
    found.forEach(this::add);
    keepOnly(limit);
  }

  private static JournalSegment open(Path folder, Identity identity) throws IOException {
    return JournalSegment.open(
        SegmentFileName.file(folder, identity.sequence()), identity.sequence());
  }

  /**
   * Takes up a segment that was replayed.
   *
   * @param before the last revision before its first record
   * @param last the last one replayed
   * @return false where there is nothing in it, and it stays the caller's
   */
  public boolean adopt(JournalSegment segment, long before, long last) {
    boolean empty = last <= before;
    if (!empty || segments.isEmpty() || !segments.getLast().isMarkOf(before)) {
      add(old(empty ? null : segment, before, Math.max(before, last), true));
      keepOnly(limit);
    }
    return !empty;
  }

  private HistorySegment old(JournalSegment segment, long before, long last, boolean checked) {
    HistorySegment old =
        new HistorySegment(segment, before, last, false, checked, this::deleteUnused);
    old.save();
    return old;
  }

  private synchronized void add(HistorySegment old) {
    keep(old);
    old.count(old.segment == null ? 0 : old.segment.capacity());
    bytes += old.bytes();
    old.close();
  }

  private void keep(HistorySegment segment) {
    segments.addLast(segment);
    segment.lease = Lease.of(segment);
  }

  private void deleteUnused(HistorySegment old) {
    if (old.segment != null) {
      old.segment.release();
      if (!closed) {
        delete(old.segment.file);
      }
    }
  }

  private void delete(Path file) {
    try {
      disk.delete(file);
    } catch (IOException leftOver) {
      LOG.warn("{} could not be deleted: {}", file, leftOver.toString());
    }
  }

  /** The files that the next open needs, as far as they were there when this one began. */
  public synchronized List<Path> oldFiles() {
    return segments.stream()
        .filter(segment -> !segment.own && segment.segment != null)
        .map(segment -> segment.segment.file)
        .toList();
  }

  // What this process writes

  /** Notes that a segment is written from now on. */
  synchronized void begin(JournalSegment segment, long before) {
    HistorySegment begun =
        new HistorySegment(
            segment, before, Long.MAX_VALUE, true, true, each -> retiring.accept(each.segment));
    // In this order, so that one that is kept can be taken back.
    unsaved.put(segment, begun);
    keep(begun);
  }

  /** Takes back the segment that was begun last, into which nothing was written. */
  void takeBack(JournalSegment segment) {
    synchronized (this) {
      if (!unsaved.containsKey(segment)) {
        return;
      }
      unsaved.get(segment).abandon();
    }
    end(segment);
  }

  /** Notes the last revision in a segment, the last but one that was begun. */
  synchronized void seal(JournalSegment segment, long last) {
    unsaved.get(segment).seal(last);
  }

  /** Notes that the journal itself needs a segment no more. */
  void save(JournalSegment segment) {
    long size = isKeeping() ? HistorySegment.trim(segment, disk) : segment.capacity();
    HistorySegment saved;
    synchronized (this) {
      saved = unsaved.remove(segment);
      saved.save();
      if (!saved.isDropped() && !closed) {
        saved.count(size);
        bytes += size;
      }
    }
    keepOnly(limit);
    release(saved);
  }

  private boolean isKeeping() {
    return limit > 0 && !closed;
  }

  private void release(HistorySegment saved) {
    // By a lease, so that its end is given back where files may be changed.
    Lease<HistorySegment> last = Lease.tryOf(saved, executor).orElseThrow();
    saved.close();
    last.close();
  }

  /** Gives the use of a segment up that nothing was written to, at the end of the journal. */
  void end(JournalSegment segment) {
    HistorySegment ended;
    Lease<HistorySegment> lease = null;
    synchronized (this) {
      ended = unsaved.remove(segment);
      if (segments.remove(ended)) {
        lease = drop(ended);
      }
    }
    if (lease != null) {
      lease.close();
    }
    ended.close();
  }

  // What is kept

  /** How many bytes the files take that only readers of changes need. */
  public synchronized long bytes() {
    return bytes;
  }

  /** From now on keeps no more than so many bytes, and no more than was asked for. */
  public void limit(long atMost) {
    limit = Math.min(maxBytes, atMost);
    keepOnly(limit);
  }

  /**
   * Gives all up that only readers of changes need.
   *
   * @return whether there was anything
   */
  public boolean giveWay() {
    return keepOnly(0);
  }

  /** Gives up the oldest until there are at most so many bytes; says whether there were more. */
  private boolean keepOnly(long most) {
    boolean any = bytes() > most;
    dropWhile(
        () -> segments.getFirst().isSaved() && (bytes > most || segments.size() > MAX_SEGMENTS));
    return any;
  }

  /** Gives up all but the segment that was begun last: what came before it is not all there. */
  void forgetAllButLast() {
    dropWhile(() -> segments.size() > 1);
  }

  /** Gives up a segment that cannot be read, and those before it. */
  void forgetThrough(HistorySegment damaged) {
    if (dropWhile(() -> segments.contains(damaged)) > 0) {
      LOG.warn(
          "{} is damaged; changes in it and before it are no longer kept", damaged.segment.file);
    }
  }

  /** Gives up the oldest as long as a condition holds, which is asked with the lock held. */
  private int dropWhile(BooleanSupplier condition) {
    List<Lease<HistorySegment>> dropped = new ArrayList<>();
    synchronized (this) {
      while (!segments.isEmpty() && condition.getAsBoolean()) {
        dropped.add(drop(segments.removeFirst()));
      }
    }
    // Without the lock, as this may delete files.
    dropped.forEach(Lease::close);
    return dropped.size();
  }

  /** The end of the history's use of a segment, for the caller to give back without the lock. */
  private Lease<HistorySegment> drop(HistorySegment segment) {
    segment.drop();
    bytes -= segment.bytes();
    return segment.lease;
  }

  /** The lowest revision behind which all changes are kept. */
  public synchronized long oldest() {
    return segments.isEmpty() ? 0 : segments.getFirst().before;
  }

  /**
   * How a manifest names what is kept.
   *
   * @param journalStart the sequence of the first segment that the journal itself still needs; 0
   *     for none
   */
  public synchronized List<Identity> identities(long journalStart) {
    List<Identity> identities = new ArrayList<>();
    for (HistorySegment segment : segments) {
      long sequence = segment.segment == null ? 0 : segment.segment.sequence;
      if (segment.isSealed() && (journalStart == 0 || sequence < journalStart)) {
        identities.add(new Identity(sequence, segment.before, segment.last()));
      }
    }
    return identities;
  }

  // Reading

  /**
   * A cursor behind a revision.
   *
   * @param newest the highest revision that was given out
   * @return null if it is above that, not all changes behind it are kept, or it was lost
   */
  public ChangeLog.Cursor cursor(long after, long newest) {
    if (after > newest) {
      return null;
    }
    while (true) {
      List<HistorySegment> from = from(after);
      if (from.isEmpty()) {
        return null;
      }
      Optional<HistorySegment> damaged =
          from.stream().filter(segment -> !isReadable(segment)).reduce((first, last) -> last);
      if (damaged.isEmpty()) {
        return new HistoryCursor(this, from.get(0), after);
      }
      forgetThrough(damaged.get());
    }
  }

  private boolean isReadable(HistorySegment segment) {
    try (Lease<HistorySegment> lease = use(segment)) {
      return lease == null || segment.isWhole();
    }
  }

  /** The segment in which to go on behind a revision, and those behind it; empty where none is. */
  private synchronized List<HistorySegment> from(long revision) {
    List<HistorySegment> newestFirst = new ArrayList<>();
    Iterator<HistorySegment> segment = segments.descendingIterator();
    while (segment.hasNext()) {
      HistorySegment each = segment.next();
      newestFirst.add(each);
      if (each.before <= revision) {
        Collections.reverse(newestFirst);
        return revision <= each.last() ? newestFirst : List.of();
      }
    }
    return List.of();
  }

  /** The segment behind another one; empty where that is the last, or no longer kept. */
  synchronized Optional<HistorySegment> following(HistorySegment segment) {
    Iterator<HistorySegment> all = segments.iterator();
    while (all.hasNext()) {
      if (all.next() == segment) {
        return all.hasNext() ? Optional.of(all.next()) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** A use of a segment, or null where it is no longer kept. */
  Lease<HistorySegment> use(HistorySegment segment) {
    Lease<HistorySegment> lease = Lease.tryOf(segment, executor).orElse(null);
    if (lease != null && segment.isDropped()) {
      lease.close();
      return null;
    }
    return lease;
  }

  /** Ends the use of all segments; their files stay. */
  public void close() {
    closed = true;
    dropWhile(() -> true);
  }
}

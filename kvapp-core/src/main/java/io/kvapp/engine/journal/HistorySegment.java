package io.kvapp.engine.journal;

import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.Lease;
import io.kvapp.engine.file.RefCounted;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A segment as a part of the history: the revisions that it holds, and who uses it. The memtable of
 * its changes is the maker's use, the history and each reader have another; after the last one it
 * is deleted or recycled.
 *
 * <p>Safe for any thread.
 */
final class HistorySegment extends RefCounted {
  private static final Logger LOG = LoggerFactory.getLogger(HistorySegment.class);
  private static final int PAGE_BYTES = 4096;

  /** A place between two records. */
  record Place(long revision, int offset) {}

  /** Null where there is nothing to read. */
  final JournalSegment segment;

  /** The last revision before its first record. */
  final long before;

  /** Whether this process has begun it. */
  final boolean own;

  /** The use of the history, whose lock guards this. */
  Lease<HistorySegment> lease;

  private final Consumer<HistorySegment> whenUnused;
  private long bytes;

  /** The revision of its last record; the largest number while there may be more. */
  private volatile long last;

  /** How far some reader has come, where others may begin. */
  private volatile Place known;

  private volatile boolean dropped;
  private volatile boolean saved;
  private volatile boolean abandoned;
  private boolean checked;
  private boolean whole;

  HistorySegment(
      JournalSegment segment,
      long before,
      long last,
      boolean own,
      boolean checked,
      Consumer<HistorySegment> whenUnused) {
    this.segment = segment;
    this.before = before;
    this.last = last;
    this.own = own;
    this.checked = checked;
    this.whole = checked;
    this.known = new Place(before, SegmentHeader.BYTES);
    this.whenUnused = whenUnused;
  }

  long last() {
    return last;
  }

  /** Whether it has nothing to read, and is there for a reader that has come so far. */
  boolean isMarkOf(long revision) {
    return segment == null && last == revision;
  }

  boolean isSealed() {
    return last < Long.MAX_VALUE;
  }

  void seal(long lastRevision) {
    last = Math.max(before, lastRevision);
  }

  /** Gives back what a file has behind its records, if that is much; returns its bytes then. */
  static long trim(JournalSegment segment, Disk disk) {
    long needed = (segment.end() + PAGE_BYTES - 1L) / PAGE_BYTES * PAGE_BYTES;
    if (needed > segment.capacity() / 4 * 3) {
      return segment.capacity();
    }
    try (FileChannel channel = FileChannel.open(segment.file, StandardOpenOption.WRITE)) {
      disk.truncate(channel, needed);
      segment.trimmed();
      return needed;
    } catch (IOException kept) {
      LOG.debug("{} keeps its size: {}", segment.file, kept.toString());
      return segment.capacity();
    }
  }

  /** Has it count with so many bytes from now on, under the history's lock. */
  void count(long fileBytes) {
    bytes = fileBytes;
  }

  /** The bytes with which it counts, none before it is saved. */
  long bytes() {
    return bytes;
  }

  /** Whether its changes are in an SSTable, so that only readers of changes need it. */
  boolean isSaved() {
    return saved;
  }

  void save() {
    saved = true;
  }

  /** Whether it is no longer a part of the history. */
  boolean isDropped() {
    return dropped;
  }

  void drop() {
    dropped = true;
  }

  /** Has nothing become of the segment once it is not used as a part of the history any more. */
  void abandon() {
    abandoned = true;
  }

  /** A place at or before a revision, from which records can be read. */
  Place placeBefore(long revision) {
    Place place = known;
    return place.revision <= revision ? place : new Place(before, SegmentHeader.BYTES);
  }

  void note(long revision, int offset) {
    if (revision > known.revision) {
      known = new Place(revision, offset);
    }
  }

  /**
   * Whether all records are as they were written. One of an earlier process is read as a whole at
   * the first call, as a power cut may have taken some.
   */
  synchronized boolean isWhole() {
    if (!checked) {
      checked = true;
      try {
        whole = segment.replay(before, (key, position) -> {}) >= last;
      } catch (InternalError cut) {
        whole = false;
      }
    }
    return whole;
  }

  @Override
  protected void unused() {
    if (!abandoned) {
      whenUnused.accept(this);
    }
  }
}

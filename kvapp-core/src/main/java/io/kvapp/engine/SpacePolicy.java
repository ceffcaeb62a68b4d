package io.kvapp.engine;

import io.kvapp.engine.file.Reserve;
import io.kvapp.engine.journal.Journal;
import io.kvapp.engine.journal.JournalHistory;
import io.kvapp.engine.model.Operation;
import io.kvapp.engine.tree.VersionSet;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much of the disk is kept ready for writers: files of discarded SSTables that are recycled,
 * and large segments of the journal. They save a busy store the time in which the system provides
 * blocks and pages, and are a waste for a calm one. And what becomes of the {@link Reserve}, with
 * which a full disk still takes what helps to free space.
 *
 * <p>Safe for any thread.
 */
final class SpacePolicy {
  private static final Logger LOG = LoggerFactory.getLogger(SpacePolicy.class);

  /** A store that is not busy keeps this share of its SSTables' bytes ready. */
  private static final int READY_SHARE = 5;

  private static final int RESERVED_SHARE = 32;
  private static final int RESERVED_PIECES = 16;
  private static final int PIECES_FOR_AN_OPEN = 2;
  private static final long MIN_URGENT_BYTES = 1 << 20;

  /** So a flush is urgent when it takes a quarter of what is free. */
  private static final int URGENT_SHARE = 2;

  /** A disk on which so many times the whole reserve is free is roomy: little is held back. */
  private static final int ROOMY_TIMES = 32;

  /** What is held back stays until so many times as much is free. */
  private static final int ROOMY_AGAIN_TIMES = 64;

  /** More than this share of what is free on the disk is too much. */
  private static final int FREE_SHARE = 8;

  private final Journal journal;
  private final VersionSet versions;
  private final ActivityMeter activity;

  SpacePolicy(Journal journal, VersionSet versions, ActivityMeter activity) {
    this.journal = journal;
    this.versions = versions;
    this.activity = activity;
  }

  /** How many bytes of discarded SSTables to keep for those to come. */
  long maxRecycledBytes() {
    long bytes =
        activity.isBusy()
            ? versions.sstableBytes()
            : Math.max(0, maxReadyBytes() - journal.fileBytes());
    return isTooMuch(bytes) ? 0 : bytes;
  }

  /**
   * How many bytes of past changes to keep at most for their readers.
   *
   * @param bytes how many there are
   * @param usableBytes how many are free on the disk beside them
   */
  static long maxHistoryBytes(long bytes, long usableBytes) {
    return (bytes + usableBytes) / FREE_SHARE;
  }

  /** Gives up the past changes that take too much of the disk. */
  void limitHistory() {
    try {
      JournalHistory history = journal.history();
      history.limit(maxHistoryBytes(history.bytes(), versions.usableBytes()));
    } catch (IOException unknown) {
      LOG.debug("the history is limited later: {}", unknown.toString());
    }
  }

  /** Whether the journal has the large segments of busier times though little is written. */
  boolean isJournalTooLarge() {
    long bytes = journal.fileBytes();
    return (activity.isIdle() || activity.isSteadilyCalm())
        && journal.isLarge()
        && (bytes > maxReadyBytes() || isTooMuch(bytes));
  }

  /** Whether so little is free on the disk that a flush had better come while it has space. */
  boolean isFlushUrgent(long unfrozenBytes) {
    return unfrozenBytes >= MIN_URGENT_BYTES && isTooMuch(unfrozenBytes / URGENT_SHARE);
  }

  /**
   * How many bytes a full disk needs: a segment for deletes, an SSTable of what the journal has
   * room for, and a step of a compaction.
   */
  private long reserveBytes() {
    return reserveBytes(journal.fileBytes());
  }

  private long reserveBytes(long journalBytes) {
    return journal.firstSegmentBytes() + journalBytes + versions.sstableBytes() / RESERVED_SHARE;
  }

  /** The same for a journal as it is after an open. */
  private long leastReserveBytes() {
    return Math.min(reserveBytes(), reserveBytes(2L * journal.firstSegmentBytes()));
  }

  /**
   * How many bytes to hold back: on a roomy disk no more than an open needs, as the rest can be
   * taken as soon as others have written so much that the disk is not roomy any more.
   */
  private long wantedReserveBytes(int roomyTimes) {
    return hasSpace(reserveBytes() * roomyTimes) ? leastReserveBytes() : reserveBytes();
  }

  /** How many of these bytes to hold back in each file. */
  private long reservePieceBytes() {
    return Math.max(journal.firstSegmentBytes() / 4, reserveBytes() / RESERVED_PIECES);
  }

  /** Whether so many bytes are free on the disk. */
  boolean hasSpace(long bytes) {
    try {
      return versions.usableBytes() >= bytes;
    } catch (IOException unknown) {
      return false;
    }
  }

  boolean needsReserve() {
    return versions.reserve().bytes() < wantedReserveBytes(ROOMY_TIMES);
  }

  /**
   * Whether more is held back than a roomy disk, or a store into which little is written, needs.
   */
  boolean isReserveTooLarge() {
    long wanted = wantedReserveBytes(ROOMY_AGAIN_TIMES);
    return (activity.isSteadilyCalm() || wanted < reserveBytes())
        && versions.reserve().isBeyond(wanted, reservePieceBytes());
  }

  /** Gives back what is held beyond that. */
  void trimReserve() throws IOException {
    versions.reserve().trim(wantedReserveBytes(ROOMY_AGAIN_TIMES), reservePieceBytes());
  }

  /** Fills the reserve where that is possible; what it holds does not count, so none must fail. */
  void fillReserve() {
    fillReserve(wantedReserveBytes(ROOMY_TIMES));
  }

  private void fillReserve(long bytes) {
    try {
      versions.reserve().fill(bytes, reservePieceBytes());
    } catch (IOException failure) {
      LOG.debug("the reserve is filled later: {}", failure.toString());
    }
  }

  /** Gives space back for operations that help to free more. */
  void releaseReserve(List<Operation> operations) {
    long bytes = operations.stream().mapToLong(Operation::valueLength).sum();
    try {
      versions.reserve().release(bytes + journal.firstSegmentBytes() / 4);
    } catch (IOException failure) {
      throw journal.refuse(failure, 0);
    }
  }

  /** Gives space back for the small files that a close writes, if there is none. */
  void makeRoomToClose() throws IOException {
    long bytes = journal.firstSegmentBytes() / 4;
    if (!hasSpace(bytes)) {
      versions.reserve().release(bytes);
    }
  }

  /**
   * Holds back again what was used, now that a close has freed the journal, and at least what the
   * next open needs on a full disk. Where plenty is free, gives back what was held for a journal
   * that has grown.
   */
  void restoreReserve() throws IOException {
    Reserve reserve = versions.reserve();
    long least = PIECES_FOR_AN_OPEN * reservePieceBytes();
    fillReserve(Math.max(least, reserve.bytes() + reserve.missingBytes()));
    if (!isTooMuch(reserve.bytes())) {
      long journalAtOpen = 2L * journal.firstSegmentBytes();
      reserve.trim(Math.max(least, reserveBytes(journalAtOpen)), reservePieceBytes());
    }
  }

  private long maxReadyBytes() {
    return activity.isSteadilyCalm() ? 0 : versions.sstableBytes() / READY_SHARE;
  }

  private boolean isTooMuch(long bytes) {
    try {
      return bytes > versions.usableBytes() / FREE_SHARE;
    } catch (IOException unknown) {
      return true;
    }
  }
}

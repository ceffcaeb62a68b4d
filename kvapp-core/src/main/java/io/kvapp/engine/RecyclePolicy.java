package io.kvapp.engine;

import io.kvapp.engine.journal.Journal;
import io.kvapp.engine.tree.VersionSet;
import java.io.IOException;

/**
 * How much of the disk is kept ready for writers: files of discarded SSTables that are recycled,
 * and large segments of the journal. They save a busy store the time in which the system provides
 * blocks and pages, and are a waste for a calm one.
 *
 * <p>Safe for any thread.
 */
final class RecyclePolicy {
  /** A store that is not busy keeps this share of its SSTables' bytes ready. */
  private static final int READY_SHARE = 5;

  private static final long MIN_URGENT_BYTES = 1 << 20;

  /** So a flush is urgent when it takes a quarter of what is free. */
  private static final int URGENT_SHARE = 2;

  /** More than this share of what is free on the disk is too much. */
  private static final int FREE_SHARE = 8;

  private final Journal journal;
  private final VersionSet versions;
  private final ActivityMeter activity;

  RecyclePolicy(Journal journal, VersionSet versions, ActivityMeter activity) {
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

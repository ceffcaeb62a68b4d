package io.kvapp.engine;

import io.kvapp.engine.hashtable.HashIndex;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * When the file of the hash table is synced.
 *
 * <p>Nothing relies on the file after a crash. But a page of it that the system could not write is
 * dropped and reads as it was before, so that entries seem absent, and a sync alone tells of that.
 *
 * <p>There is at most one sync a minute, each with writes to the store behind it. Linux writes what
 * has been in memory for half a minute on its own, so a sync a minute finds little that would not
 * be written anyway; and one failed write is noticed a minute later, or at the end of a growth that
 * is under way. Readers and writers go on meanwhile.
 *
 * <p>For one thread, the one that resizes the index.
 */
final class HashTableSync {
  /** The time between two syncs in milliseconds. */
  static final long PACE_MILLIS = Duration.ofMinutes(1).toMillis();

  private final HashIndex index;
  private final LongSupplier revision;
  private final InstantSource clock;
  private long lastMillis;
  private long syncedRevision;

  /** Whether the hash table may have changed since {@link #syncedRevision} was read. */
  private boolean unsettled;

  /**
   * A schedule whose first sync is due after a minute.
   *
   * @param revision supplies the revision of the newest write, which the index may not have yet
   * @param clock measures the time between two syncs; one that is set back makes a sync due
   */
  HashTableSync(HashIndex index, LongSupplier revision, InstantSource clock) {
    this.index = index;
    this.revision = revision;
    this.clock = clock;
    this.lastMillis = clock.millis();
    this.syncedRevision = revision.getAsLong();
  }

  /** Notes that the index is filled or has another hash table, which counts as a write. */
  void noteRewrite() {
    unsettled = true;
  }

  /**
   * Syncs the hash table if that is due; a failure makes the index suspect.
   *
   * @throws io.kvapp.engine.file.Disk.Fenced if the folder is not the store's to write
   */
  void runIfDue() throws IOException {
    long now = clock.millis();
    long waited = now - lastMillis;
    if (index.isSuspect() || waited >= 0 && waited < PACE_MILLIS) {
      return;
    }
    long newest = revision.getAsLong();
    boolean written = newest != syncedRevision;
    if (written || unsettled) {
      lastMillis = now;
      syncedRevision = newest;
      // A write has its revision before it is in the index, so one more sync follows the last one.
      unsettled = written;
      index.upkeep().sync();
    }
  }
}

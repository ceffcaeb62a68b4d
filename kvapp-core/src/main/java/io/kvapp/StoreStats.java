package io.kvapp;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Figures of a store at one moment; taken without stopping writers, so that they may be a few
 * writes apart.
 *
 * @param entries live entries
 * @param liveBytes bytes of the keys and values that a full scan would read, as far as they are
 *     known without reading them: exact after {@link StoreAdmin#compact()}, above it otherwise
 * @param diskBytes bytes of journal, SSTables and hash table together
 * @param journalBytes bytes of journal files
 * @param recycledBytes how many of these are in files that wait to be written anew
 * @param sstableBytes bytes of SSTable files
 * @param hashTableBytes bytes of the hash table's file
 * @param sstables how many SSTables a scan merges
 * @param revision the revision of the newest write
 * @param historyBytes bytes that are kept for readers of changes alone: of journal files, or of
 *     heap in a store in memory
 * @param oldestRevision the lowest revision behind which all changes are kept, so that {@link
 *     Changes.From#after} takes it
 * @param lastFlush when the newest SSTable was written by this process; empty for not yet
 * @param flushes how many SSTables were written of memtables since opening
 * @param compactions how many compactions have ended since opening
 * @param expired how many entries were removed since opening as their time had passed
 * @param syncTimes how long the syncs of the journal have taken since opening
 */
public record StoreStats(
    long entries,
    long liveBytes,
    long diskBytes,
    long journalBytes,
    long recycledBytes,
    long sstableBytes,
    long hashTableBytes,
    int sstables,
    long revision,
    long historyBytes,
    long oldestRevision,
    Optional<Instant> lastFlush,
    long flushes,
    long compactions,
    long expired,
    SyncTimes syncTimes) {
  /** How often the journal was synced since opening. */
  public long syncs() {
    return syncTimes.count();
  }

  /** The mean time of one such sync; zero where there was none. */
  public Duration meanSyncLatency() {
    return syncTimes.mean();
  }

  /** The longest time of one such sync; zero where there was none. */
  public Duration maxSyncLatency() {
    return syncTimes.longest();
  }
}

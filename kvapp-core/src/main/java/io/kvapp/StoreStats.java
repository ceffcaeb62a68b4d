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
 * @param sstableBytes bytes of SSTable files
 * @param hashTableBytes bytes of the hash table's file
 * @param sstables how many SSTables a scan merges
 * @param revision the revision of the newest write
 * @param historyBytes bytes that are kept for readers of changes alone: of journal files, or of
 *     heap in a store in memory
 * @param oldestRevision the lowest revision behind which all changes are kept, so that {@link
 *     Changes.From#after} takes it
 * @param lastFlush when the newest SSTable was written by this process; empty for not yet
 * @param syncs how often the journal was synced since opening
 * @param meanSyncLatency mean time of one such sync
 * @param maxSyncLatency longest time of one such sync
 */
public record StoreStats(
    long entries,
    long liveBytes,
    long diskBytes,
    long journalBytes,
    long sstableBytes,
    long hashTableBytes,
    int sstables,
    long revision,
    long historyBytes,
    long oldestRevision,
    Optional<Instant> lastFlush,
    long syncs,
    Duration meanSyncLatency,
    Duration maxSyncLatency) {}

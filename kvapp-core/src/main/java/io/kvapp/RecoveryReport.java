package io.kvapp;

import java.time.Duration;
import java.util.List;

/**
 * What opening a store found and did.
 *
 * @param clean whether the store had been closed cleanly, so that nothing had to be recovered
 * @param rebuilt whether the hash table is built anew, which goes on in the background once the
 *     store is open: until it is done, a {@code get} takes some microseconds longer
 * @param entries entries after opening, those included that have expired and are not swept yet
 * @param replayedRecords journal records applied
 * @param cutBytes bytes behind the last whole journal record that were cut: a write that was never
 *     acknowledged, or in {@link Durability#OS} mode the suffix that a power cut took
 * @param dropped one line for each thing that was damaged and left out, which happens only where
 *     the caller chose to open a damaged store; empty otherwise
 * @param took how long opening took
 */
public record RecoveryReport(
    boolean clean,
    boolean rebuilt,
    long entries,
    long replayedRecords,
    long cutBytes,
    List<String> dropped,
    Duration took) {}

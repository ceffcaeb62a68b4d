/**
 * The write-ahead log: every write is here before it is anywhere else.
 *
 * <p>In reading order: {@link io.kvapp.engine.journal.Journal} appends; {@link
 * io.kvapp.engine.journal.JournalSegment} is one of its files, with the bytes of {@code
 * RecordFormat} and {@link io.kvapp.engine.journal.SegmentHeader}; {@link
 * io.kvapp.engine.journal.JournalPosition} points to a change; {@code SegmentPool} makes segments
 * ahead and recycles their files; {@code JournalSyncer} and {@code GroupCommit} sync; {@code
 * JournalHealth} ends writing after a failure. Depends on {@code file} and {@code model}.
 */
package io.kvapp.engine.journal;

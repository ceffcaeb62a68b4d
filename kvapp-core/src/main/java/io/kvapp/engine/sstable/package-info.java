/**
 * Sorted string tables: changes that were flushed, in immutable sorted files.
 *
 * <p>In reading order: {@link io.kvapp.engine.sstable.SSTable}, a set of {@link
 * io.kvapp.engine.sstable.SSTableFile}s with the bytes of {@link
 * io.kvapp.engine.sstable.SSTableFormat} and names of {@link
 * io.kvapp.engine.sstable.SSTableFileName}; {@link io.kvapp.engine.sstable.SSTableReader}, with
 * which they are read; {@link io.kvapp.engine.sstable.SSTableWriter}; {@code SSTableCursor} and
 * {@code SparseIndex}, which search; {@link io.kvapp.engine.sstable.SSTableFolder}, which recycles
 * files. Depends on {@code file} and {@code model}.
 */
package io.kvapp.engine.sstable;

/**
 * The changes since the last flush, in key order: keys in the heap, values in the journal.
 *
 * <p>In reading order: {@link io.kvapp.engine.memtable.Memtable}; {@code MemtableIndex}, a B-link
 * tree of two levels, whose {@code LeafIndex} finds a {@code Leaf}; {@code PackedPositions},
 * journal positions as numbers; {@code LeafCursor}. Depends on {@code file}, {@code model} and
 * {@code journal}.
 */
package io.kvapp.engine.memtable;

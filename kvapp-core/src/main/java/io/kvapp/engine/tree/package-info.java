/**
 * The log-structured merge-tree: which memtables and SSTables the store consists of, and how
 * changes move from one to the other.
 *
 * <p>In reading order: {@link io.kvapp.engine.tree.Version} is the state at one moment, which every
 * look-up and scan reads, the latter by a {@code LiveCursor} and with the {@code EmptyRanges};
 * {@link io.kvapp.engine.tree.VersionSet} has the current one and replaces it; {@link
 * io.kvapp.engine.tree.Manifest} is the file that names its SSTables; {@link
 * io.kvapp.engine.tree.Flusher} turns memtables into SSTables; {@link
 * io.kvapp.engine.tree.Compactor} merges SSTables.
 *
 * <p>Together they are a log-structured merge-tree (O'Neil et al., 1996) with size-tiered
 * compaction.
 */
package io.kvapp.engine.tree;

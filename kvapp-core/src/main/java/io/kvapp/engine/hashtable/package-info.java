/**
 * The hash index: the view of the store that answers gets and conditions in constant time.
 *
 * <p>It is a copy of the truth, which journal and SSTables hold, and can be rebuilt from them at
 * any time; so no write waits here for the disk, and a hash table that is damaged, or that was not
 * closed in good order, is replaced.
 *
 * <p>In reading order: {@link io.kvapp.engine.hashtable.HashIndex} routes each call to the current
 * hash table, the next one, the entries that wait for room, or the {@code Truth}. {@link
 * io.kvapp.engine.hashtable.HashTableUpkeep} replaces, fills and syncs hash tables. {@code
 * HashTableSizing} and {@code PagePolicy} decide when the hash table is replaced, {@code
 * HashTableFolder} makes and deletes the files. {@code Migration} moves entries to the replacement
 * beside readers and writers, and {@code Rebuild} moves them there from the truth after a crash; a
 * table that nobody uses yet takes them by a {@code TableFilling}. {@link
 * io.kvapp.engine.hashtable.HashTable} is one hash table of fixed capacity on a Chronicle Map, with
 * the checks that make it safe; its {@link io.kvapp.engine.hashtable.HashTableSize} and {@code
 * HashTableLayout} say how it is divided, {@code HashTableFile} writes and opens its file, {@code
 * StoredEntry} is the codec of an entry, {@code EntryOperations} reads and writes entries, and
 * {@code InPlaceWriter} overwrites those of a hash table too large for the system's cache.
 *
 * <p>What makes Chronicle Map safe to build on: it is divided into independent parts, each with its
 * own locks, slots and chunks, and never grows by Chronicle's extra tiers; its file is fully
 * allocated before Chronicle maps it, so a full disk is an exception and not a crash. Opening
 * compares the head of the file with the expected bytes, since it names classes to load, refuses
 * locks that a killed process left behind, and compares each part with its checksum ({@code
 * PartChecksums}, {@code PartChecksumsFile}) when it is first used. Chronicle keeps state for every
 * thread it meets, and an interrupt closes its file; so {@code ChronicleThreads} admits a bounded
 * set of platform threads and lends a pool to all others.
 *
 * <p>Depends on {@code file}, {@code model}, {@code sstable} and {@code tree}. No other package
 * uses the types of Chronicle Map.
 */
package io.kvapp.engine.hashtable;

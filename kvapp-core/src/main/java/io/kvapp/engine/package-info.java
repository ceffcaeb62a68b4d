/**
 * The engine: a store in a folder. The journal and the SSTables are the truth; a Chronicle Map, the
 * hash table, is a view of it that answers gets and can be made anew at any time.
 *
 * <p>Each folder below depends only on those before it. The tour follows a key through them:
 *
 * <ol>
 *   <li><b>Foundations.</b> {@code file} has {@code Disk}, through which every change of a file
 *       goes, so that tests can make each one fail. {@code model} has the words all folders share:
 *       an {@code Operation}, a {@code StoredChange}, a {@code Cursor} over sorted changes, the
 *       {@code StripedLocks} that order the writers of one key.
 *   <li><b>Write.</b> {@code WritePath} waits at the {@code WriteGate}, locks the stripe of the
 *       key, checks the condition, and appends a record to the {@code Journal} ({@code journal}),
 *       which gives it the next revision. Where the durability asks for it, {@code GroupCommit}
 *       syncs for all writers that wait. Then the change enters the hash table and the active
 *       {@code Memtable} ({@code memtable}), which keeps keys in order and points into the journal
 *       for values.
 *   <li><b>Read.</b> A get is one look-up in the {@code HashIndex} ({@code hashtable}). It holds
 *       small values; larger ones are read from where the {@code Version} ({@code tree}) has them.
 *       Whatever the hash table does not hold, since it is being filled or is damaged, the version
 *       answers.
 *   <li><b>Scan.</b> {@code PageReader} merges the sorted runs of one version: the memtables, and
 *       the {@code SSTable}s ({@code sstable}), immutable files of sorted entries with checksums. A
 *       version is never changed but replaced, so a scan sees one moment and stops no writer.
 *   <li><b>Flush.</b> A memtable that is large enough is frozen; the {@code Flusher} writes it to
 *       an SSTable, the {@code Manifest} names that, and the journal takes its segments back.
 *   <li><b>Compaction.</b> The {@code Compactor} merges SSTables of similar size, so that scans
 *       have few to read and deleted entries give their space back.
 *   <li><b>Growth.</b> A Chronicle Map has a fixed capacity. When it fills, {@code HashIndex} makes
 *       a larger one beside it and moves the entries over while reads and writes go on.
 *   <li><b>Schedule.</b> {@code Maintenance} runs these jobs and the sweep of expired entries, each
 *       on a thread of its own, {@code TableMaintenance} those of the hash table; the {@code
 *       ActivityMeter} tells it when the store is busy or idle.
 *   <li><b>Open.</b> {@code Recovery} maps the files of a store that was closed cleanly. Of one
 *       that was not, it replays the journal, flushes what it finds and has the hash table filled
 *       in the background. What is damaged is refused by name, or repaired where that was asked for
 *       ({@code repair}).
 *   <li><b>Changes.</b> {@code ChangeReader} ({@code changes}) reads them from the journal's {@code
 *       JournalHistory}, up to the {@code Watermark}, so that none is told before a get shows it.
 *   <li><b>Beside all this</b>, {@code transfer} writes and reads backups, and {@code memory} is
 *       the store that lives in the heap alone.
 * </ol>
 */
package io.kvapp.engine;

package io.kvapp;

import java.nio.file.Path;
import java.util.Iterator;

/**
 * The keeping of one store: backup, restore, bulk load, compaction, checks and figures; from {@link
 * KVStore#admin()}.
 *
 * <p>A method that a store cannot give throws {@link KVException.Unsupported}, whose message says
 * where the work is done instead. After {@link KVStore#close()} every method throws {@link
 * KVException.WrongState}. A null argument is a {@link NullPointerException}.
 *
 * <p>All methods may be called from any thread, while others read and write.
 */
public interface StoreAdmin {
  /**
   * Copies the store as it is at one moment between call and return into a new folder, while
   * readers and writers go on. The folder is a complete store of its own: {@link #restore} takes
   * it, and {@link KVStore#open(Path)} opens it.
   *
   * @param folder does not exist yet, or is empty
   * @throws KVException.FolderUnusable if it cannot be written or is not empty; what was begun is
   *     removed
   */
  void backup(Path folder);

  /**
   * Fills this store with the entries of a backup, time to live included. The entries get new
   * revisions.
   *
   * @param folder what {@link #backup} made; it is only read
   * @return how many entries were restored
   * @throws KVException.WrongState if this store is not empty; nothing has changed then
   * @throws KVException.Corrupt if the backup is damaged or is none
   * @throws IllegalArgumentException if an entry is larger than this store allows; nothing has
   *     changed then
   */
  long restore(Path folder);

  /**
   * Fills this store, which is empty, with many entries at once, several times as fast as batches
   * do, and fastest if their keys ascend, as unsigned bytes. Keys in any other order are sorted on
   * the disk, which takes the room of the entries once more meanwhile.
   *
   * <p>Nothing is visible before all is: a failure, or the end of the process, leaves an empty
   * store. Once this returns, the entries survive a power cut, whatever the {@link Durability}. A
   * write of anyone else meanwhile makes the load fail.
   *
   * @param entries key, value and expiry count, the revision does not; of several with one key the
   *     last one counts, and expired ones are left out. It is called by a thread of the store, and
   *     what it throws is thrown again. The arrays may be used again once the next entry was asked
   *     for.
   * @return how many entries the store holds then; they get one new revision together
   * @throws KVException.WrongState if this store is not empty, or is written to meanwhile; nothing
   *     was loaded then
   * @throws KVException.NoSpace if the disk is full; nothing was loaded then
   * @throws IllegalArgumentException if a key or value is larger than this store allows; nothing
   *     was loaded then
   */
  long load(Iterator<Entry> entries);

  /** Reads everything and checks every checksum, and that all parts of the store agree. */
  VerifyReport verify();

  /**
   * Returns the disk space of deleted and overwritten entries: writes one SSTable of what lives and
   * fits the hash table to it. Readers and writers go on.
   */
  void compact();

  /** Figures about the store. */
  StoreStats stats();

  /** What opening this store found and did. */
  RecoveryReport recovery();
}

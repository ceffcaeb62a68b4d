package io.kvapp.engine.hashtable;

import java.io.Closeable;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/**
 * A hash table of entries that are not in the store yet, and those for which it has no room.
 *
 * <p>For one thread.
 */
public final class PreparedTable implements Closeable {
  private final HashTableFolder folder;
  private final HashTable table;
  private final WaitingEntries waiting;

  /** The hash table that is to be deleted: this one, until it has replaced another. */
  private HashTable unused;

  /** If more find no room, the size is wrong. */
  private static final int MAX_WAITING = 20_000;

  private PreparedTable(HashTableFolder folder, HashTable table, WaitingEntries waiting) {
    this.folder = folder;
    this.table = table;
    this.waiting = waiting;
    this.unused = table;
  }

  /** Takes the place of another hash table, whose entries that wait are joined by the own ones. */
  HashTable replace(HashTable old, WaitingEntries waitingThere) {
    waiting.forEachKey(key -> waitingThere.put(key, waiting.get(key)));
    unused = old;
    return table;
  }

  /** Deletes the hash table that is not, or no longer, in use. */
  @Override
  public void close() throws IOException {
    folder.delete(unused);
  }

  /** Fills a hash table. */
  interface Filling {
    void run(HashTable table, WaitingEntries waiting, BooleanSupplier goOn);
  }

  /** Makes one of a size, or of a larger one if too many entries find no room. */
  static PreparedTable make(
      HashTableFolder folder, HashTableSize size, long maxWaitingBytes, Filling filling)
      throws IOException {
    HashTableSize tried = size;
    while (true) {
      HashTable table = folder.create(tried, folder.pages.fits(tried.bytes()));
      WaitingEntries waiting = new WaitingEntries(MAX_WAITING, maxWaitingBytes);
      try {
        filling.run(table, waiting, () -> !waiting.areTooMany());
      } catch (Throwable failure) {
        folder.delete(table);
        throw failure;
      }
      if (!waiting.areTooMany()) {
        return new PreparedTable(folder, table, waiting);
      }
      // The sizes of the entries are too far from their average.
      folder.delete(table);
      tried = tried.doubled();
    }
  }
}

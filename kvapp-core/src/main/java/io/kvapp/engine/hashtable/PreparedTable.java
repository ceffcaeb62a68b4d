package io.kvapp.engine.hashtable;

import java.io.IOException;
import java.util.function.BooleanSupplier;

/**
 * A hash table of entries that are not in the store yet, and those for which it has no room.
 *
 * <p>For one thread.
 */
public final class PreparedTable {
  final HashTable table;
  final WaitingEntries waiting;

  /** The hash table that is to be deleted: this one, until it has replaced another. */
  HashTable unused;

  private PreparedTable(HashTable table, WaitingEntries waiting) {
    this.table = table;
    this.waiting = waiting;
    this.unused = table;
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
      HashTable table = folder.create(tried, false);
      WaitingEntries waiting = new WaitingEntries(maxWaitingBytes);
      try {
        filling.run(table, waiting, () -> !waiting.areTooMany());
      } catch (Throwable failure) {
        folder.delete(table);
        throw failure;
      }
      if (!waiting.areTooMany()) {
        return new PreparedTable(table, waiting);
      }
      // The sizes of the entries are too far from their average.
      folder.delete(table);
      tried = tried.doubled();
    }
  }
}

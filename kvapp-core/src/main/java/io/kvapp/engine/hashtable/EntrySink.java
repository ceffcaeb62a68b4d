package io.kvapp.engine.hashtable;

import io.kvapp.engine.model.VersionedValue;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Takes entries into a hash table.
 *
 * <p>Safe for any thread.
 */
interface EntrySink {
  /**
   * Stores a batch.
   *
   * @param newest supplies what is to be stored for the key at a position; null for nothing
   */
  void store(List<byte[]> keys, IntFunction<VersionedValue> newest);
}

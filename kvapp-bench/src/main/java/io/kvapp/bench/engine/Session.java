package io.kvapp.bench.engine;

import java.util.function.BiConsumer;

/**
 * One thread's work with an {@link Engine}. Methods throw the store's exceptions.
 *
 * <p>Arrays handed in are not changed afterwards, so an engine on the heap may keep them. Not
 * thread-safe.
 */
public interface Session extends AutoCloseable {
  /** The value; null where there is none. */
  byte[] get(byte[] key) throws Exception;

  /** Writes one entry, acknowledged as safely as the engine was opened for. */
  void put(byte[] key, byte[] value) throws Exception;

  /** Writes entries; all of them or none where the engine can do that, else one by one. */
  void putAll(byte[][] keys, byte[][] values) throws Exception;

  /** Removes an entry that is there. */
  void delete(byte[] key) throws Exception;

  /**
   * Hands out key and value of the first entries whose keys start with {@code prefix}, ascending;
   * of the last ones, descending, where {@code reversed}.
   *
   * @return how many there were, at most {@code limit}
   * @throws UnsupportedOperationException if the engine is not ordered
   */
  int page(byte[] prefix, int limit, boolean reversed, BiConsumer<byte[], byte[]> sink);

  @Override
  default void close() {}
}

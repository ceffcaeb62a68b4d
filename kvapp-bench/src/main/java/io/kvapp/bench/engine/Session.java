package io.kvapp.bench.engine;

import java.util.function.BiConsumer;

/**
 * One thread's work with an {@link Engine}.
 *
 * <p>Arrays handed in are not changed afterwards, so an engine on the heap may keep them. Not
 * thread-safe.
 */
public interface Session extends AutoCloseable {
  /** The value; null where there is none. */
  byte[] get(byte[] key);

  /** Writes one entry, acknowledged as safely as the engine was opened for. */
  void put(byte[] key, byte[] value);

  /** Writes entries; all of them or none where the engine can do that, else one by one. */
  void putAll(byte[][] keys, byte[][] values);

  /** Removes an entry that is there. */
  void delete(byte[] key);

  /**
   * Hands out key and value of the first entries whose keys start with {@code prefix}, ascending.
   *
   * @return how many there were, at most {@code limit}
   */
  default int page(byte[] prefix, int limit, BiConsumer<byte[], byte[]> sink) {
    throw new UnsupportedOperationException("not ordered");
  }

  /**
   * Hands out key and value of the last entries whose keys start with {@code prefix}, descending.
   *
   * @return how many there were, at most {@code limit}
   */
  default int reversePage(byte[] prefix, int limit, BiConsumer<byte[], byte[]> sink) {
    throw new UnsupportedOperationException("not ordered");
  }

  @Override
  default void close() {}
}

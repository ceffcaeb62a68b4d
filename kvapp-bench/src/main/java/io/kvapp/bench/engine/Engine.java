package io.kvapp.bench.engine;

import java.io.IOException;

/**
 * One of the stores under comparison, opened. Methods throw the store's exceptions.
 *
 * <p>{@link #session()} and {@link #close()} are called by one thread; sessions of different
 * threads work at the same time.
 */
public interface Engine extends AutoCloseable {
  /** A session for one thread; it is closed before the engine. */
  Session session();

  /**
   * Writes entries of a bulk load, which need be safe only once {@link #settle()} has returned.
   *
   * @param session of the calling thread
   */
  default void load(Session session, byte[][] keys, byte[][] values) throws Exception {
    session.putAll(keys, values);
  }

  /**
   * Brings the store into the shape that its makers recommend after a bulk load, which it would
   * reach by itself in time.
   */
  default void settle() throws Exception {}

  @Override
  void close() throws IOException;
}

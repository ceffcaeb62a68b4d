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
   * Writes entries of a bulk load, which need be safe only once {@link #endLoad()} has returned.
   *
   * @param session of the calling thread
   */
  default void load(Session session, byte[][] keys, byte[][] values) throws Exception {
    session.putAll(keys, values);
  }

  /**
   * Writes entries of a bulk load that comes in the order of its keys, as {@link #load} does.
   *
   * @param session of the calling thread
   */
  default void loadInOrder(Session session, byte[][] keys, byte[][] values) throws Exception {
    load(session, keys, values);
  }

  /** Ends a bulk load: all of its entries can be read. */
  default void endLoad() throws Exception {}

  /**
   * Brings the store into the shape that its makers recommend after a bulk load, which it would
   * reach by itself in time.
   */
  default void settle() throws Exception {}

  @Override
  void close() throws IOException;
}

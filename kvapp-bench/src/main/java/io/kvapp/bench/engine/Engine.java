package io.kvapp.bench.engine;

import java.io.IOException;

/**
 * One of the stores under comparison, opened. Methods throw what the store throws.
 *
 * <p>{@link #session()} and {@link #close()} are called by one thread; sessions of different
 * threads work at the same time.
 */
public interface Engine extends AutoCloseable {
  /** What one thread works with; it is closed before the engine is. */
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
   * Brings the store into the shape its makers recommend after a bulk load: what it would get to by
   * itself given time.
   */
  default void settle() throws Exception {}

  @Override
  void close() throws IOException;
}

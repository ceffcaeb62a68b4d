package io.kvapp.server.v1;

import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Memory;

/**
 * The memory of the changes that a watcher is about to take. Little is held without a reservation;
 * more is reserved before it is read, and given back once the watcher has taken it.
 *
 * <p>Belongs to the thread of the watcher.
 */
final class WatchMemory {
  private static final long FREE_BYTES = 128 << 10;

  private final Memory memory;
  private Runnable release = () -> {};

  WatchMemory(Memory memory) {
    this.memory = memory;
  }

  /**
   * Claims what the next changes take.
   *
   * @throws HttpException if it cannot be had
   */
  void claim(long bytes) {
    if (bytes > FREE_BYTES) {
      release();
      release = memory.lend(bytes);
    }
  }

  /** Gives back what the last changes took. */
  void release() {
    Runnable last = release;
    release = () -> {};
    last.run();
  }
}

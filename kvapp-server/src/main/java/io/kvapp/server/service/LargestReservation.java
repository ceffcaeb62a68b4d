package io.kvapp.server.service;

import io.kvapp.server.http.message.Memory;

/**
 * The memory for results that are held one after the other, never two at a time: as much as the
 * largest of them takes.
 *
 * <p>Not thread-safe.
 */
final class LargestReservation {
  private final Memory memory;
  private long reserved;

  LargestReservation(Memory memory) {
    this.memory = memory;
  }

  /**
   * Has memory for a result of this size, and waits a while for it.
   *
   * @throws io.kvapp.server.http.message.HttpException if it cannot be had
   */
  void require(long bytes) {
    if (bytes > reserved) {
      memory.reserve(bytes - reserved);
      reserved = bytes;
    }
  }

  /** Has memory for a result of this size if it is free; returns whether there is. */
  boolean covers(long bytes) {
    if (bytes <= reserved) {
      return true;
    }
    if (memory.tryReserve(bytes - reserved)) {
      reserved = bytes;
      return true;
    }
    return false;
  }
}

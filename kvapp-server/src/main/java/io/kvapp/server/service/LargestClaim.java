package io.kvapp.server.service;

import io.kvapp.server.http.message.Memory;

/**
 * The memory for results that are held one after the other, never two at a time: as much as the
 * largest of them takes.
 *
 * <p>Not thread-safe.
 */
final class LargestClaim {
  private final Memory memory;
  private long claimed;

  LargestClaim(Memory memory) {
    this.memory = memory;
  }

  /**
   * Has memory for a result of this size, and waits a while for it.
   *
   * @throws io.kvapp.server.http.message.Fault if it cannot be had
   */
  void require(long bytes) {
    if (bytes > claimed) {
      memory.claim(bytes - claimed);
      claimed = bytes;
    }
  }

  /** Has memory for a result of this size if it is free; returns whether there is. */
  boolean covers(long bytes) {
    if (bytes <= claimed) {
      return true;
    }
    if (memory.tryClaim(bytes - claimed)) {
      claimed = bytes;
      return true;
    }
    return false;
  }
}

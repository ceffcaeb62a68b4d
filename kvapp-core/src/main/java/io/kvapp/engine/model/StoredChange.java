package io.kvapp.engine.model;

import java.nio.ByteBuffer;

/**
 * One change of a key, wherever it stands: a put or a delete.
 *
 * <p>For one thread.
 */
public interface StoredChange {
  long revision();

  /** Milliseconds since the epoch; 0 for never. */
  long expiresAt();

  boolean isDelete();

  /** The length of the value in bytes; 0 for a delete. */
  int valueLength();

  /**
   * A new array with the value; empty for a delete.
   *
   * @throws io.kvapp.KVException if it is larger than an eighth of the heap
   */
  byte[] value();

  /** The value, of any size, to be read before the next step; empty for a delete. */
  default ByteBuffer valueBuffer() {
    return ByteBuffer.wrap(value());
  }

  /** The {@link ValueChecksum} that came with the value; 0 for a delete. */
  default int valueChecksum() {
    return ValueChecksum.of(value());
  }
}

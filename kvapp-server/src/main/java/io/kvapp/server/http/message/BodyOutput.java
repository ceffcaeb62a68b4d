package io.kvapp.server.http.message;

import java.io.IOException;

/**
 * Where the body of a response is written.
 *
 * <p>Not thread-safe.
 */
public interface BodyOutput {
  /**
   * Writes one byte.
   *
   * @throws IOException if the client is gone
   */
  void write(int octet) throws IOException;

  /**
   * Writes an array.
   *
   * @throws IOException if the client is gone
   */
  default void write(byte[] source) throws IOException {
    write(source, 0, source.length);
  }

  /**
   * Writes {@code length} bytes of an array.
   *
   * @throws IOException if the client is gone
   */
  void write(byte[] source, int from, int length) throws IOException;
}

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

  /**
   * Sends what has been written, and the head of the response if that has not been sent; for
   * responses that go on later. Everything at hand goes out in one write.
   *
   * @throws IOException if the client is gone
   */
  void flush() throws IOException;
}

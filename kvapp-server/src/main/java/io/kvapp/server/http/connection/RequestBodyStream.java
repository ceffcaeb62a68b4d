package io.kvapp.server.http.connection;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * The body of a request as its handler reads it, piece by piece.
 *
 * <p>Not thread-safe.
 */
final class RequestBodyStream extends InputStream {
  private final RequestContent content;
  private final byte[] one = new byte[1];

  RequestBodyStream(RequestContent content) {
    this.content = content;
  }

  @Override
  public int read() throws IOException {
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int from, int length) throws IOException {
    Objects.checkFromIndexSize(from, length, target.length);
    return length == 0 ? 0 : content.readPiece(target, from, length);
  }
}

package io.kvapp.server.http.connection;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLSocket;

/**
 * The input of a TLS connection. It sees to the deadline itself: the end of input that a {@link
 * Deadline} makes in the socket below would be an error to TLS, and the client would not be told.
 *
 * <p>Not thread-safe.
 */
final class TlsInput extends InputStream {
  private final SSLSocket socket;
  private final InputStream stream;
  private final Deadline deadline;

  TlsInput(SSLSocket socket, Deadline deadline) throws IOException {
    this.socket = socket;
    this.stream = socket.getInputStream();
    this.deadline = deadline;
  }

  @Override
  public int read() {
    throw new UnsupportedOperationException("bytes are read in arrays here");
  }

  @Override
  public int read(byte[] target, int from, int length) throws IOException {
    socket.setSoTimeout(deadline.remainingMillis());
    try {
      return stream.read(target, from, length);
    } catch (SocketTimeoutException late) {
      deadline.pass();
      return -1;
    }
  }
}

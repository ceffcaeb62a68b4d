package io.kvapp.server.http.connection;

import java.io.IOException;
import java.net.Socket;

/** A layer between a connection and HTTP, such as TLS. Called by many threads at once. */
@FunctionalInterface
public interface SocketLayer {
  /** Nothing: HTTP is spoken in the clear. */
  SocketLayer PLAIN = accepted -> accepted;

  /**
   * Puts this layer on a connection, which is closed when this takes too long.
   *
   * @param accepted the connection
   * @return the socket for HTTP; closes {@code accepted} when it is closed
   * @throws IOException if the client does not go along
   */
  Socket over(Socket accepted) throws IOException;
}

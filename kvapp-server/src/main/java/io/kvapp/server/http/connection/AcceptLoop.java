package io.kvapp.server.http.connection;

import fi.iki.elonen.NanoHTTPD;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Accepts connections at one address by NanoHTTPD's loop, and hands each to a connection of our
 * own: of the library's request handling nothing is used.
 */
final class AcceptLoop extends NanoHTTPD {
  private static final long PAUSE_AFTER_FAILURE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Connections connections;

  AcceptLoop(
      InetAddress address,
      int port,
      int backlog,
      Connections connections,
      ConnectionThreads threads) {
    super(address.getHostAddress(), port);
    this.connections = connections;
    setAsyncRunner(threads);
    setServerSocketFactory(() -> new ListeningSocket(backlog));
  }

  /** The handler of a connection; null, which is not executed, if there is no memory for one. */
  @Override
  protected ClientHandler createClientHandler(Socket socket, InputStream input) {
    try {
      return new AcceptedSocket(socket, input);
    } catch (Throwable failure) {
      // The library's loop would end with it.
      Connections.closeQuietly(socket);
      return null;
    }
  }

  private final class AcceptedSocket extends ClientHandler implements ConnectionThreads.Refusable {
    private final Socket socket;

    private AcceptedSocket(Socket socket, InputStream input) {
      super(input, socket);
      this.socket = socket;
    }

    @Override
    public void run() {
      connections.serve(socket);
    }

    @Override
    public void serveProbe() {
      connections.serveProbe(socket);
    }

    @Override
    public void refuse() {
      connections.refuse(socket);
    }

    @Override
    public void drop() {
      Connections.closeQuietly(socket);
    }
  }

  /** Brings what the library's loop does not set: the backlog, and no delay of small segments. */
  private static final class ListeningSocket extends ServerSocket {
    private final int backlog;

    private ListeningSocket(int backlog) throws IOException {
      this.backlog = backlog;
    }

    @Override
    public void bind(SocketAddress address) throws IOException {
      bind(address, backlog);
    }

    @Override
    public Socket accept() throws IOException {
      Socket accepted = null;
      try {
        accepted = super.accept();
        accepted.setTcpNoDelay(true);
        // The library's loop asks for it next; what fails there would end the loop.
        accepted.getInputStream();
        return accepted;
      } catch (Throwable failure) {
        if (accepted != null) {
          Connections.closeQuietly(accepted);
        }
        // Without descriptors or memory every attempt fails at once: the loop must not spin.
        LockSupport.parkNanos(isClosed() ? 0 : PAUSE_AFTER_FAILURE_NANOS);
        throw failure instanceof IOException ioFailure ? ioFailure : new IOException(failure);
      }
    }
  }
}

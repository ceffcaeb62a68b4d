package io.kvapp.etcd;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A port before that of a node, which passes everything on, or swallows what goes one way: nobody
 * is told that it does not arrive. Connections that have swallowed something end when that does.
 *
 * <p>Safe for any thread.
 */
final class Relay implements AutoCloseable {
  /** What is swallowed. */
  enum Swallowed {
    NOTHING,
    REQUESTS,
    ANSWERS
  }

  private final int nodePort;
  private final ServerSocket listening;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile Swallowed swallowed = Swallowed.NOTHING;

  Relay(int nodePort) {
    this.nodePort = nodePort;
    try {
      listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  void swallow(Swallowed what) {
    swallowed = what;
    if (what == Swallowed.NOTHING) {
      open.forEach(Relay::close);
    }
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "relay");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        open.add(client);
        Socket node = new Socket(InetAddress.getLoopbackAddress(), nodePort);
        open.add(node);
        start(() -> pass(client, node, Swallowed.REQUESTS));
        start(() -> pass(node, client, Swallowed.ANSWERS));
      } catch (IOException ended) {
        // The next connection may be better.
      }
    }
  }

  private void pass(Socket from, Socket to, Swallowed kind) {
    try (from;
        to) {
      byte[] bytes = new byte[64 << 10];
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        if (swallowed != kind) {
          out.write(bytes, 0, read);
        }
      }
    } catch (IOException ended) {
      // So does the connection.
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException ended) {
      // It is over in any case.
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    open.forEach(Relay::close);
  }
}

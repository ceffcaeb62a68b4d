package io.kvapp.etcd;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
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
  private volatile Trigger trigger;

  /** What is swallowed from the request on that holds a text. */
  private record Trigger(String text, Swallowed what) {}

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

  /** Swallows something from the request on that holds this text, which is ASCII. */
  void swallowFrom(String text, Swallowed what) {
    trigger = new Trigger(text, what);
  }

  private void pull(byte[] request, int length) {
    Trigger waiting = trigger;
    if (waiting != null
        && new String(request, 0, length, StandardCharsets.ISO_8859_1).contains(waiting.text)) {
      trigger = null;
      swallow(waiting.what);
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
        connect(listening.accept());
      } catch (IOException ended) {
        // The next connection may be better.
      }
    }
  }

  private void connect(Socket client) throws IOException {
    try {
      Socket node = new Socket(InetAddress.getLoopbackAddress(), nodePort);
      open.add(client);
      open.add(node);
      start(() -> pass(client, node, Swallowed.REQUESTS));
      start(() -> pass(node, client, Swallowed.ANSWERS));
    } catch (IOException notThere) {
      client.close();
    }
  }

  private void pass(Socket from, Socket to, Swallowed kind) {
    try (from;
        to) {
      byte[] bytes = new byte[64 << 10];
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        if (kind == Swallowed.REQUESTS) {
          pull(bytes, read);
        }
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

package io.kvapp.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A proxy between client and server, which cuts or holds what passes through it at a given byte.
 *
 * <p>Safe for any thread.
 */
final class FaultProxy implements AutoCloseable {
  /** One of the two directions, over all connections. */
  static final class Direction {
    private final AtomicLong passed = new AtomicLong();
    private long left = -1;
    private boolean isReset;

    /** How many bytes have passed so far. */
    long passed() {
      return passed.get();
    }

    /** Has the connection end once so many further bytes have passed; one connection alone. */
    synchronized void cutAfter(long bytes, boolean reset) {
      left = bytes;
      isReset = reset;
    }

    /** How many of these bytes may pass; fewer if the connection is to be cut behind them. */
    private synchronized int allowed(int bytes) {
      if (left < 0 || bytes < left) {
        left = left < 0 ? left : left - bytes;
        passed.addAndGet(bytes);
        return bytes;
      }
      int allowed = (int) left;
      left = -1;
      passed.addAndGet(allowed);
      return allowed - Integer.MAX_VALUE;
    }
  }

  final Direction requests = new Direction();
  final Direction responses = new Direction();
  private final ServerSocket listening;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Thread accepting;
  private final AtomicInteger accepted = new AtomicInteger();
  private volatile boolean isHolding;
  private volatile int pieceBytes = 8_192;
  private volatile long delayMillis;

  FaultProxy(int target) throws IOException {
    this.target = target;
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    accepting = start(this::accept);
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + listening.getLocalPort());
  }

  /** How many connections there have been. */
  int accepted() {
    return accepted.get();
  }

  /** Lets nothing pass from here on, without ending a connection. */
  void hold() {
    isHolding = true;
  }

  /** Passes on so many bytes at a time from here on, each piece after a delay. */
  void delay(int bytes, long millis) {
    pieceBytes = bytes;
    delayMillis = millis;
  }

  /** Ends every connection. */
  void cutAll() {
    sockets.forEach(socket -> end(socket, false));
  }

  private static Thread start(Runnable work) {
    Thread thread = new Thread(work, "fault-proxy");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        accepted.incrementAndGet();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        sockets.add(client);
        sockets.add(server);
        start(() -> pass(requests, client, server, client));
        start(() -> pass(responses, server, client, client));
      }
    } catch (IOException closed) {
      cutAll();
    }
  }

  private void pass(Direction direction, Socket from, Socket to, Socket client) {
    byte[] buffer = new byte[8_192];
    boolean isReset = false;
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer, 0, pieceBytes);
          read > 0;
          read = in.read(buffer, 0, pieceBytes)) {
        if (isHolding) {
          continue;
        }
        Thread.sleep(delayMillis);
        int allowed = direction.allowed(read);
        boolean isCut = allowed < 0;
        out.write(buffer, 0, isCut ? allowed + Integer.MAX_VALUE : allowed);
        out.flush();
        if (isCut) {
          isReset = direction.isReset;
          break;
        }
      }
    } catch (IOException | InterruptedException ended) {
      // The other direction has ended them.
    }
    end(client, isReset);
    end(from, false);
    end(to, false);
  }

  private void end(Socket socket, boolean reset) {
    sockets.remove(socket);
    try {
      if (reset) {
        socket.setSoLinger(true, 0);
      }
      socket.close();
    } catch (IOException ended) {
      // It is closed already.
    }
  }

  /** Ends every connection, and takes no further one. */
  @Override
  public void close() throws IOException {
    listening.close();
    try {
      accepting.join();
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
    cutAll();
  }
}

package io.kvapp.bench.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Ports of 127.0.0.1. */
final class Ports {
  private static final int TRIES = 200;
  private static final int PAUSE_MILLIS = 50;

  private Ports() {}

  /** A port that was free a moment ago. */
  static int free() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Waits until a process listens at a port; ten seconds at most. */
  static void await(int port, ChildProcess process) throws IOException, InterruptedException {
    for (int i = 0; i < TRIES; i++) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return;
      } catch (IOException notYet) {
        if (!process.isAlive()) {
          throw new IOException("the server for port " + port + " ended; see its log", notYet);
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    }
    throw new IOException("nothing listens at port " + port);
  }
}

package io.kvapp.server.command.doctor;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/** A proxy that changes the first line of requests, and can keep streams back until they end. */
final class ChangingProxy implements Closeable {
  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
  private final int upstream;
  private final UnaryOperator<String> change;
  private final boolean buffering;

  /**
   * A proxy that accepts at once.
   *
   * @param change makes the first line that is passed on; or a whole answer, which begins with
   *     HTTP/, in the server's place; or null to end the connection
   * @param buffering whether a stream is passed on only when it has ended
   */
  ChangingProxy(int upstream, UnaryOperator<String> change, boolean buffering) throws IOException {
    this.upstream = upstream;
    this.change = change;
    this.buffering = buffering;
    start(this::accept);
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException ended) {
                // As all connections do.
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = listener.accept();
      start(() -> serve(client));
    }
  }

  private void serve(Socket client) throws IOException {
    try (client;
        Socket server = new Socket("127.0.0.1", upstream)) {
      AtomicBoolean keepBack = new AtomicBoolean();
      start(() -> answer(server, client, keepBack));
      while (true) {
        String head = head(client.getInputStream());
        int end = head.indexOf("\r\n");
        String line = change.apply(head.substring(0, end));
        if (line == null) {
          return;
        }
        if (line.startsWith("HTTP/")) {
          client.getOutputStream().write(line.getBytes(StandardCharsets.ISO_8859_1));
          continue;
        }
        keepBack.set(buffering && line.contains("/v1/watch"));
        String passed = line + head.substring(end);
        server.getOutputStream().write(passed.getBytes(StandardCharsets.ISO_8859_1));
      }
    }
  }

  private static void answer(Socket server, Socket client, AtomicBoolean keepBack)
      throws IOException {
    byte[] piece = new byte[8 << 10];
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    try (server;
        client) {
      int length = server.getInputStream().read(piece);
      while (length >= 0) {
        if (keepBack.get()) {
          kept.write(piece, 0, length);
        } else {
          client.getOutputStream().write(piece, 0, length);
        }
        length = server.getInputStream().read(piece);
      }
      client.getOutputStream().write(kept.toByteArray());
    }
  }

  private static String head(InputStream input) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int octet = input.read();
      if (octet < 0) {
        throw new IOException("the client has left");
      }
      head.append((char) octet);
    }
    return head.toString();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}

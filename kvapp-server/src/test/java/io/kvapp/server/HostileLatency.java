package io.kvapp.server;

import io.kvapp.server.classic.ClassicClient;
import io.kvapp.server.command.ChildServer;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.tls.HostileTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;

/** How long small requests take while others do what no honest client does; prints a table. */
public final class HostileLatency {
  private static final int REQUESTS = 4_000;
  private static final int WARM_REQUESTS = 2_000;
  private static final int BODY_BYTES = 1 << 20;
  private static final double MAX_P99_MILLIS = 50;

  private final ChildServer server;
  private final SSLContext tls;
  private final List<Socket> hostile = new ArrayList<>();
  private final List<Socket> slow = new ArrayList<>();
  private String token;
  private boolean isFast = true;

  private HostileLatency(ChildServer server, SSLContext tls) {
    this.server = server;
    this.tls = tls;
  }

  /** Ends with 1 if 1 of 100 small requests took longer than 50 ms in any row. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createTempDirectory("kvapp-hostile");
    System.out.println("| beside | requests | p50 (ms) | p99 (ms) | longest (ms) |");
    System.out.println("|---|---:|---:|---:|---:|");
    List<String> heap = List.of("-Xmx256m");
    boolean isFast;
    try (ChildServer server = ChildServer.start(folder, heap, "--max-connections", "4096")) {
      isFast = new HostileLatency(server, null).run();
    }
    isFast &= HostileTls.run(folder, heap);
    System.exit(isFast ? 0 : 1);
  }

  private boolean run() throws Exception {
    try (RawClient client = new RawClient(server.port())) {
      token = ClassicClient.token(client);
      measure(client, WARM_REQUESTS);
      row("nothing");
      silentBodies(18, token);
      row("18 bodies of 1 MiB that never begin");
      silentBodies(180, "stranger");
      row("and 180 such of strangers");
      for (int count = 0; count < 1_000; count++) {
        slow.add(send("GET /healthz HTTP/1.1\r\nHost: loc".getBytes(StandardCharsets.US_ASCII)));
      }
      row("and 1,000 heads that arrive byte by byte");
      for (int count = 0; count < 1_000; count++) {
        hostile.add(new Socket(InetAddress.getLoopbackAddress(), server.port()));
      }
      row("and 1,000 idle connections");
    } finally {
      close();
    }
    return isFast;
  }

  /** Small requests beside 200 idle connections of TLS. */
  public static boolean overTls(ChildServer server, SSLContext tls) throws Exception {
    HostileLatency load = new HostileLatency(server, tls);
    try {
      for (int count = 0; count < 200; count++) {
        load.hostile.add(load.connect());
      }
      load.row("200 idle connections of TLS, health probes over another");
    } finally {
      load.close();
    }
    return load.isFast;
  }

  private void close() throws IOException {
    for (Socket socket : hostile) {
      socket.close();
    }
    for (Socket socket : slow) {
      socket.close();
    }
  }

  private void silentBodies(int count, String byToken) throws IOException {
    byte[] request = ClassicClient.post("/api/insert", byToken, "x".repeat(BODY_BYTES));
    byte[] head = Arrays.copyOf(request, request.length - BODY_BYTES);
    for (int sent = 0; sent < count; sent++) {
      hostile.add(send(head));
    }
  }

  private Socket send(byte[] bytes) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.getOutputStream().write(bytes);
    return socket;
  }

  private Socket connect() throws IOException {
    Socket socket = tls.getSocketFactory().createSocket("localhost", server.port());
    answer(socket);
    return socket;
  }

  /** Sends a health probe and reads its answer, which comes as one record. */
  private static void answer(Socket socket) throws IOException {
    socket.getOutputStream().write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes());
    byte[] answer = new byte[4 << 10];
    if (socket.getInputStream().read(answer) <= 0 || answer[0] != 'H') {
      throw new IOException("no answer over TLS");
    }
  }

  private void row(String title) throws Exception {
    long[] nanos;
    if (tls != null) {
      nanos = new long[REQUESTS];
      try (Socket socket = connect()) {
        for (int i = -WARM_REQUESTS; i < nanos.length; i++) {
          long begun = System.nanoTime();
          answer(socket);
          nanos[Math.max(0, i)] = System.nanoTime() - begun;
        }
      }
    } else {
      try (RawClient client = new RawClient(server.port())) {
        nanos = measure(client, REQUESTS);
      }
    }
    Arrays.sort(nanos);
    double p99 = nanos[nanos.length * 99 / 100] / 1e6;
    isFast &= p99 < MAX_P99_MILLIS;
    System.out.printf(
        Locale.ROOT,
        "| %s | %,d | %.2f | %.2f | %.1f |%n",
        title,
        nanos.length,
        nanos[nanos.length / 2] / 1e6,
        p99,
        nanos[nanos.length - 1] / 1e6);
  }

  /** Inserts and searches in turns; a byte of each slow head goes out now and then. */
  private long[] measure(RawClient client, int count) throws IOException {
    long[] nanos = new long[count];
    for (int i = 0; i < count; i++) {
      if (i % 500 == 0) {
        trickle();
      }
      long begun = System.nanoTime();
      int status =
          i % 2 == 0
              ? ClassicClient.insert(client, token, "key" + i, "0123456789").status()
              : ClassicClient.search(client, token, "key", "key" + (i - 1)).status();
      nanos[i] = System.nanoTime() - begun;
      if (status != (i % 2 == 0 ? 201 : 200)) {
        throw new IOException("a small request was answered with " + status);
      }
    }
    return nanos;
  }

  private void trickle() {
    for (Socket socket : slow) {
      try {
        socket.getOutputStream().write('a');
      } catch (IOException ended) {
        // Its head took too long; the server was right.
      }
    }
  }
}

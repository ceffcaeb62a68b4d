package io.kvapp.examples;

import io.kvapp.KVException;
import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.settings.AuthSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A tour of a store on a cluster: three etcd nodes and two servers on this machine, one node of
 * which is killed; {@code examples/cluster} takes it.
 *
 * <p>It ends by itself, and leaves no process and no file, after Ctrl-C either. It needs {@code
 * etcd} on the path, or {@code -Detcd=PATH}.
 */
public final class ClusterTour {
  private static final int NODES = 3;
  private static final int KEY_BYTES = 32;

  private final PrintStream out;
  private final Path folder;
  private final List<Process> nodes = new ArrayList<>();
  private boolean isOver;

  private ClusterTour(PrintStream out) throws IOException {
    this.out = out;
    folder = Files.createTempDirectory("kvapp-cluster");
  }

  /** Takes the tour; a mistake ends in one line on standard error. */
  public static void main(String[] arguments) {
    System.exit(run(System.out));
  }

  /** The exit status: 0 if all went well. */
  static int run(PrintStream out) {
    try {
      requireEtcd();
      ClusterTour tour = new ClusterTour(out);
      Thread onExit = new Thread(tour::end, "cluster-end");
      Runtime.getRuntime().addShutdownHook(onExit);
      try {
        tour.take();
      } finally {
        tour.end();
      }
      Runtime.getRuntime().removeShutdownHook(onExit);
      return 0;
    } catch (IOException | KVException | IllegalStateException failed) {
      System.err.println("cluster: " + failed.getMessage());
      return 1;
    }
  }

  private static String etcd() {
    return System.getProperty("etcd", "etcd");
  }

  private static void requireEtcd() {
    try {
      new ProcessBuilder(etcd(), "--version")
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .onExit()
          .join();
    } catch (IOException none) {
      throw new IllegalStateException(
          "there is no program "
              + etcd()
              + "; install it (Debian and Ubuntu: apt install etcd-server, macOS: brew install"
              + " etcd), or give its path by -Detcd=PATH");
    }
  }

  private void take() throws IOException {
    List<Integer> ports = freePorts();
    for (int i = 0; i < NODES; i++) {
      start(i, ports);
    }
    String uri =
        "etcd://"
            + ports.subList(0, NODES).stream()
                .map(port -> "127.0.0.1:" + port)
                .collect(Collectors.joining(","))
            + "/tour";
    String signingKey = signingKey();
    try (KVServer first = server(uri, signingKey);
        KVServer second = server(uri, signingKey);
        KVStore here = KVStore.open("http://localhost:" + first.port());
        KVStore there = KVStore.open("http://localhost:" + second.port())) {
      out.println("three etcd nodes and two servers run");
      here.put("city:szeged", "Szeged");
      out.println("city:szeged at the other server is " + there.get("city:szeged").orElse("gone"));
      kill(0);
      out.println("one node is killed");
      there.put("city:pécs", "Pécs");
      out.println("city:pécs at the other server is " + here.get("city:pécs").orElse("gone"));
      here.entries(Scan.prefix("city:"))
          .forEach(entry -> out.println(entry.keyString() + " = " + entry.valueString()));
      out.println("the counter is " + here.add("visits", 1) + ", then " + there.add("visits", 1));
    }
  }

  /** Ports for clients, then as many for the nodes among each other. */
  private static List<Integer> freePorts() throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 2 * NODES; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }

  private synchronized void start(int index, List<Integer> ports) throws IOException {
    if (isOver) {
      throw new IllegalStateException("stopped");
    }
    String client = "http://127.0.0.1:" + ports.get(index);
    String peer = "http://127.0.0.1:" + ports.get(NODES + index);
    String cluster =
        Stream.iterate(0, i -> i < NODES, i -> i + 1)
            .map(i -> "node" + i + "=http://127.0.0.1:" + ports.get(NODES + i))
            .collect(Collectors.joining(","));
    nodes.add(
        new ProcessBuilder(
                etcd(),
                "--name=node" + index,
                "--data-dir=" + folder.resolve("node" + index),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=" + cluster,
                "--auto-compaction-mode=periodic",
                "--auto-compaction-retention=1h",
                "--logger=zap")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("node" + index + ".log").toFile())
            .start());
  }

  /** A server of its own on any free port; the servers share the store and the key. */
  private static KVServer server(String uri, String signingKey) {
    return KVServer.builder()
        .store(uri)
        .port(0)
        .endpoint(
            HttpEndpoint.builder()
                .auth(AuthSettings.defaults().withSigningKeys(signingKey))
                .build())
        .build()
        .start();
  }

  private static String signingKey() {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return Base64.getEncoder().encodeToString(key);
  }

  private synchronized void kill(int index) {
    nodes.get(index).destroyForcibly();
    nodes.get(index).onExit().join();
  }

  /** Ends the nodes and deletes what they have written; a second call does nothing. */
  private synchronized void end() {
    if (isOver) {
      return;
    }
    isOver = true;
    for (int i = 0; i < nodes.size(); i++) {
      kill(i);
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException failed) {
      System.err.println("cluster: " + folder + " cannot be deleted: " + failed);
    }
  }
}

package io.kvapp.etcd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One member of a cluster, as a process with its data in a folder. The program is {@code etcd} of
 * the path, or {@code -Detcd=PATH}. It ends with this JVM at the latest.
 *
 * <p>Used by one thread.
 */
final class EtcdNode implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final int CONNECT_MILLIS = 1_000;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
  }

  private final String name;
  private final Path folder;
  private final InetSocketAddress client;
  private final InetSocketAddress peer;
  private final List<String> inside;
  private final List<String> more = new ArrayList<>();
  private Process process;

  /**
   * A node that is not started.
   *
   * @param name its name in the cluster
   * @param folder where its data and its log are
   * @param client the address that clients connect to
   * @param peer the address that other members connect to
   * @param inside the command that starts it, in front of its own; may be empty
   */
  EtcdNode(
      String name,
      Path folder,
      InetSocketAddress client,
      InetSocketAddress peer,
      List<String> inside) {
    this.name = name;
    this.folder = folder;
    this.client = client;
    this.peer = peer;
    this.inside = List.copyOf(inside);
  }

  /** A node of its own, on free ports, which is soon its own leader; not started. */
  static EtcdNode alone(Path folder) {
    return onLoopback(folder, 1).get(0).with("--heartbeat-interval=10", "--election-timeout=100");
  }

  /** Nodes on free ports; not started. */
  static List<EtcdNode> onLoopback(Path folder, int count) {
    List<Integer> ports = freePorts(2 * count);
    List<EtcdNode> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      nodes.add(
          new EtcdNode(
              "node" + i,
              folder,
              new InetSocketAddress(LOOPBACK, ports.get(2 * i)),
              new InetSocketAddress(LOOPBACK, ports.get(2 * i + 1)),
              List.of()));
    }
    return nodes;
  }

  static List<Integer> freePorts(int count) {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      List<Integer> ports = sockets.stream().map(ServerSocket::getLocalPort).toList();
      for (ServerSocket socket : sockets) {
        socket.close();
      }
      return ports;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Adds arguments for the next start. */
  EtcdNode with(String... arguments) {
    more.addAll(List.of(arguments));
    return this;
  }

  int clientPort() {
    return client.getPort();
  }

  /** Where clients connect to, as a host and a port. */
  String clientAddress() {
    return address(client);
  }

  private static String address(InetSocketAddress socket) {
    return socket.getHostString() + ":" + socket.getPort();
  }

  String peer() {
    return name + "=http://" + address(peer);
  }

  long pid() {
    return process.pid();
  }

  /** Starts the process as one of a cluster. */
  void start(String cluster) {
    boolean isSecure = more.stream().anyMatch(each -> each.startsWith("--cert-file="));
    String forClients = (isSecure ? "https://" : "http://") + address(client);
    String forPeers = "http://" + address(peer);
    List<String> command = new ArrayList<>(inside);
    command.addAll(
        List.of(
            System.getProperty("etcd", "etcd"),
            "--name=" + name,
            "--data-dir=" + folder.resolve(name),
            "--listen-client-urls=" + forClients,
            "--advertise-client-urls=" + forClients,
            "--listen-peer-urls=" + forPeers,
            "--initial-advertise-peer-urls=" + forPeers,
            "--initial-cluster=" + cluster,
            "--logger=zap"));
    command.addAll(more);
    try {
      Files.createDirectories(folder);
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(
                  ProcessBuilder.Redirect.appendTo(folder.resolve(name + ".log").toFile()))
              .start();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    RUNNING.add(process);
  }

  /** Starts it as a cluster of its own, and waits until it takes connections. */
  EtcdNode start() {
    start(peer());
    awaitConnections();
    return this;
  }

  /** Waits until the process takes connections; a store waits for the rest. */
  void awaitConnections() {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(client, CONNECT_MILLIS);
        return;
      } catch (IOException notYet) {
        if (!process.isAlive() || System.nanoTime() > end) {
          throw new AssertionError("etcd has not started: " + log(), notYet);
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
  }

  private String log() {
    try {
      return Files.readString(folder.resolve(name + ".log"));
    } catch (IOException none) {
      return none.toString();
    }
  }

  /** Ends the process at once. */
  void kill() {
    process.destroyForcibly();
    process.onExit().join();
    RUNNING.remove(process);
  }

  @Override
  public void close() {
    if (process != null) {
      kill();
    }
  }
}

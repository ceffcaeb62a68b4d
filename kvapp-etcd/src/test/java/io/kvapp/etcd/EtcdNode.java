package io.kvapp.etcd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One member of a cluster, as a process on loopback with its data in a folder. The program is
 * {@code etcd} of the path, or {@code -Detcd=PATH}.
 *
 * <p>Used by one thread.
 */
final class EtcdNode implements AutoCloseable {
  private final String name;
  private final Path folder;
  private final int clientPort;
  private final int peerPort;
  private final List<String> more = new ArrayList<>();
  private Process process;

  EtcdNode(String name, Path folder, int clientPort, int peerPort) {
    this.name = name;
    this.folder = folder;
    this.clientPort = clientPort;
    this.peerPort = peerPort;
  }

  /** A node of its own, on free ports, which is soon its own leader; not started. */
  static EtcdNode alone(Path folder) {
    List<Integer> ports = freePorts(2);
    return new EtcdNode("alone", folder, ports.get(0), ports.get(1))
        .with("--heartbeat-interval=10", "--election-timeout=100");
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
    return clientPort;
  }

  String peer() {
    return name + "=http://127.0.0.1:" + peerPort;
  }

  /** Starts the process as one of a cluster. */
  void start(String cluster) {
    boolean isSecure = more.stream().anyMatch(each -> each.startsWith("--cert-file="));
    String client = (isSecure ? "https" : "http") + "://127.0.0.1:" + clientPort;
    String self = "http://127.0.0.1:" + peerPort;
    List<String> command =
        new ArrayList<>(
            List.of(
                System.getProperty("etcd", "etcd"),
                "--name=" + name,
                "--data-dir=" + folder.resolve(name),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + self,
                "--initial-advertise-peer-urls=" + self,
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
  }

  /** Starts it as a cluster of its own, and waits until it takes connections. */
  EtcdNode start() {
    start(peer());
    awaitConnections();
    return this;
  }

  /** Waits until the process takes connections; a store waits for the rest. */
  void awaitConnections() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), clientPort)) {
        return;
      } catch (IOException notYet) {
        if (!process.isAlive() || System.nanoTime() > end) {
          throw new AssertionError("etcd has not started: " + log(), notYet);
        }
        Thread.onSpinWait();
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
  }

  @Override
  public void close() {
    if (process != null) {
      kill();
    }
  }
}

package io.kvapp.etcd;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Network namespaces on this machine, one for each node, on two bridges: one for clients and one
 * for the members among each other. A node is cut off from either as by a cable that is pulled.
 *
 * <p>Needs root and {@code ip}. Used by one thread.
 */
final class Namespaces implements AutoCloseable {
  private static final String CLIENTS = "c";
  private static final String PEERS = "p";
  private static final String CLIENT_NET = "10.87.1.";
  private static final String PEER_NET = "10.87.2.";
  private static final int CLIENT_PORT = 2379;
  private static final int PEER_PORT = 2380;

  /** In the names of interfaces, which have at most 15 letters. */
  private final String id = "kv" + ProcessHandle.current().pid() % 1_000_000;

  private final int count;
  private final Thread onExit = new Thread(this::remove);

  /** Makes so many. */
  Namespaces(int count) {
    this.count = count;
    Runtime.getRuntime().addShutdownHook(onExit);
    for (String bridge : List.of(CLIENTS, PEERS)) {
      Commands.run("ip", "link", "add", id + bridge, "type", "bridge");
      Commands.run("ip", "link", "set", id + bridge, "up");
    }
    Commands.run("ip", "address", "add", CLIENT_NET + "1/24", "dev", id + CLIENTS);
    for (int i = 0; i < count; i++) {
      Commands.run("ip", "netns", "add", id + i);
      Commands.run("ip", "-n", id + i, "link", "set", "lo", "up");
      connect(i, CLIENTS, CLIENT_NET);
      connect(i, PEERS, PEER_NET);
    }
  }

  /** Why there can be none here; null where there can. */
  static String missing() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return "network namespaces take root";
    }
    return Commands.succeeds("sh", "-c", "command -v ip") ? null : "there is no ip";
  }

  private void connect(int index, String bridge, String net) {
    String here = id + bridge + index;
    String there = bridge + index;
    Commands.run(
        "ip", "link", "add", here, "type", "veth", "peer", "name", there, "netns", id + index);
    Commands.run("ip", "link", "set", here, "master", id + bridge, "up");
    Commands.run("ip", "-n", id + index, "address", "add", net + host(index), "dev", there);
    Commands.run("ip", "-n", id + index, "link", "set", there, "up");
  }

  private static String host(int index) {
    return (index + 2) + "/24";
  }

  /** A node in each, not started. */
  List<EtcdNode> nodes(Path folder) {
    List<EtcdNode> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      nodes.add(
          new EtcdNode(
              "node" + i,
              folder,
              new InetSocketAddress(CLIENT_NET + (i + 2), CLIENT_PORT),
              new InetSocketAddress(PEER_NET + (i + 2), PEER_PORT),
              List.of("ip", "netns", "exec", id + i)));
    }
    return nodes;
  }

  /** Cuts a node off from the other members, or connects it again. */
  void setPeers(int index, boolean connected) {
    set(index, PEERS, connected);
  }

  /** Cuts a node off from clients, or connects it again. */
  void setClients(int index, boolean connected) {
    set(index, CLIENTS, connected);
  }

  private void set(int index, String bridge, boolean connected) {
    Commands.run("ip", "link", "set", id + bridge + index, connected ? "up" : "down");
  }

  private void remove() {
    for (int i = 0; i < count; i++) {
      if (Files.exists(Path.of("/var/run/netns", id + i))) {
        Commands.succeeds("ip", "netns", "delete", id + i);
      }
    }
    for (String bridge : List.of(CLIENTS, PEERS)) {
      for (int i = 0; i < count; i++) {
        Commands.succeeds("ip", "link", "delete", id + bridge + i);
      }
      Commands.succeeds("ip", "link", "delete", id + bridge);
    }
  }

  @Override
  public void close() {
    remove();
    Runtime.getRuntime().removeShutdownHook(onExit);
  }
}

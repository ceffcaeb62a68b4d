package io.kvapp.etcd;

import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A cluster of three members, as processes on loopback.
 *
 * <p>Used by one thread.
 */
final class EtcdNodes implements AutoCloseable {
  private static final int MEMBERS = 3;

  private final List<EtcdNode> nodes = new ArrayList<>();
  private final String cluster;

  EtcdNodes(Path folder) {
    List<Integer> ports = EtcdNode.freePorts(2 * MEMBERS);
    for (int i = 0; i < MEMBERS; i++) {
      nodes.add(new EtcdNode("node" + i, folder, ports.get(2 * i), ports.get(2 * i + 1)));
    }
    cluster = nodes.stream().map(EtcdNode::peer).collect(Collectors.joining(","));
    nodes.forEach(node -> node.start(cluster));
    nodes.forEach(EtcdNode::awaitConnections);
  }

  String uri(String prefix) {
    return "etcd://"
        + nodes.stream()
            .map(node -> "127.0.0.1:" + node.clientPort())
            .collect(Collectors.joining(","))
        + "/"
        + prefix;
  }

  EtcdNode node(int index) {
    return nodes.get(index);
  }

  /** Which of the nodes is the leader; waits until there is one. */
  int leader() {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (System.nanoTime() < end) {
      for (int i = 0; i < MEMBERS; i++) {
        if (isLeader(nodes.get(i))) {
          return i;
        }
      }
    }
    throw new AssertionError("no leader");
  }

  private static boolean isLeader(EtcdNode node) {
    URI uri = URI.create("etcd://127.0.0.1:" + node.clientPort());
    try (Cluster one = new Cluster(EtcdSettings.of(uri))) {
      StatusResponse status =
          one.once(
              MaintenanceGrpc.getStatusMethod(),
              StatusRequest.getDefaultInstance(),
              Deadline.in(Duration.ofSeconds(2)));
      return status.getLeader() != 0 && status.getLeader() == status.getHeader().getMemberId();
    } catch (CallException notThere) {
      return false;
    }
  }

  /** Starts a node that was killed, with the data it had. */
  void restart(int index) {
    nodes.get(index).start(cluster);
    nodes.get(index).awaitConnections();
  }

  @Override
  public void close() {
    nodes.forEach(EtcdNode::close);
  }
}

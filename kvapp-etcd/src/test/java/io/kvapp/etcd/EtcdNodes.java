package io.kvapp.etcd;

import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.kvapp.etcd.cluster.CallException;
import io.kvapp.etcd.cluster.Cluster;
import io.kvapp.etcd.cluster.Deadline;
import io.kvapp.etcd.settings.EtcdSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * A cluster, as processes.
 *
 * <p>Used by one thread.
 */
final class EtcdNodes implements AutoCloseable {
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final int MEMBERS = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<EtcdNode> nodes;
  private final String cluster;

  /** Starts three members on loopback. */
  EtcdNodes(Path folder) {
    this(EtcdNode.onLoopback(folder, MEMBERS));
  }

  /** Starts these members. */
  EtcdNodes(List<EtcdNode> nodes) {
    this.nodes = List.copyOf(nodes);
    cluster = nodes.stream().map(EtcdNode::peer).collect(Collectors.joining(","));
    startAll();
  }

  /** A member on loopback, or more of them. */
  static EtcdNodes of(Path folder, int members) {
    return new EtcdNodes(
        members == 1 ? List.of(EtcdNode.alone(folder)) : EtcdNode.onLoopback(folder, members));
  }

  String uri(String prefix) {
    return uri(prefix, 0);
  }

  /** The same, with one of the nodes first. */
  String uri(String prefix, int first) {
    List<String> addresses = new ArrayList<>(nodes.stream().map(EtcdNode::clientAddress).toList());
    Collections.rotate(addresses, -first);
    return "etcd://" + String.join(",", addresses) + "/" + prefix;
  }

  int size() {
    return nodes.size();
  }

  EtcdNode node(int index) {
    return nodes.get(index);
  }

  /** Which of the nodes is the leader; waits until there is one. */
  int leader() {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      for (int i = 0; i < nodes.size(); i++) {
        if (isLeader(nodes.get(i))) {
          return i;
        }
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    throw new AssertionError("no leader");
  }

  private static boolean isLeader(EtcdNode node) {
    return status(node)
        .filter(each -> each.getLeader() != 0)
        .filter(each -> each.getLeader() == each.getHeader().getMemberId())
        .isPresent();
  }

  /** Waits until all members follow one leader, so that any of them can be missed. */
  void awaitWhole() {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!isWhole()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("members without a common leader");
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private boolean isWhole() {
    List<Optional<Long>> leaders =
        nodes.stream().map(each -> status(each).map(StatusResponse::getLeader)).distinct().toList();
    return leaders.size() == 1 && leaders.get(0).filter(leader -> leader != 0).isPresent();
  }

  /** What a node says of itself; empty if it says nothing. */
  private static Optional<StatusResponse> status(EtcdNode node) {
    try (Cluster one = only(node)) {
      return Optional.of(
          one.once(
              MaintenanceGrpc.getStatusMethod(),
              StatusRequest.getDefaultInstance(),
              Deadline.in(Duration.ofSeconds(4))));
    } catch (CallException notThere) {
      return Optional.empty();
    }
  }

  /** Calls of one node alone, which take as long as their deadlines give them. */
  static Cluster only(EtcdNode node) {
    return new Cluster(
        EtcdSettings.of(
            URI.create("etcd://" + node.clientAddress() + "?attempt-ms=30000&timeout-ms=60000")));
  }

  /** Starts all nodes that were killed, or never started, with the data they had. */
  void startAll() {
    nodes.forEach(node -> node.start(cluster));
    nodes.forEach(EtcdNode::awaitConnections);
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

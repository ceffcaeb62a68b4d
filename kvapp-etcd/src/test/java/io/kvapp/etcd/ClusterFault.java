package io.kvapp.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.AlarmResponse;
import io.etcd.jetcd.api.AlarmType;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.DefragmentRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.StatusRequest;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.etcd.cluster.Cluster;
import io.kvapp.etcd.cluster.Deadline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What is done to a cluster again and again while a {@link Workload} runs on it.
 *
 * <p>Used by one thread.
 */
abstract class ClusterFault implements AutoCloseable {
  private static final int MEMBERS = 3;

  /** The kinds, as a campaign lists them. */
  enum Kind {
    KILL_LEADER("SIGKILL of the leader"),
    KILL_ALL("SIGKILL of all members"),
    CUT_PEERS("the leader cut off from the other members, while clients reach it"),
    CUT("the leader cut off from everybody"),
    PAUSE("the leader stopped (SIGSTOP) and continued"),
    SWALLOW_REQUESTS("a black hole for requests before one member"),
    SWALLOW_ANSWERS("a black hole for answers behind one member"),
    SLOW_DISK("the leader's syncs of its disk take 0.1 s longer"),
    QUOTA("the quota used up, and repaired"),
    LOST_MAJORITY("two members killed for 12 s");

    private final String title;

    Kind(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }

    /** Why it cannot be had here; null where it can. */
    String missing() {
      return switch (this) {
        case CUT_PEERS, CUT -> Namespaces.missing();
        case SLOW_DISK ->
            Commands.succeeds("sh", "-c", "command -v strace") ? null : "there is no strace";
        default -> null;
      };
    }

    /** Starts a cluster for it, whose data is in a folder. */
    ClusterFault on(Path folder) {
      return switch (this) {
        case KILL_LEADER -> new KillLeader(loopback(folder));
        case KILL_ALL -> new KillAll(loopback(folder));
        case CUT_PEERS -> new Cut(new Namespaces(MEMBERS), folder, false);
        case CUT -> new Cut(new Namespaces(MEMBERS), folder, true);
        case PAUSE -> new Pause(loopback(folder));
        case SWALLOW_REQUESTS -> new Swallow(loopback(folder), Relay.Swallowed.REQUESTS);
        case SWALLOW_ANSWERS -> new Swallow(loopback(folder), Relay.Swallowed.ANSWERS);
        case SLOW_DISK -> new SlowDisk(loopback(folder));
        case QUOTA -> new Quota(folder);
        case LOST_MAJORITY -> new LostMajority(loopback(folder));
      };
    }
  }

  private final EtcdNodes nodes;

  private ClusterFault(List<EtcdNode> nodes) {
    this.nodes = new EtcdNodes(nodes);
  }

  private static List<EtcdNode> loopback(Path folder) {
    return EtcdNode.onLoopback(folder, MEMBERS);
  }

  final EtcdNodes nodes() {
    return nodes;
  }

  /** Where the store is. */
  String uri() {
    return nodes.uri("campaign");
  }

  /** Does it once and undoes it, while writes are made, and fail where they have to. */
  abstract void cycle(int number, Workload workload, Pace pace);

  @Override
  public void close() {
    nodes.close();
  }

  /** One of the leader alone. */
  private abstract static class LeaderFault extends ClusterFault {
    LeaderFault(List<EtcdNode> nodes) {
      super(nodes);
    }

    @Override
    final void cycle(int number, Workload workload, Pace pace) {
      int leader = nodes().leader();
      begin(leader);
      pace.await(workload);
      end(leader);
    }

    abstract void begin(int leader);

    abstract void end(int leader);
  }

  private static final class KillLeader extends LeaderFault {
    KillLeader(List<EtcdNode> nodes) {
      super(nodes);
    }

    @Override
    void begin(int leader) {
      nodes().node(leader).kill();
    }

    @Override
    void end(int leader) {
      nodes().restart(leader);
    }
  }

  private static final class Cut extends LeaderFault {
    private final Namespaces namespaces;
    private final boolean fromClients;

    Cut(Namespaces namespaces, Path folder, boolean fromClients) {
      super(namespaces.nodes(folder));
      this.namespaces = namespaces;
      this.fromClients = fromClients;
    }

    @Override
    void begin(int leader) {
      set(leader, false);
    }

    @Override
    void end(int leader) {
      set(leader, true);
    }

    private void set(int leader, boolean connected) {
      namespaces.setPeers(leader, connected);
      if (fromClients) {
        namespaces.setClients(leader, connected);
      }
    }

    @Override
    public void close() {
      super.close();
      namespaces.close();
    }
  }

  private static final class Pause extends LeaderFault {
    Pause(List<EtcdNode> nodes) {
      super(nodes);
    }

    @Override
    void begin(int leader) {
      signal(leader, "-STOP");
    }

    @Override
    void end(int leader) {
      signal(leader, "-CONT");
    }

    private void signal(int leader, String signal) {
      Commands.run("kill", signal, Long.toString(nodes().node(leader).pid()));
    }
  }

  private static final class KillAll extends ClusterFault {
    KillAll(List<EtcdNode> nodes) {
      super(nodes);
    }

    @Override
    void cycle(int number, Workload workload, Pace pace) {
      nodes().close();
      nodes().startAll();
    }
  }

  private static final class LostMajority extends ClusterFault {
    LostMajority(List<EtcdNode> nodes) {
      super(nodes);
    }

    @Override
    void cycle(int number, Workload workload, Pace pace) {
      int leader = nodes().leader();
      int other = (leader + 1) % nodes().size();
      nodes().node(leader).kill();
      nodes().node(other).kill();
      workload.awaitFailures(workload.failures() + 4);
      nodes().restart(other);
      nodes().restart(leader);
    }
  }

  private static final class Swallow extends ClusterFault {
    private final List<Relay> relays = new ArrayList<>();
    private final Relay.Swallowed what;

    Swallow(List<EtcdNode> nodes, Relay.Swallowed what) {
      super(nodes);
      nodes.forEach(node -> relays.add(new Relay(node.clientPort())));
      this.what = what;
    }

    @Override
    String uri() {
      return "etcd://"
          + relays.stream().map(each -> "127.0.0.1:" + each.port()).collect(Collectors.joining(","))
          + "/campaign";
    }

    @Override
    void cycle(int number, Workload workload, Pace pace) {
      // A store that has left one member is at the next.
      Relay relay = relays.get(number % relays.size());
      relay.swallow(what);
      pace.await(workload);
      relay.swallow(Relay.Swallowed.NOTHING);
    }

    @Override
    public void close() {
      relays.forEach(Relay::close);
      super.close();
    }
  }

  private static final class SlowDisk extends LeaderFault {
    private Process strace;

    SlowDisk(List<EtcdNode> nodes) {
      super(nodes);
    }

    @Override
    void begin(int leader) {
      strace = slow(nodes().node(leader).pid());
    }

    @Override
    void end(int leader) {
      strace.destroy();
      strace.onExit().join();
    }

    /** Has each fdatasync of a process take longer, until the one that is returned ends. */
    private static Process slow(long pid) {
      try {
        return new ProcessBuilder(
                "strace",
                "-f",
                "-qq",
                "-p",
                Long.toString(pid),
                "-e",
                "trace=fdatasync",
                "-e",
                "inject=fdatasync:delay_exit=100000")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
  }

  private static final class Quota extends ClusterFault {
    private static final int QUOTA_BYTES = 64 << 20;
    private static final int VALUE_BYTES = 1 << 20;

    Quota(Path folder) {
      super(
          loopback(folder).stream()
              .map(node -> node.with("--quota-backend-bytes=" + QUOTA_BYTES))
              .toList());
    }

    @Override
    void cycle(int number, Workload workload, Pace pace) {
      try (KVStore filling = KVStore.open(nodes().uri("filling"))) {
        fill(filling);
        workload.awaitFailures(workload.failures() + 4);
        filling.delete("value");
      }
      repair();
    }

    private static void fill(KVStore store) {
      byte[] key = "value".getBytes();
      try {
        while (true) {
          store.put(key, new byte[VALUE_BYTES]);
        }
      } catch (KVException.NoSpace full) {
        // As it has to be.
      }
    }

    private static long databaseBytes(Cluster node) {
      return node.read(MaintenanceGrpc.getStatusMethod(), StatusRequest.getDefaultInstance())
          .getDbSize();
    }

    /** Gives back what only earlier revisions take, and takes writes again. */
    private void repair() {
      for (int i = 0; i < nodes().size(); i++) {
        try (Cluster node = EtcdNodes.only(nodes().node(i))) {
          Deadline deadline = Deadline.in(Duration.ofMinutes(1));
          if (i == 0) {
            long newest =
                node.read(
                        KVGrpc.getRangeMethod(),
                        RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("none")).build(),
                        deadline)
                    .getHeader()
                    .getRevision();
            node.read(
                KVGrpc.getCompactMethod(),
                CompactionRequest.newBuilder().setRevision(newest).setPhysical(true).build(),
                deadline);
          }
          // A member compacts later than it says, and a defragmentation before that is in vain.
          do {
            node.read(
                MaintenanceGrpc.getDefragmentMethod(),
                DefragmentRequest.getDefaultInstance(),
                deadline);
          } while (databaseBytes(node) > QUOTA_BYTES / 2 && !deadline.hasPassed());
        }
      }
      try (Cluster node = EtcdNodes.only(nodes().node(0))) {
        AlarmRequest.Builder alarm = AlarmRequest.newBuilder().setAlarm(AlarmType.NOSPACE);
        AlarmResponse raised =
            node.read(
                MaintenanceGrpc.getAlarmMethod(),
                alarm.setAction(AlarmRequest.AlarmAction.GET).build());
        raised
            .getAlarmsList()
            .forEach(
                each ->
                    node.read(
                        MaintenanceGrpc.getAlarmMethod(),
                        alarm
                            .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                            .setMemberID(each.getMemberID())
                            .build()));
      }
    }
  }
}

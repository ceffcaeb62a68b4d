package io.kvapp.etcd.doctor;

import io.etcd.jetcd.api.AlarmMember;
import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.AlarmResponse;
import io.etcd.jetcd.api.AlarmType;
import io.etcd.jetcd.api.ClusterGrpc;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MemberListRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.kvapp.StoreFinding;
import io.kvapp.StoreFinding.Level;
import io.kvapp.etcd.cluster.CallException;
import io.kvapp.etcd.cluster.Cluster;
import io.kvapp.etcd.cluster.Deadline;
import io.kvapp.etcd.settings.EtcdSettings;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks at a cluster: its members, what they hold and how fast they answer. It only reads.
 *
 * <p>Used once, by one thread.
 */
public final class Examination {
  private static final Duration SLOW = Duration.ofMillis(100);
  private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(2);
  private static final int READS = 20;
  private static final long FEW_REVISIONS = 10_000;
  private static final long DEFAULT_QUOTA_BYTES = 2L << 30;
  private static final Pattern VERSION = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})\\..*");
  private static final int[] OLDEST = {3, 5};
  private static final double NANOS_PER_MILLI = 1e6;

  private final EtcdSettings settings;
  private final InstantSource clock;
  private final List<StoreFinding> findings = new ArrayList<>();

  private Examination(EtcdSettings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
  }

  /** What there is to say of the cluster of these settings. */
  public static List<StoreFinding> of(EtcdSettings settings, InstantSource clock) {
    Examination examination = new Examination(settings, clock);
    examination.run();
    return List.copyOf(examination.findings);
  }

  private void run() {
    boolean isAny = false;
    for (EtcdSettings.Endpoint endpoint : settings.endpoints()) {
      isAny |= member(endpoint);
    }
    if (!isAny) {
      return;
    }
    try (Cluster cluster = new Cluster(settings)) {
      RangeResponse head = reads(cluster);
      if (head != null) {
        members(cluster);
        alarms(cluster);
        compaction(cluster, head.getHeader().getRevision());
      }
    } catch (CallException failed) {
      failed("cluster", failed);
    }
  }

  /** Asks one member about itself; returns whether it answers. */
  private boolean member(EtcdSettings.Endpoint endpoint) {
    try (Cluster only = new Cluster(settings.only(endpoint))) {
      StatusResponse status =
          only.once(
              MaintenanceGrpc.getStatusMethod(),
              StatusRequest.getDefaultInstance(),
              Deadline.in(settings.attempt()));
      boolean isLeader = status.getLeader() == status.getHeader().getMemberId();
      String what = endpoint + ": etcd " + status.getVersion() + (isLeader ? ", leader" : "");
      if (isOld(status.getVersion())) {
        warn("member", what, "run etcd 3.5 or newer; its project mends no older ones");
      } else {
        ok("member", what);
      }
      of(endpoint, status);
      return true;
    } catch (CallException failed) {
      if (!failed.isBusy()) {
        // It answers, if only that it does not know the user, which a read tells as well.
        return true;
      }
      if (failed.isWithoutLeader()) {
        fail(
            "member",
            endpoint + " answers, and sees no majority of the members",
            "start the others, and let them reach each other");
        return false;
      }
      fail("member", endpoint + " does not answer (" + failed.getMessage() + ")", remedy());
      return false;
    }
  }

  private static boolean isOld(String version) {
    Matcher numbers = VERSION.matcher(version);
    return numbers.matches()
        && Arrays.compare(
                new int[] {Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2))},
                OLDEST)
            < 0;
  }

  private String remedy() {
    if (!settings.credentials().tls()) {
      return "start it, correct its address, or if it speaks TLS give the URI tls=true or ca=FILE";
    }
    return "start it or correct its address; or name who has issued its certificate with ca=FILE,"
        + " and if it asks for one the store's own with cert=FILE and key=FILE";
  }

  /** What a member tells over HTTP, which not every one does, and what its database takes. */
  private void of(EtcdSettings.Endpoint endpoint, StatusResponse status) {
    Instant before = clock.instant();
    MemberMetrics metrics = MemberMetrics.of(endpoint, settings.credentials(), settings.attempt());
    Instant after = clock.instant();
    long quota = metrics.quotaBytes().orElse(DEFAULT_QUOTA_BYTES);
    long percent = 100 * status.getDbSize() / Math.max(1, quota);
    String found =
        "%s: the database takes %.1f MiB, %d %% of %.1f MiB%s"
            .formatted(
                endpoint,
                mebibytes(status.getDbSize()),
                percent,
                mebibytes(quota),
                metrics.quotaBytes().isPresent() ? "" : " if the quota is that of etcd's default");
    if (percent >= 80) {
      warn(
          "quota",
          found,
          "delete entries, compact and defragment, or start etcd with a larger"
              + " --quota-backend-bytes");
    } else {
      ok("quota", found);
    }
    metrics.date().ifPresent(date -> clock(endpoint, date, before, after));
  }

  private static double mebibytes(long bytes) {
    return bytes / (double) (1 << 20);
  }

  /** What a clock says that was read between these two moments of this machine. */
  private void clock(EtcdSettings.Endpoint endpoint, Instant there, Instant before, Instant after) {
    Duration behind = Duration.between(there, before);
    Duration ahead = Duration.between(after, there);
    Duration apart = Collections.max(List.of(behind, ahead, Duration.ZERO));
    // The member tells whole seconds.
    String found =
        endpoint
            + ": its clock and that of this machine are about "
            + apart.toSeconds()
            + " s apart";
    if (apart.compareTo(CLOCK_TOLERANCE) > 0) {
      warn("clock", found, "set both by NTP: entries expire by the clocks of those who use them");
    } else {
      ok("clock", found);
    }
  }

  /** Reads as every read of the store does; returns null if that does not work. */
  private RangeResponse reads(Cluster cluster) {
    RangeRequest request = RangeRequest.newBuilder().setKey(settings.layout().head()).build();
    long[] nanos = new long[READS];
    RangeResponse head = null;
    try {
      // The first one signs in and connects.
      cluster.read(KVGrpc.getRangeMethod(), request);
      for (int i = 0; i < READS; i++) {
        long begin = System.nanoTime();
        head = cluster.read(KVGrpc.getRangeMethod(), request);
        nanos[i] = System.nanoTime() - begin;
      }
    } catch (CallException failed) {
      failed(failed.isBusy() ? "majority" : "user", failed);
      return null;
    }
    Arrays.sort(nanos);
    String found =
        "%d reads through a majority: %.1f ms (p50), %.1f ms (slowest)"
            .formatted(
                READS, nanos[READS / 2] / NANOS_PER_MILLI, nanos[READS - 1] / NANOS_PER_MILLI);
    if (nanos[READS / 2] > SLOW.toNanos()) {
      warn("latency", found, "put members and servers nearer to each other");
    } else {
      ok("latency", found);
    }
    return head;
  }

  private void members(Cluster cluster) {
    List<Member> members =
        cluster
            .read(ClusterGrpc.getMemberListMethod(), MemberListRequest.getDefaultInstance())
            .getMembersList();
    int count = members.size();
    String found = count + (count == 1 ? " member" : " members");
    if (count == 1) {
      warn("members", found + ", whose loss stops the store", "run three members");
    } else if (count % 2 == 0) {
      warn("members", found + " outlive no more losses than one fewer", "add or remove one");
    } else {
      ok("members", found + ", of which " + (count - 1) / 2 + " may be lost");
    }
    if (count > settings.endpoints().size()) {
      warn(
          "endpoints",
          "the URI names " + settings.endpoints().size() + " of " + found,
          "name all, so that the store outlives the loss of those");
    }
  }

  private void alarms(Cluster cluster) {
    AlarmResponse response =
        cluster.read(
            MaintenanceGrpc.getAlarmMethod(),
            AlarmRequest.newBuilder().setAction(AlarmRequest.AlarmAction.GET).build());
    for (AlarmMember alarm : response.getAlarmsList()) {
      String member = "member " + Long.toHexString(alarm.getMemberID());
      if (alarm.getAlarm() == AlarmType.NOSPACE) {
        fail(
            "alarm",
            member + " has used up its quota, so that the cluster takes deletes alone",
            "delete entries, compact and defragment, then: etcdctl alarm disarm");
      } else {
        fail("alarm", member + ": " + alarm.getAlarm(), "replace the member, and read its log");
      }
    }
    if (response.getAlarmsCount() == 0) {
      ok("alarm", "none");
    }
  }

  /** Whether old revisions are compacted, which etcd does not tell but by refusing to read them. */
  private void compaction(Cluster cluster, long revision) {
    RangeRequest first =
        RangeRequest.newBuilder().setKey(settings.layout().head()).setRevision(1).build();
    try {
      cluster.read(KVGrpc.getRangeMethod(), first);
    } catch (CallException failed) {
      if (failed.fault() == CallException.Fault.COMPACTED) {
        ok("compaction", "old revisions are compacted; the newest is " + revision);
        return;
      }
      throw failed;
    }
    if (revision < FEW_REVISIONS) {
      ok("compaction", "none yet, of " + revision + " revisions");
    } else {
      warn(
          "compaction",
          "none of " + revision + " revisions is compacted, so that the database grows",
          "start etcd with --auto-compaction-mode=periodic --auto-compaction-retention=1h");
    }
  }

  private void ok(String subject, String found) {
    findings.add(new StoreFinding(Level.OK, subject, found, ""));
  }

  private void warn(String subject, String found, String remedy) {
    findings.add(new StoreFinding(Level.WARN, subject, found, remedy));
  }

  private void fail(String subject, String found, String remedy) {
    findings.add(new StoreFinding(Level.FAIL, subject, found, remedy));
  }

  /** A failure whose message says what to do behind its last semicolon. */
  private void failed(String subject, CallException failed) {
    String message = failed.toCaller(settings).getMessage();
    int end = message.lastIndexOf("; ");
    fail(
        subject,
        end < 0 ? message : message.substring(0, end),
        end < 0 ? "" : message.substring(end + 2));
  }
}

package io.kvapp.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.kvapp.etcd.cluster.CallException;
import io.kvapp.etcd.cluster.Cluster;
import io.kvapp.etcd.cluster.Deadline;
import io.kvapp.etcd.settings.EtcdSettings;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * When the members of a cluster answer: each one is asked for a linearizable read all the time, by
 * a client of its own, so that it is known when there was a majority that could be reached.
 *
 * <p>Used by one thread.
 */
final class Answers implements AutoCloseable {
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** Answers that are further apart have a time without a majority between them. */
  private static final long APART_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private static final RangeRequest READ =
      RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("none")).build();

  private final List<Cluster> members = new ArrayList<>();
  private final NavigableSet<Long> answered = new ConcurrentSkipListSet<>();
  private volatile boolean done;

  /** Begins to ask each host of a URI. */
  Answers(String uri) {
    EtcdSettings settings = EtcdSettings.of(URI.create(uri));
    for (EtcdSettings.Endpoint each : settings.endpoints()) {
      Cluster member = new Cluster(settings.only(each));
      members.add(member);
      Thread thread = new Thread(() -> ask(member), "answers");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void ask(Cluster member) {
    while (!done) {
      try {
        member.once(KVGrpc.getRangeMethod(), READ, Deadline.in(PATIENCE));
        answered.add(System.nanoTime());
      } catch (CallException notNow) {
        // Nothing is noted.
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** The longest time in a call, in nanoseconds, in which some member answered all the time. */
  long longestWithin(Workload.Call call) {
    long longest = 0;
    long first = call.begin();
    long last = call.begin() - APART_NANOS;
    for (long each : answered.subSet(call.begin(), call.end())) {
      if (each - last >= APART_NANOS) {
        first = each;
      }
      last = each;
      longest = Math.max(longest, last - first);
    }
    return longest;
  }

  @Override
  public void close() {
    done = true;
    members.forEach(Cluster::close);
  }
}

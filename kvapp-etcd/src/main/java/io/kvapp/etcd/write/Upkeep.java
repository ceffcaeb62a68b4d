package io.kvapp.etcd.write;

import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.grpc.ClientCall;
import io.kvapp.etcd.cluster.CallException;
import io.kvapp.etcd.cluster.Cluster;
import io.kvapp.etcd.cluster.Deadline;
import io.kvapp.etcd.layout.Layout;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a store does in the background: each second it removes what has expired, and each half
 * minute it renews the lease of its writer.
 *
 * <p>Safe for any thread.
 */
public final class Upkeep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
  private static final long SWEEP_SECONDS = 1;
  private static final long RENEWAL_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final Duration TIME_TO_END = Duration.ofSeconds(1);

  private final Cluster cluster;
  private final WriteOnce writes;
  private final Sweeper sweeper;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "kvapp-etcd-upkeep");
  private boolean isTold;

  public Upkeep(Cluster cluster, Layout layout, WriteOnce writes, InstantSource clock) {
    this.cluster = cluster;
    this.writes = writes;
    sweeper = new Sweeper(cluster, layout, clock);
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    long renewed = System.nanoTime();
    while (!isEnded(SWEEP_SECONDS)) {
      try {
        if (System.nanoTime() - renewed > RENEWAL_NANOS) {
          renewLease();
          renewed = System.nanoTime();
        }
        while (sweeper.sweep()) {
          if (isEnded(0)) {
            return;
          }
        }
        isTold = false;
      } catch (CallException failed) {
        tell(failed);
      } catch (RuntimeException failed) {
        LOG.warn("Upkeep of the store on etcd has failed and goes on.", failed);
      }
    }
  }

  /** Logs a failure, once until it is over. */
  private void tell(CallException failed) {
    if (!isTold) {
      LOG.warn(
          "{}: expired entries cannot be removed ({}); tried again each second.",
          cluster.settings().name(),
          failed.getMessage());
      isTold = true;
    }
  }

  private boolean isEnded(long seconds) {
    try {
      return ended.await(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException nobodyElses) {
      return ended.getCount() == 0;
    }
  }

  /** A lease that is over is noticed by the next write. */
  private void renewLease() {
    Cluster.Stream<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream =
        cluster.stream(LeaseGrpc.getLeaseKeepAliveMethod());
    LeaseKeepAliveRequest request =
        LeaseKeepAliveRequest.newBuilder().setID(writes.writer().lease()).build();
    stream
        .call()
        .start(
            new ClientCall.Listener<>() {
              @Override
              public void onMessage(LeaseKeepAliveResponse renewed) {
                stream.call().cancel("renewed", null);
              }
            },
            cluster.headers());
    stream.call().request(1);
    stream.call().sendMessage(request);
    stream.call().halfClose();
  }

  /** Ends it, and the lease. */
  @Override
  public void close() {
    if (ended.getCount() == 0) {
      return;
    }
    ended.countDown();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    try {
      writes.writer().end(Deadline.in(TIME_TO_END));
    } catch (CallException failed) {
      LOG.debug("The lease ends by itself.", failed);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

package io.kvapp.etcd.changes;

import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.kvapp.etcd.cluster.CallException;
import io.kvapp.etcd.cluster.Cluster;
import io.kvapp.etcd.layout.Layout;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One stream of what happens to entries and head from a revision on. A response is asked for when
 * the one before is taken, so that a slow reader keeps no more than two of them.
 *
 * <p>{@link #poll} is for one thread, the other methods for any.
 */
final class Watch extends ClientCall.Listener<WatchResponse> {
  private final Cluster.Stream<WatchRequest, WatchResponse> stream;

  /** Responses, and at the end a {@link CallException} or {@link #WOKEN}. */
  private final BlockingQueue<Object> queue = new LinkedBlockingQueue<>();

  private static final Object WOKEN = new Object();

  private Watch(Cluster.Stream<WatchRequest, WatchResponse> stream) {
    this.stream = stream;
  }

  /** Begins with the changes of this revision of the cluster. */
  static Watch begin(Cluster cluster, Layout layout, long revision) {
    Watch watch = new Watch(cluster.stream(WatchGrpc.getWatchMethod()));
    WatchCreateRequest create =
        WatchCreateRequest.newBuilder()
            .setKey(layout.entry(new byte[0]))
            .setRangeEnd(layout.watchedEnd())
            .setStartRevision(revision)
            .setProgressNotify(true)
            .build();
    watch.stream.call().start(watch, cluster.headers());
    watch.stream.call().request(2);
    watch.stream.call().sendMessage(WatchRequest.newBuilder().setCreateRequest(create).build());
    return watch;
  }

  @Override
  public void onMessage(WatchResponse response) {
    queue.add(response);
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    queue.add(new CallException(status.isOk() ? Status.UNAVAILABLE : status, true));
  }

  /**
   * The next response, for which it waits.
   *
   * @return null if the time is up, or if it was ended
   * @throws CallException if the stream has failed
   */
  WatchResponse poll(long nanos) {
    Object next = take(nanos);
    if (next instanceof CallException failed) {
      throw failed;
    }
    if (next == null || next == WOKEN) {
      return null;
    }
    stream.call().request(1);
    return (WatchResponse) next;
  }

  private Object take(long nanos) {
    long end = System.nanoTime() + nanos;
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return queue.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException later) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Ends it, as the member does not answer. */
  void leave() {
    stream.leave().run();
    end();
  }

  /** Ends it, and a wait for the next response. */
  void end() {
    queue.add(WOKEN);
    stream.call().cancel("ended", null);
  }
}

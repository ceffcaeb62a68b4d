package io.kvapp.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which member a call goes to. */
@Timeout(60)
final class ClusterTest {
  private static final RangeResponse ANSWER = RangeResponse.newBuilder().setCount(1).build();

  /** Answers to reads, as a member may give them. */
  private static final class Member extends KVGrpc.KVImplBase {
    private final AtomicInteger asked = new AtomicInteger();
    private final Consumer<StreamObserver<RangeResponse>> answer;

    Member(Consumer<StreamObserver<RangeResponse>> answer) {
      this.answer = answer;
    }

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> observer) {
      asked.incrementAndGet();
      answer.accept(observer);
    }

    Server start() throws IOException {
      InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      return NettyServerBuilder.forAddress(any).addService(this).build().start();
    }
  }

  @Test
  void member_thatIsSilent_isNotAskedAgainWhileOthersElectALeader() throws Exception {
    Member silent = new Member(nobody -> {});
    AtomicInteger refusals = new AtomicInteger();
    Member electing =
        new Member(
            observer -> {
              if (refusals.incrementAndGet() <= 5) {
                observer.onError(
                    Status.UNAVAILABLE
                        .withDescription("etcdserver: no leader")
                        .asRuntimeException());
              } else {
                observer.onNext(ANSWER);
                observer.onCompleted();
              }
            });
    Server first = silent.start();
    Server second = electing.start();
    URI uri =
        URI.create(
            "etcd://localhost:%d,localhost:%d/x?attempt-ms=2000&timeout-ms=30000"
                .formatted(first.getPort(), second.getPort()));
    try (Cluster cluster = new Cluster(EtcdSettings.of(uri))) {
      assertThat(cluster.read(KVGrpc.getRangeMethod(), RangeRequest.getDefaultInstance()))
          .isEqualTo(ANSWER);
      assertThat(silent.asked).hasValue(1);
      assertThat(electing.asked).hasValue(6);
    } finally {
      first.shutdownNow();
      second.shutdownNow();
    }
  }
}

package io.kvapp.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.kvapp.Batch;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a write does with its time. */
@Timeout(60)
@Tag("once")
final class WriteTimeTest {
  private static final String ALL_FOR_ONE_ATTEMPT = "attempt-ms=4000&timeout-ms=4000";

  /** A member that is slow when it reads keys, and does not answer the first write. */
  private static final class Member extends KVGrpc.KVImplBase {
    private static final Executor SLOWLY =
        CompletableFuture.delayedExecutor(2_400, TimeUnit.MILLISECONDS);

    private final AtomicInteger writes = new AtomicInteger();

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> observer) {
      observer.onNext(RangeResponse.getDefaultInstance());
      observer.onCompleted();
    }

    @Override
    public void txn(TxnRequest request, StreamObserver<TxnResponse> observer) {
      if (request.getSuccessList().stream().noneMatch(RequestOp::hasRequestPut)) {
        SLOWLY.execute(() -> answer(observer));
      } else if (writes.incrementAndGet() > 1) {
        answer(observer);
      }
    }

    private static void answer(StreamObserver<TxnResponse> observer) {
      observer.onNext(
          TxnResponse.newBuilder()
              .setSucceeded(true)
              .setHeader(ResponseHeader.newBuilder().setRevision(7))
              .build());
      observer.onCompleted();
    }
  }

  /** Leases for all who ask. */
  private static final class Leases extends LeaseGrpc.LeaseImplBase {
    @Override
    public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> observer) {
      observer.onNext(LeaseGrantResponse.newBuilder().setID(1).build());
      observer.onCompleted();
    }
  }

  private final Member member = new Member();
  private Server server;
  private KVStore store;

  @BeforeEach
  void start() throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server = NettyServerBuilder.forAddress(any).addService(member).addService(new Leases()).build();
    server.start();
    store = KVStore.open("etcd://localhost:" + server.getPort() + "/writes?" + ALL_FOR_ONE_ATTEMPT);
  }

  @AfterEach
  void end() {
    store.close();
    server.shutdownNow();
  }

  @Test
  void write_withoutAnAnswer_leavesTimeForItsReceipt() {
    // The second write settles that the first was not made, and there is no time to repeat it.
    assertThatThrownBy(() -> store.put("key", "value")).isInstanceOf(KVException.Unavailable.class);

    assertThat(member.writes).hasValueGreaterThanOrEqualTo(2);
  }

  @Test
  void write_withoutTimeForItsReceipt_isNotSent() {
    assertThatThrownBy(() -> store.commit(new Batch().add("count", 1)))
        .isInstanceOf(KVException.Unavailable.class)
        .hasMessageContaining("nothing was done");

    assertThat(member.writes).hasValue(0);
  }
}

package io.kvapp.etcd.cluster;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.kvapp.KVException;
import io.kvapp.etcd.settings.EtcdSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which member a call goes to. */
@Timeout(60)
@Tag("once")
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

  private static void answer(StreamObserver<RangeResponse> observer) {
    observer.onNext(ANSWER);
    observer.onCompleted();
  }

  private static void refuse(StreamObserver<RangeResponse> observer) {
    observer.onError(
        Status.UNAVAILABLE.withDescription("etcdserver: no leader").asRuntimeException());
  }

  /** Reads with all members at hand, the first of which is asked first. */
  private static void assertIsAnswered(Member... members) throws IOException {
    List<Server> servers = new ArrayList<>();
    for (Member member : members) {
      servers.add(member.start());
    }
    String hosts =
        servers.stream().map(each -> "localhost:" + each.getPort()).collect(joining(","));
    URI uri = URI.create("etcd://" + hosts + "/x?attempt-ms=2000&timeout-ms=30000");
    try (Cluster cluster = new Cluster(EtcdSettings.of(uri))) {
      assertThat(cluster.read(KVGrpc.getRangeMethod(), RangeRequest.getDefaultInstance()))
          .isEqualTo(ANSWER);
    } finally {
      servers.forEach(Server::shutdownNow);
    }
  }

  @Test
  void certificateThatIsRefused_isToldWithWhatToDo() {
    EtcdSettings settings = EtcdSettings.of(URI.create("etcd://localhost/app?tls=true"));
    SSLException refusal = new SSLHandshakeException("PKIX path building failed");
    Status status = Status.UNAVAILABLE.withCause(refusal);

    assertThat(new CallException(status, false).toCaller(settings))
        .isInstanceOf(KVException.Unavailable.class)
        .hasMessageContainingAll("PKIX", "nothing was done, name who has issued", "ca=FILE");
    assertThat(new CallException(Status.UNAVAILABLE, false).toCaller(settings))
        .hasMessageContaining("start a majority of its members");
  }

  @Test
  void member_thatIsSilent_isNotAskedAgainWhileOthersElectALeader() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    Consumer<StreamObserver<RangeResponse>> electing =
        observer -> {
          if (calls.incrementAndGet() <= 5) {
            refuse(observer);
          } else {
            answer(observer);
          }
        };
    Member silent = new Member(nobody -> {});
    assertIsAnswered(silent, new Member(electing), new Member(electing));

    assertThat(silent.asked).hasValue(1);
    assertThat(calls).hasValue(6);
  }

  @Test
  void member_thatRefuses_isFollowedByOneThatWasSilent() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    Member silentOnce =
        new Member(
            observer -> {
              if (calls.incrementAndGet() > 1) {
                answer(observer);
              }
            });
    Member refusing = new Member(ClusterTest::refuse);
    assertIsAnswered(silentOnce, refusing);

    assertThat(silentOnce.asked).hasValue(2);
    assertThat(refusing.asked).hasValue(1);
  }
}

package io.kvapp.etcd.cluster;

import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.kvapp.etcd.settings.EtcdSettings;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Calls of the members of a cluster, one of them at a time: the next one is taken when one does not
 * answer, and a silent one is left alone for a while, so that waiting for it takes no time from
 * calls that the others need for an election. Reads are linearizable, and a member without a leader
 * refuses all calls.
 *
 * <p>Safe for any thread. Interrupts are left alone.
 */
public final class Cluster implements AutoCloseable {
  private static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  /** It would tell on standard error what it has found, which is nobody's concern. */
  private static final Logger TCP_METRICS = Logger.getLogger("io.grpc.netty.TcpMetrics");

  static {
    TCP_METRICS.setLevel(Level.WARNING);
  }

  private static final int MAX_RESPONSE_BYTES = 256 << 20;
  private static final int WINDOW_BYTES = 1 << 20;
  private static final int KEEP_ALIVE_SECONDS = 10;
  private static final int KEEP_ALIVE_TIMEOUT_SECONDS = 3;
  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final EtcdSettings settings;
  private final List<ManagedChannel> channels;
  private final AtomicInteger current = new AtomicInteger();
  private volatile boolean suspect;

  /**
   * Until when each member is left alone if others are there, as {@link System#nanoTime()} says.
   */
  private final AtomicLongArray rests;

  /** Of the last sign-in; empty before it, and once it does not count any more. */
  private final AtomicReference<String> token = new AtomicReference<>("");

  public Cluster(EtcdSettings settings) {
    this.settings = settings;
    ChannelCredentials credentials = settings.credentials().ofChannel();
    try {
      channels = settings.endpoints().stream().map(each -> channel(each, credentials)).toList();
    } catch (IllegalArgumentException unfit) {
      throw settings.credentials().unfit(unfit);
    }
    rests = new AtomicLongArray(channels.size());
    for (int i = 0; i < rests.length(); i++) {
      rests.set(i, System.nanoTime());
    }
  }

  private static ManagedChannel channel(
      EtcdSettings.Endpoint endpoint, ChannelCredentials credentials) {
    return NettyChannelBuilder.forAddress(endpoint.host(), endpoint.port(), credentials)
        .directExecutor()
        .disableRetry()
        .flowControlWindow(WINDOW_BYTES)
        .maxInboundMessageSize(MAX_RESPONSE_BYTES)
        .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .build();
  }

  public EtcdSettings settings() {
    return settings;
  }

  /** Whether the last call that has ended got no answer. */
  public boolean isSuspect() {
    return suspect;
  }

  /** A call that may be repeated, with an answer in the end. */
  public <Q, R> R read(MethodDescriptor<Q, R> method, Q request) {
    return read(method, request, Deadline.in(settings.timeout()));
  }

  public <Q, R> R read(MethodDescriptor<Q, R> method, Q request, Deadline deadline) {
    for (int tries = 0; ; tries++) {
      try {
        return once(method, request, deadline);
      } catch (CallException failed) {
        if (!failed.isBusy() || deadline.hasPassed()) {
          throw failed;
        }
        deadline.pause(tries);
        if (deadline.hasPassed()) {
          throw failed;
        }
      }
    }
  }

  /** One attempt at a call. */
  public <Q, R> R once(MethodDescriptor<Q, R> method, Q request, Deadline deadline) {
    String sent = signedIn(deadline);
    try {
      return once(method, request, deadline, sent);
    } catch (CallException failed) {
      if (failed.fault() == CallException.Fault.TOKEN && !sent.isEmpty()) {
        token.compareAndSet(sent, "");
        throw new CallException(Status.UNAVAILABLE.withDescription("signed in anew"), false);
      }
      throw failed;
    }
  }

  /** The token to send, for which somebody signs in if there is none; empty without a user. */
  private String signedIn(Deadline deadline) {
    String known = token.get();
    if (!known.isEmpty() || settings.credentials().user().isEmpty()) {
      return known;
    }
    AuthenticateRequest request =
        AuthenticateRequest.newBuilder()
            .setName(settings.credentials().user().get())
            .setPassword(settings.credentials().password())
            .build();
    try {
      String signed = once(AuthGrpc.getAuthenticateMethod(), request, deadline, "").getToken();
      token.set(signed);
      return signed;
    } catch (CallException failed) {
      // The call itself was not sent.
      throw failed.isBusy() ? new CallException(failed) : failed;
    }
  }

  private <Q, R> R once(
      MethodDescriptor<Q, R> method, Q request, Deadline deadline, String withToken) {
    int index = current.get();
    long nanos = deadline.ofAttempt(settings.attempt());
    UnaryCall<R> call = new UnaryCall<>();
    CallOptions options =
        CallOptions.DEFAULT
            .withDeadlineAfter(nanos, TimeUnit.NANOSECONDS)
            .withStreamTracerFactory(call.tracer());
    ClientCall<Q, R> started = channels.get(index).newCall(method, options);
    started.start(call, headers(withToken));
    started.request(2);
    started.sendMessage(request);
    started.halfClose();
    try {
      R response = call.result.join();
      suspect = false;
      return response;
    } catch (CompletionException failed) {
      CallException why = (CallException) failed.getCause();
      if (why.isBusy()) {
        suspect = true;
        if (why.isTimeout() && nanos == settings.attempt().toNanos()) {
          rests.set(index, System.nanoTime() + REST_NANOS);
        }
        leave(index);
      }
      throw why;
    }
  }

  /** Takes the next member, unless that was done already. */
  private void leave(int index) {
    int next = next(index);
    current.compareAndSet(index, next);
    if (channels.get(next).getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
      channels.get(next).resetConnectBackoff();
    }
  }

  /** The next other member that is not left alone; the next one if all of them are. */
  private int next(int index) {
    long now = System.nanoTime();
    for (int i = 1; i < channels.size(); i++) {
      int candidate = (index + i) % channels.size();
      if (rests.get(candidate) - now <= 0) {
        return candidate;
      }
    }
    return (index + 1) % channels.size();
  }

  /** A stream to the member that is in use; the caller starts it with {@link #headers()}. */
  public <Q, R> Stream<Q, R> stream(MethodDescriptor<Q, R> method) {
    int index = current.get();
    return new Stream<>(
        channels.get(index).newCall(method, CallOptions.DEFAULT), () -> leave(index));
  }

  /**
   * A stream that is not started yet.
   *
   * @param call the stream
   * @param leave takes another member for what comes, as this one does not answer
   */
  public record Stream<Q, R>(ClientCall<Q, R> call, Runnable leave) {}

  /** What a stream is started with. */
  public Metadata headers() {
    return headers(token.get());
  }

  private static Metadata headers(String token) {
    Metadata headers = new Metadata();
    headers.put(HAS_LEADER, "true");
    if (!token.isEmpty()) {
      headers.put(TOKEN, token);
    }
    return headers;
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }

  /** The answer to a call, and whether its request was sent. */
  private static final class UnaryCall<R> extends ClientCall.Listener<R> {
    private final CompletableFuture<R> result = new CompletableFuture<>();
    private volatile boolean sent;
    private R response;

    ClientStreamTracer.Factory tracer() {
      return new ClientStreamTracer.Factory() {
        @Override
        public ClientStreamTracer newClientStreamTracer(
            ClientStreamTracer.StreamInfo info, Metadata headers) {
          return new ClientStreamTracer() {
            @Override
            public void streamCreated(Attributes transport, Metadata sentHeaders) {
              // Before the first byte leaves.
              sent = true;
            }
          };
        }
      };
    }

    @Override
    public void onMessage(R message) {
      response = message;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (status.isOk() && response != null) {
        result.complete(response);
      } else {
        Status failure = status.isOk() ? Status.UNAVAILABLE : status;
        result.completeExceptionally(new CallException(failure, sent));
      }
    }
  }
}

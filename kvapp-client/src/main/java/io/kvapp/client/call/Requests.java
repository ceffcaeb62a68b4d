package io.kvapp.client.call;

import io.kvapp.KVException;
import io.kvapp.client.http.connection.Connection;
import io.kvapp.client.http.connection.Delivery;
import io.kvapp.client.http.connection.Waits;
import io.kvapp.client.http.message.Request;
import io.kvapp.client.http.message.Response;
import io.kvapp.client.http.message.Target;
import io.kvapp.client.json.Json;
import io.kvapp.client.settings.RemoteSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Sends requests, signed in where there is a user, and repeats them where that cannot write twice:
 * those that only read, and those of which the server surely did nothing.
 *
 * <p>Safe for any thread. Interrupts end no wait.
 */
public final class Requests {
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long MAX_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final RemoteSettings settings;
  private final Connection connection;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Semaphore signingIn = new Semaphore(1);
  private final AtomicReference<String> token = new AtomicReference<>();

  /**
   * Requests to one server, to which the first of them connects.
   *
   * @param nanoClock measures how long a connection is idle, in nanoseconds
   */
  public Requests(RemoteSettings settings, LongSupplier nanoClock) {
    this.settings = settings;
    this.connection = new Connection(settings, nanoClock);
  }

  /** What {@code result} makes of the response to a request. */
  public <T> T send(Request request, Function<Response, T> result) {
    return send(request, Delivery.PLAIN, result);
  }

  /**
   * What {@code result} makes of the response to a request: a success, 404 of an entry that is not
   * there, or 412 of a condition that does not hold.
   *
   * @throws KVException as section "Errors" of docs/client.md says
   */
  public <T> T send(Request request, Delivery delivery, Function<Response, T> result) {
    long end = System.nanoTime() + settings.timeout().toNanos() + delivery.patience().toNanos();
    Response response = new Call(request, delivery, end, true).run();
    try {
      return result.apply(response);
    } catch (Response.MalformedException malformed) {
      String words = settings.base() + " does not answer as a KVApp server: ";
      throw request.isRepeatable()
          ? new KVException(words + malformed.getMessage(), malformed)
          : new KVException.Uncertain(
              words + malformed.getMessage() + "; read before you repeat the write", malformed);
    }
  }

  /**
   * Does nothing while this is open.
   *
   * @throws KVException.WrongState once it is closed
   */
  public void requireOpen() {
    if (closed.getCount() == 0) {
      throw new KVException.WrongState("the store is closed; open it again");
    }
  }

  public String base() {
    return settings.base();
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  /** Waits for the requests in flight; a second call does nothing. */
  public void close() {
    synchronized (closed) {
      if (isClosed()) {
        return;
      }
      closed.countDown();
    }
    connection.close();
  }

  /** The token to send; null for none. */
  private String token(long end) {
    if (settings.tokens() != null) {
      return settings.tokens().get();
    }
    String known = token.get();
    if (known != null || settings.user() == null) {
      return known;
    }
    if (!Waits.acquire(signingIn, 1, Math.max(0, end - System.nanoTime()))) {
      throw new KVException.Unavailable(settings.base() + " has not answered a sign-in in time");
    }
    try {
      known = token.get();
      if (known == null) {
        known = signIn(end);
        token.set(known);
      }
      return known;
    } finally {
      signingIn.release();
    }
  }

  private String signIn(long end) {
    Request request =
        Request.write("POST", Target.of("/v1/auth"))
            .with("Authorization", "Basic " + credentials())
            .repeatable();
    Response response = new Call(request, Delivery.PLAIN, end, false).run();
    return response.parse(Json::token);
  }

  private String credentials() {
    char[] password = settings.password().get();
    CharBuffer joined = CharBuffer.allocate(settings.user().length() + 1 + password.length);
    joined.put(settings.user()).put(':').put(password).flip();
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(joined);
    byte[] exact = Arrays.copyOf(bytes.array(), bytes.limit());
    String encoded = Base64.getEncoder().encodeToString(exact);
    Arrays.fill(joined.array(), '\0');
    Arrays.fill(bytes.array(), (byte) 0);
    Arrays.fill(exact, (byte) 0);
    Arrays.fill(password, '\0');
    return encoded;
  }

  /** One request and its repetitions. For one thread. */
  private final class Call {
    private final Request request;
    private final Delivery delivery;
    private final long end;
    private final boolean isSignedIn;
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private boolean isRenewed;

    private Call(Request request, Delivery delivery, long end, boolean isSignedIn) {
      this.request = request;
      this.delivery = delivery;
      this.end = end;
      this.isSignedIn = isSignedIn;
    }

    private Response run() {
      while (true) {
        requireOpen();
        String sent = isSignedIn ? token(end) : null;
        try {
          long left = Math.max(1, end - System.nanoTime());
          Response response = connection.send(request, sent, delivery, left);
          if (response.status() < 300 || response.status() == 412) {
            return response;
          }
          Problem problem = Problem.of(response);
          if (problem.code().equals("not-found")) {
            return response;
          }
          answer(problem, response, sent);
        } catch (Connection.NotSentException notSent) {
          repeat(unavailable(notSent, "cannot be reached"), 0);
        } catch (IOException lost) {
          requireOpen();
          if (!request.isRepeatable()) {
            throw new KVException.Uncertain(
                "whether the write was made is not known, as the answer of "
                    + settings.base()
                    + " did not arrive ("
                    + lost.getMessage()
                    + "); read before you repeat it",
                lost);
          }
          if (lost instanceof Connection.ForeignException) {
            throw new KVException(
                settings.base()
                    + " does not answer as a server ("
                    + lost.getMessage()
                    + "); check host and port, and that the URI begins with https where it speaks"
                    + " TLS, else with http",
                lost);
          }
          repeat(unavailable(lost, "did not answer"), 0);
        }
      }
    }

    /** Returns if the request is to be repeated. */
    private void answer(Problem problem, Response response, String sent) {
      if (problem.isOfToken() && isSignedIn && !isRenewed && sent != null && renewed(sent)) {
        isRenewed = true;
      } else if (problem.isBusy()) {
        long seconds = response.header("Retry-After").map(Call::seconds).orElse(0L);
        repeat(problem.exception(), TimeUnit.SECONDS.toNanos(seconds));
      } else if (problem.isUncertain() && request.isRepeatable()) {
        repeat(problem.exception(), 0);
      } else if (problem.isUncertain()) {
        throw new KVException.Uncertain(
            "whether the write was made is not known ("
                + problem.detail()
                + "); read before you repeat it");
      } else {
        throw problem.exception();
      }
    }

    private static long seconds(String text) {
      return text.matches("[0-9]{1,4}") ? Long.parseLong(text) : 0;
    }

    /** Whether there may be another token than this one, which was refused. */
    private boolean renewed(String refused) {
      token.compareAndSet(refused, null);
      return settings.tokens() == null || !refused.equals(settings.tokens().get());
    }

    private KVException.Unavailable unavailable(IOException cause, String what) {
      return new KVException.Unavailable(
          settings.base() + " " + what + " (" + cause.getMessage() + ")", cause);
    }

    /**
     * Waits before the next try.
     *
     * @throws RuntimeException {@code failure} if there is no time for one
     */
    private void repeat(RuntimeException failure, long atLeastNanos) {
      long jittered = ThreadLocalRandom.current().nextLong(pauseNanos / 2, pauseNanos + 1);
      long pause = Math.max(jittered, atLeastNanos);
      if (delivery.isOnce() || System.nanoTime() + pause >= end) {
        throw failure;
      }
      pauseNanos = Math.min(2 * pauseNanos, MAX_PAUSE_NANOS);
      Waits.await(closed, pause);
    }
  }
}

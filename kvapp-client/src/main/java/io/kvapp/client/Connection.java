package io.kvapp.client;

import io.kvapp.KVException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/**
 * HTTP to one server: at most so many requests at a time, and none on a connection that has been
 * idle for so long that the server may be closing it.
 *
 * <p>Safe for any thread. Interrupts end no wait.
 */
final class Connection {
  /**
   * After so long without a request, new connections are made: a server closes an idle one after 60
   * seconds, and a write that meets that would be uncertain.
   */
  static final Duration MAX_IDLE = Duration.ofSeconds(20);

  private static final Duration MAX_CONNECT = Duration.ofSeconds(5);
  private static final AtomicInteger THREADS = new AtomicInteger();

  /** No part of a request has reached the server. */
  static final class NotSentException extends IOException {
    NotSentException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** What is there does not speak as a server does, which a repeat does not change. */
  static final class ForeignException extends IOException {
    ForeignException(Throwable cause) {
      super(words(cause), cause);
    }
  }

  private final RemoteSettings settings;
  private final String base;
  private final LongSupplier nanoClock;
  private final Semaphore permits;
  private final ReentrantLock lock = new ReentrantLock();
  private final ExecutorService executor = executor();
  private HttpClient client;
  private long lastUse;

  Connection(RemoteSettings settings, LongSupplier nanoClock) {
    this.settings = settings;
    this.base = settings.base();
    this.nanoClock = nanoClock;
    this.permits = new Semaphore(settings.maxConnections());
  }

  /** Threads that end when they have nothing to do. */
  private static ExecutorService executor() {
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        1,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> {
          Thread thread = new Thread(task, "kvapp-client-" + THREADS.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }

  /**
   * Sends a request and waits for all of its response.
   *
   * @param token null for none
   * @param nanos how long it may take
   * @throws NotSentException if it surely was not sent
   * @throws ForeignException if it is no server that answers
   * @throws KVException.Untrusted if its certificate does not count; it surely was not sent
   * @throws IOException if the response has not arrived
   */
  Response send(Request request, String token, Delivery delivery, long nanos) throws IOException {
    long end = System.nanoTime() + nanos;
    boolean counts = delivery.patience().isZero();
    if (counts && !Waits.acquire(permits, 1, nanos)) {
      throw new NotSentException(
          "all " + settings.maxConnections() + " connections are in use", null);
    }
    try {
      return exchange(request, token, delivery, end - System.nanoTime());
    } finally {
      if (counts) {
        permits.release();
      }
    }
  }

  private Response exchange(Request request, String token, Delivery delivery, long nanos)
      throws IOException {
    CompletableFuture<HttpResponse<byte[]>> sent =
        client().sendAsync(httpRequest(request, token), delivery.handler());
    if (delivery.flight() != null) {
      delivery.flight().begin(sent);
    }
    try {
      HttpResponse<byte[]> response = await(sent, delivery.progress(), nanos);
      return new Response(response.statusCode(), response.headers(), response.body());
    } catch (ExecutionException failed) {
      throw failure(failed.getCause());
    } catch (CancellationException ended) {
      throw new IOException("the request was ended", ended);
    } catch (TimeoutException late) {
      sent.cancel(true);
      throw new IOException("no response in time", late);
    } finally {
      touch();
    }
  }

  private static <T> T await(CompletableFuture<T> sent, LongSupplier progress, long nanos)
      throws ExecutionException, TimeoutException {
    if (progress == null) {
      return Waits.get(sent, nanos);
    }
    long before = progress.getAsLong();
    while (true) {
      try {
        return Waits.get(sent, nanos);
      } catch (TimeoutException late) {
        long now = progress.getAsLong();
        if (now == before) {
          throw late;
        }
        before = now;
      }
    }
  }

  private HttpRequest httpRequest(Request request, String token) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(base + request.target()))
            .method(request.method(), request.body());
    if (token != null) {
      builder.header("Authorization", "Bearer " + token);
    }
    for (int index = 0; index < request.headers().size(); index += 2) {
      builder.header(request.headers().get(index), request.headers().get(index + 1));
    }
    return builder.build();
  }

  private IOException failure(Throwable cause) {
    if (cause instanceof SSLException && isOfCertificate(cause)) {
      throw new KVException.Untrusted(
          "the certificate of "
              + base
              + " is not accepted ("
              + words(cause)
              + "); use a host that it names, and trust its issuer by"
              + " RemoteStoreBuilder.sslContext or -Djavax.net.ssl.trustStore=FILE",
          cause);
    }
    if (cause instanceof ProtocolException || cause.getClass() == SSLException.class) {
      return new ForeignException(cause);
    }
    if (cause instanceof ConnectException
        || cause instanceof HttpConnectTimeoutException
        || cause instanceof SSLHandshakeException) {
      return new NotSentException(words(cause), cause);
    }
    return cause instanceof IOException io ? io : new IOException(words(cause), cause);
  }

  private static boolean isOfCertificate(Throwable failure) {
    Throwable cause = failure;
    while (cause != null && !(cause instanceof CertificateException)) {
      cause = cause.getCause();
    }
    return cause != null;
  }

  /** What went wrong, also where the JDK has no message for it. */
  private static String words(Throwable cause) {
    Throwable told = cause;
    while (told.getMessage() == null && told.getCause() != null) {
      told = told.getCause();
    }
    return told.getMessage() == null ? told.getClass().getSimpleName() : told.getMessage();
  }

  private HttpClient client() {
    lock.lock();
    try {
      long now = nanoClock.getAsLong();
      if (client == null || now - lastUse > MAX_IDLE.toNanos()) {
        // The one before ends by itself, once its requests have.
        client = newClient();
      }
      lastUse = now;
      return client;
    } finally {
      lock.unlock();
    }
  }

  private void touch() {
    lock.lock();
    try {
      lastUse = nanoClock.getAsLong();
    } finally {
      lock.unlock();
    }
  }

  private HttpClient newClient() {
    Duration connect =
        settings.timeout().compareTo(MAX_CONNECT.multipliedBy(2)) < 0
            ? settings.timeout().dividedBy(2)
            : MAX_CONNECT;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(connect)
            .executor(executor);
    if (settings.sslContext() != null) {
      builder.sslContext(settings.sslContext());
    }
    return builder.build();
  }

  /** Waits for the requests in flight, for as long as they may take, and ends the threads. */
  void close() {
    Waits.acquire(permits, settings.maxConnections(), settings.timeout().toNanos());
    lock.lock();
    try {
      end(client);
      client = null;
    } finally {
      lock.unlock();
    }
  }

  /** Closes a client where the JDK knows how, which it does from 21 on; else it ends unused. */
  private static void end(Object client) {
    if (client instanceof AutoCloseable) {
      try {
        HttpClient.class.getMethod("shutdownNow").invoke(client);
      } catch (ReflectiveOperationException olderJdk) {
        // It ends once nobody refers to it.
      }
    }
  }
}

package io.kvapp.client.http.connection;

import io.kvapp.client.http.message.Request;
import io.kvapp.client.http.message.Response;
import io.kvapp.client.settings.RemoteSettings;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.URI;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/**
 * HTTP to one server: at most so many requests at a time, and none on a connection that has been
 * idle for so long that the server may be closing it. There are no threads: a caller waits for its
 * response itself, and a connection that has been idle too long ends with the next request.
 *
 * <p>Safe for any thread. Interrupts end no wait.
 */
public final class Connection {
  /**
   * After so long without a request, new connections are made: a server closes an idle one after 60
   * seconds, and a write that meets that would be uncertain.
   */
  public static final Duration MAX_IDLE = Duration.ofSeconds(20);

  /** After so long without a request, a write looks first whether the connection is still open. */
  private static final Duration MAX_UNSEEN = Duration.ofMillis(100);

  /** No part of a request has reached the server. */
  public static final class NotSentException extends IOException {
    NotSentException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** What is there does not speak as a server does, which a repeat does not change. */
  public static final class ForeignException extends IOException {
    ForeignException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  private final RemoteSettings settings;
  private final String path;
  private final String host;
  private final LongSupplier nanoClock;
  private final Semaphore permits;
  private final Dialer dialer;

  /** The one that was used last comes first. */
  private final Deque<HttpSocket> idle = new ConcurrentLinkedDeque<>();

  private volatile boolean isClosed;

  public Connection(RemoteSettings settings, LongSupplier nanoClock) {
    URI base = URI.create(settings.base());
    this.settings = settings;
    this.path = base.getRawPath();
    this.host = "Host: " + base.getRawAuthority() + "\r\n";
    this.nanoClock = nanoClock;
    this.permits = new Semaphore(settings.maxConnections());
    this.dialer = new Dialer(settings);
  }

  /**
   * Sends a request and waits for all of its response.
   *
   * @param token null for none
   * @param nanos how long it may take
   * @throws NotSentException if it surely was not sent
   * @throws ForeignException if it is no server that answers
   * @throws io.kvapp.KVException.Untrusted if its certificate does not count; it surely was not
   *     sent
   * @throws IOException if the response has not arrived
   */
  public Response send(Request request, String token, Delivery delivery, long nanos)
      throws IOException {
    Deadline deadline = Deadline.in(delivery.pace(), nanos);
    boolean counts = delivery.patience().isZero();
    if (counts && !Waits.acquire(permits, 1, nanos)) {
      throw new NotSentException(
          "all " + settings.maxConnections() + " connections are in use", null);
    }
    try {
      String head = head(request, token);
      return PlatformThreads.run(() -> exchange(head, request, delivery, deadline));
    } finally {
      if (counts) {
        permits.release();
      }
    }
  }

  private String head(Request request, String token) {
    StringBuilder head = new StringBuilder(200);
    head.append(request.method()).append(' ').append(path).append(request.target());
    head.append(" HTTP/1.1\r\n").append(host);
    if (token != null) {
      header(head, "Authorization", "Bearer " + token);
    }
    for (int index = 0; index < request.headers().size(); index += 2) {
      header(head, request.headers().get(index), request.headers().get(index + 1));
    }
    long bytes = request.bodyBytes();
    if (bytes >= 0) {
      head.append("Content-Length: ").append(bytes).append("\r\n");
    }
    return head.append("\r\n").toString();
  }

  private static void header(StringBuilder head, String name, String value) {
    if (!value.chars().allMatch(each -> each >= ' ' && each < 0x7f)) {
      throw new IllegalArgumentException("header " + name + ": printable ASCII alone");
    }
    head.append(name).append(": ").append(value).append("\r\n");
  }

  private Response exchange(String head, Request request, Delivery delivery, Deadline deadline)
      throws IOException {
    HttpSocket known = takeIdle(request);
    if (known != null) {
      try {
        return exchange(known, head, request, delivery, deadline);
      } catch (IOException failed) {
        boolean isLeft = request.isRepeatable() && !known.hasAnswered();
        if (!isLeft || deadline.millisLeft() == 1) {
          throw failed;
        }
        // A connection that the server has closed meanwhile.
      }
    }
    return exchange(dialer.connect(delivery.flight(), deadline), head, request, delivery, deadline);
  }

  private Response exchange(
      HttpSocket socket, String head, Request request, Delivery delivery, Deadline deadline)
      throws IOException {
    boolean isReusable = false;
    try {
      if (delivery.flight() != null) {
        delivery.flight().begin(socket);
      }
      Response response = socket.exchange(head, request, delivery, deadline);
      isReusable = socket.isReusable();
      return response;
    } catch (ProtocolException foreign) {
      throw new ForeignException(foreign);
    } catch (IOException failed) {
      // Those that are idle have met the same.
      closeIdle();
      throw failed;
    } finally {
      if (isReusable) {
        giveBack(socket);
      } else {
        socket.close();
      }
    }
  }

  /** A connection that may be used again; null for none. */
  private HttpSocket takeIdle(Request request) {
    long now = nanoClock.getAsLong();
    for (HttpSocket socket = idle.pollFirst(); socket != null; socket = idle.pollFirst()) {
      long unused = now - socket.lastUse();
      if (unused > MAX_IDLE.toNanos()) {
        socket.close();
        closeIdle();
        return null;
      }
      boolean isSeen = request.isRepeatable() || unused <= MAX_UNSEEN.toNanos();
      if (isSeen || socket.isOpen()) {
        return socket;
      }
      socket.close();
    }
    return null;
  }

  private void giveBack(HttpSocket socket) {
    socket.usedAt(nanoClock.getAsLong());
    idle.addFirst(socket);
    if (isClosed) {
      closeIdle();
    }
  }

  private void closeIdle() {
    for (HttpSocket socket = idle.pollLast(); socket != null; socket = idle.pollLast()) {
      socket.close();
    }
  }

  /** Waits for the requests in flight, for as long as they may take, and ends the connections. */
  public void close() {
    Waits.acquire(permits, settings.maxConnections(), settings.timeout().toNanos());
    isClosed = true;
    closeIdle();
  }
}

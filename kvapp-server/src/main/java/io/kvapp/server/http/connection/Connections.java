package io.kvapp.server.http.connection;

import io.kvapp.server.http.connection.Deadline.Wait;
import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.RequestObserver;
import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All open connections of a listener.
 *
 * <p>All methods may be called from any thread.
 */
final class Connections {
  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
  private static final long REFUSAL_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(1);

  /** The buffers and the state of a TLS connection, about. */
  private static final long LAYER_BYTES = 80 << 10;

  private static final int MAX_REFUSALS = 256;
  private static final String FULL_BODY = "{\"msg\":\"" + ProbeHandler.FULL + "\"}";
  private static final byte[] FULL =
      ("HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 1\r\n"
              + "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
              + "Connection: close\r\nContent-Length: "
              + FULL_BODY.length()
              + "\r\n\r\n"
              + FULL_BODY)
          .getBytes(StandardCharsets.US_ASCII);

  private final HttpSettings settings;
  private final Handler handler;
  private final HttpSettings probeSettings;
  private final SocketLayer layer;
  private final Watchdog watchdog;
  private final Watchers watchers;
  private final List<RequestObserver> observers;
  private final MemoryBudget budget;
  private final MemoryBudget workBudget;
  private final MemoryBudget layerBudget;
  private final Set<Deadline> open = ConcurrentHashMap.newKeySet();
  private final Set<Deadline> served = ConcurrentHashMap.newKeySet();
  private final AtomicInteger refusals = new AtomicInteger();
  private final LongAdder refused = new LongAdder();
  private volatile boolean stopping;

  Connections(
      HttpSettings settings,
      Handler handler,
      SocketLayer layer,
      Watchdog watchdog,
      List<RequestObserver> observers) {
    this.settings = settings;
    this.observers = List.copyOf(observers);
    watchers = new Watchers(settings.getInt(HttpSetting.MAX_WATCHERS));
    this.handler = handler;
    this.probeSettings =
        settings
            .with(HttpSetting.HEAD_TIMEOUT, PROBE_TIMEOUT)
            .with(HttpSetting.IDLE_TIMEOUT, PROBE_TIMEOUT)
            .with(HttpSetting.WRITE_TIMEOUT, PROBE_TIMEOUT);
    this.layer = layer;
    this.watchdog = watchdog;
    // However many connections are open, their requests keep half of the memory.
    long total = settings.get(HttpSetting.MAX_BUFFERED_BYTES);
    long forRequests = layer == SocketLayer.PLAIN ? total : total / 2;
    layerBudget = new MemoryBudget(total - forRequests);
    budget = new MemoryBudget(forRequests / 2);
    workBudget = new MemoryBudget(forRequests / 2);
  }

  /** Serves a connection until it ends, and closes it. */
  void serve(Socket accepted) {
    Deadline deadline = deadline(accepted);
    served.add(deadline);
    try {
      serve(accepted, settings, handler, () -> stopping, deadline);
    } finally {
      served.remove(deadline);
    }
  }

  /**
   * Answers one request of a connection for which there is no room, as far as the handler answers
   * it all the same, and closes it.
   */
  void serveProbe(Socket accepted) {
    serve(accepted, probeSettings, new ProbeHandler(handler), () -> true, deadline(accepted));
  }

  private void serve(
      Socket accepted,
      HttpSettings settings,
      Handler handler,
      BooleanSupplier isLastRequest,
      Deadline deadline) {
    ConnectionMemory memory = new ConnectionMemory(budget, workBudget);
    ConnectionMemory layerMemory = new ConnectionMemory(layerBudget, layerBudget);
    open.add(deadline);
    watchdog.watch(deadline);
    try (accepted) {
      if (layer != SocketLayer.PLAIN) {
        layerMemory.reserve(LAYER_BYTES);
      }
      serve(accepted, settings, handler, isLastRequest, deadline, memory);
    } catch (IOException | HttpException ended) {
      LOG.debug("a connection ended: {}", ended.getMessage());
    } catch (RuntimeException | Error failure) {
      LOG.error("a connection failed", failure);
    } finally {
      memory.end();
      layerMemory.end();
      watchdog.forget(deadline);
      open.remove(deadline);
    }
  }

  private void serve(
      Socket accepted,
      HttpSettings settings,
      Handler handler,
      BooleanSupplier isLastRequest,
      Deadline deadline,
      ConnectionMemory memory)
      throws IOException {
    deadline.begin(Wait.HEAD, deadline.after(settings.get(HttpSetting.HEAD_TIMEOUT)));
    try (Socket socket = layer.over(accepted)) {
      deadline.end();
      try {
        new Connection(
                settings, handler, socket, deadline, memory, watchers, observers, isLastRequest)
            .serve();
      } finally {
        // Closing a layer may write, and must not wait for a client that does not read.
        deadline.begin(Wait.LINGER, deadline.after(REFUSAL_NANOS));
      }
    }
  }

  /**
   * Answers 503 and closes the connection a little later, so that the client can read it; at once
   * where very many are refused, or where the answer would take a handshake.
   */
  void refuse(Socket socket) {
    refused.increment();
    if (layer != SocketLayer.PLAIN) {
      closeQuietly(socket);
      return;
    }
    boolean lingers = refusals.incrementAndGet() <= MAX_REFUSALS;
    boolean closesLater = false;
    try {
      // A new socket's buffer takes these few bytes without blocking.
      socket.getOutputStream().write(FULL);
      socket.shutdownOutput();
      if (lingers) {
        new Refusal(socket).begin();
        closesLater = true;
      }
    } catch (IOException gone) {
      LOG.debug("a refused connection ended: {}", gone.getMessage());
    } finally {
      if (!closesLater) {
        refusals.decrementAndGet();
        closeQuietly(socket);
      }
    }
  }

  private Deadline deadline(Socket accepted) {
    return layer == SocketLayer.PLAIN
        ? new Deadline(accepted, watchdog)
        : Deadline.withSlack(accepted, watchdog);
  }

  /** Ends the connection that has waited longest for its next request; false if none waits. */
  boolean endLongestIdle() {
    Deadline longest = null;
    long first = 0;
    for (Deadline deadline : served) {
      OptionalLong until = deadline.idleUntil();
      if (until.isPresent() && (longest == null || until.getAsLong() - first < 0)) {
        longest = deadline;
        first = until.getAsLong();
      }
    }
    return longest != null && longest.endIdleness();
  }

  /** How many connections are served, without those of {@link #watching}. */
  int serving() {
    return Math.max(0, served.size() - watching());
  }

  /** How many connections were refused. */
  long refused() {
    return refused.sum();
  }

  /** The heap that requests fill at the moment. */
  long bufferedBytes() {
    return budget.taken() + workBudget.taken() + layerBudget.taken();
  }

  /** How many connections serve a long-lived response. */
  int watching() {
    return watchers.count();
  }

  /**
   * Reads no further requests: connections without a complete head end at once, others after the
   * request in flight, and long-lived responses are told to end.
   */
  void stop() {
    stopping = true;
    watchers.stop();
    open.forEach(Deadline::stop);
  }

  /** Closes what is still open. */
  void closeAll() {
    open.forEach(Deadline::close);
  }

  static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException closedAnyhow) {
      LOG.debug("a connection was closed already: {}", closedAnyhow.getMessage());
    }
  }

  /** A connection that is closed by its deadline alone. */
  private final class Refusal extends Deadline {
    private Refusal(Socket socket) {
      super(socket, watchdog);
    }

    private void begin() {
      begin(Wait.LINGER, after(REFUSAL_NANOS));
      open.add(this);
      watchdog.watch(this);
    }

    @Override
    void close() {
      super.close();
      watchdog.forget(this);
      if (open.remove(this)) {
        refusals.decrementAndGet();
      }
    }
  }
}

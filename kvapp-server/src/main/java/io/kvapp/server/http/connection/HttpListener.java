package io.kvapp.server.http.connection;

import fi.iki.elonen.NanoHTTPD;
import io.kvapp.KVException;
import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.RequestObserver;
import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens at the addresses of a host and has the requests that arrive answered by a {@link
 * Handler}.
 *
 * <p>A name that stands for this machine only, such as {@code localhost}, is listened at on each of
 * its addresses; any other host at its first one. The accept threads keep the JVM up.
 *
 * <p>Safe for any thread.
 */
public final class HttpListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);
  private static final long STOP_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long FORCED_END_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final int BIND_ATTEMPTS = 8;

  private final long stopNanos;
  private final int backlog;
  private final Watchdog watchdog;
  private final Connections connections;
  private final ConnectionThreads threads;
  private final List<AcceptLoop> loops = new ArrayList<>();
  private volatile int port;
  private boolean closed;

  private HttpListener(
      HttpSettings settings, SocketLayer layer, Handler handler, List<RequestObserver> observers) {
    stopNanos = settings.get(HttpSetting.STOP_TIMEOUT);
    backlog = settings.getInt(HttpSetting.BACKLOG);
    long shortest =
        Stream.of(
                HttpSetting.HEAD_TIMEOUT,
                HttpSetting.BODY_TIMEOUT,
                HttpSetting.IDLE_TIMEOUT,
                HttpSetting.WRITE_TIMEOUT)
            .mapToLong(settings::get)
            .min()
            .orElseThrow();
    watchdog = new Watchdog(shortest);
    connections = new Connections(settings, handler, layer, watchdog, observers);
    threads =
        new ConnectionThreads(
            settings.getInt(HttpSetting.MAX_CONNECTIONS),
            settings.getInt(HttpSetting.MAX_WATCHERS),
            connections::watching,
            ThreadSource.ofJvm(),
            connections::endLongestIdle);
  }

  /**
   * Binds a port and begins to serve.
   *
   * @param host a name or an address of this machine
   * @param port 0 for any free one
   * @param layer what stands between connections and HTTP
   * @param observers are told of each request that was answered, as the access log is
   * @throws KVException.PortInUse if the port is taken
   * @throws KVException if the host is not one of this machine's
   */
  public static HttpListener start(
      String host,
      int port,
      HttpSettings settings,
      SocketLayer layer,
      Handler handler,
      List<RequestObserver> observers) {
    return start(host, addresses(host), port, settings, layer, handler, observers);
  }

  /** Binds a port at each of some addresses of a host. */
  static HttpListener start(
      String host,
      List<InetAddress> addresses,
      int port,
      HttpSettings settings,
      SocketLayer layer,
      Handler handler,
      List<RequestObserver> observers) {
    List<RequestObserver> all = new ArrayList<>(observers);
    if (settings.isOn(HttpSetting.ACCESS_LOG)) {
      all.add(AccessLog.ofAll());
    }
    if (settings.get(HttpSetting.SLOW) != HttpSetting.SLOW.defaultValue()) {
      all.add(AccessLog.ofSlow(settings.get(HttpSetting.SLOW)));
    }
    HttpListener listener = new HttpListener(settings, layer, handler, all);
    try {
      listener.bind(host, port, addresses);
    } catch (Throwable failure) {
      listener.close();
      throw failure;
    }
    return listener;
  }

  /** Serves in the clear, and tells nobody of requests but the access log. */
  static HttpListener start(String host, int port, HttpSettings settings, Handler handler) {
    return start(host, port, settings, SocketLayer.PLAIN, handler, List.of());
  }

  /** The port that is listened at. */
  public int port() {
    return port;
  }

  /** How many connections are open, without those of long-lived responses. */
  public int connections() {
    return connections.serving();
  }

  /** How many long-lived responses there are. */
  public int watchers() {
    return connections.watching();
  }

  /** For how many connections there was no room. */
  public long refusedConnections() {
    return connections.refused();
  }

  /** The bytes of heap that requests fill with bodies and responses. */
  public long bufferedBytes() {
    return connections.bufferedBytes();
  }

  /**
   * Stops accepting and frees the port, lets requests in flight finish for as long as the settings
   * say, then closes what is still open. A second call does nothing.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    connections.stop();
    boolean interrupted = Thread.interrupted();
    loops.forEach(NanoHTTPD::stop);
    restore(interrupted);
    threads.stop();
    try {
      if (!awaitRequestsInFlight()) {
        LOG.warn(
            "requests were still in flight after {}; they are cut", Duration.ofNanos(stopNanos));
      }
      connections.closeAll();
      threads.awaitEnd(FORCED_END_NANOS);
    } catch (InterruptedException impatient) {
      connections.closeAll();
      Thread.currentThread().interrupt();
    } finally {
      watchdog.close();
    }
  }

  private boolean awaitRequestsInFlight() throws InterruptedException {
    long end = System.nanoTime() + stopNanos;
    boolean ended = threads.awaitEnd(STOP_TICK_NANOS);
    while (!ended && end - System.nanoTime() > 0) {
      // A connection may have become idle since the last look.
      connections.stop();
      ended = threads.awaitEnd(STOP_TICK_NANOS);
    }
    return ended;
  }

  private static List<InetAddress> addresses(String host) {
    try {
      List<InetAddress> all = Arrays.asList(InetAddress.getAllByName(host));
      return all.stream().allMatch(InetAddress::isLoopbackAddress) ? all : all.subList(0, 1);
    } catch (UnknownHostException unknown) {
      throw new KVException(
          "host " + host + " cannot be resolved; give an address or a name of this machine",
          unknown);
    }
  }

  private synchronized void bind(String host, int wantedPort, List<InetAddress> addresses) {
    watchdog.start();
    // The library waits for the port, and for the end of its loop, and takes the interrupt away.
    boolean interrupted = Thread.interrupted();
    try {
      int attempts = wantedPort == 0 ? BIND_ATTEMPTS : 1;
      while (!bindAll(host, wantedPort, addresses, --attempts == 0)) {
        LOG.debug("port {} is free at some addresses of {} only; trying another", port, host);
      }
    } finally {
      restore(interrupted);
    }
  }

  /** Binds one port at all addresses; returns false, with none bound, if another may do. */
  private boolean bindAll(
      String host, int wantedPort, List<InetAddress> addresses, boolean isLastAttempt) {
    port = wantedPort;
    for (InetAddress address : addresses) {
      try {
        AcceptLoop loop = new AcceptLoop(address, port, backlog, connections, threads);
        loops.add(loop);
        loop.start(0, false);
        port = loop.getListeningPort();
      } catch (IOException failure) {
        boolean isFirst = loops.size() == 1;
        if (!isFirst && isOfNoUse(failure)) {
          // The host is served at its first address; another may not exist on this machine.
          LOG.info("{} port {} is not served: {}", address, port, failure.getMessage());
        } else if (isFirst || isLastAttempt) {
          throw notBound(host, failure);
        } else {
          loops.forEach(NanoHTTPD::stop);
          loops.clear();
          return false;
        }
      }
    }
    return true;
  }

  /** Whether an address cannot be listened at on this machine, whatever the port. */
  private static boolean isOfNoUse(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    return message.contains("assign") || message.toLowerCase(Locale.ROOT).contains("family");
  }

  private static void restore(boolean interrupted) {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private KVException notBound(String host, IOException failure) {
    String message = String.valueOf(failure.getMessage());
    return failure instanceof BindException && message.contains("in use")
        ? new KVException.PortInUse(host, port, failure)
        : new KVException(
            "host " + host + " port " + port + " cannot be listened at: " + message, failure);
  }
}

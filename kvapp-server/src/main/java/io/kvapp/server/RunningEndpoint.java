package io.kvapp.server;

import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.ServerSettings;
import io.kvapp.server.auth.Authenticator;
import io.kvapp.server.auth.gate.AllowedHosts;
import io.kvapp.server.auth.gate.BindScope;
import io.kvapp.server.auth.gate.CorsHandler;
import io.kvapp.server.auth.gate.LocalGate;
import io.kvapp.server.http.connection.HttpListener;
import io.kvapp.server.http.connection.SocketLayer;
import io.kvapp.server.http.message.Handler;
import io.kvapp.server.ops.Drain;
import io.kvapp.server.ops.MetricsEndpoint;
import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.tls.TlsTransport;
import io.kvapp.server.transfer.BackupSchedule;
import io.kvapp.server.transfer.Backups;
import io.kvapp.server.v1.ServerFigures;
import io.kvapp.server.v1.WatchCounts;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an {@link HttpEndpoint} starts: routes, listener and scheduled backups, put together for one
 * store, and ended in order.
 *
 * <p>All methods may be called from any thread.
 */
final class RunningEndpoint {
  private static final Logger LOG = LoggerFactory.getLogger(RunningEndpoint.class);

  private final EndpointSettings settings;
  private final ServerSettings server;
  private final LongAdder requests = new LongAdder();

  /** Held by the one piece of upkeep that goes on. */
  private final ReentrantLock upkeep = new ReentrantLock();

  private final WatchCounts watchCounts = new WatchCounts();
  private final Drain drain;
  private final Optional<Backups> backups;
  private Optional<BackupSchedule> schedule = Optional.empty();
  private volatile HttpListener listener;

  private RunningEndpoint(EndpointSettings settings, KVStore store, ServerSettings server) {
    this.settings = settings;
    this.server = server;
    drain = new Drain(Duration.ofNanos(settings.http().get(HttpSetting.DRAIN)));
    long keep = settings.http().get(HttpSetting.KEEP_BACKUPS);
    backups =
        settings.backupDirectory().map(folder -> new Backups(store, folder, keep, server.clock()));
  }

  /**
   * Serves a store.
   *
   * @param server where to listen, and the clock
   */
  static RunningEndpoint start(EndpointSettings settings, KVStore store, ServerSettings server) {
    RunningEndpoint endpoint = new RunningEndpoint(settings, store, server);
    endpoint.listen(store);
    endpoint.schedule = endpoint.openSchedule();
    return endpoint;
  }

  private void listen(KVStore store) {
    requireUsersForAnyOrigin();
    if (store.isShared()) {
      Authenticator.requireSharedKey(settings.auth());
    }
    Authenticator authenticator = Authenticator.open(settings.auth(), server);
    RouteTable table =
        new RouteTable(
            store, server, authenticator, settings.http(), settings.proxies(), this::figures);
    MetricsEndpoint metrics = table.metrics();
    Handler router = table.router(settings.prefixScope(), watchCounts, drain, backups, upkeep);
    Set<String> origins = settings.corsOrigins();
    Handler handler = origins.isEmpty() ? router : new CorsHandler(origins, router);
    if (!authenticator.needsCredentials()) {
      handler = gate(handler);
    }
    listener =
        HttpListener.start(
            server.host(),
            server.port(),
            settings.http(),
            layer(),
            metrics.counting(handler),
            List.of(request -> requests.increment(), metrics.observer()));
  }

  private void requireUsersForAnyOrigin() {
    if (settings.corsOrigins().contains(CorsHandler.ANY_ORIGIN)
        && settings.auth().usersFile().isEmpty()) {
      throw new KVException(
          "the origin * would let every web page read and write everything, as there are no users;"
              + " name the origins (--cors-origin https://app.example.org), or a users file"
              + " (--users FILE)");
    }
  }

  private Handler gate(Handler inner) {
    String scheme = settings.tls().isPresent() ? "https" : "http";
    AllowedHosts hosts = new AllowedHosts(server.host(), settings.allowedHosts());
    Set<String> pages = RouteTable.pages(settings.http());
    return new LocalGate(hosts, settings.proxies(), settings.corsOrigins(), scheme, pages, inner);
  }

  private SocketLayer layer() {
    if (settings.tls().isPresent()) {
      return TlsTransport.open(settings.tls().get(), server.clock());
    }
    if (!BindScope.isThisMachineOnly(server.host())) {
      LOG.warn(
          "listening on {} without TLS, so passwords, tokens and data cross the network in the"
              + " clear; name a certificate (--tls-cert, --tls-key), or listen on localhost behind"
              + " a proxy with TLS",
          server.host());
    }
    return SocketLayer.PLAIN;
  }

  private Optional<BackupSchedule> openSchedule() {
    long every = settings.http().get(HttpSetting.BACKUP_EVERY);
    Optional<BackupSchedule> opened =
        backups
            .filter(made -> every != HttpSetting.BACKUP_EVERY.defaultValue())
            .map(made -> new BackupSchedule(made, Duration.ofNanos(every), server.clock(), upkeep));
    opened.ifPresent(BackupSchedule::start);
    return opened;
  }

  /** The listener answers its first requests before it is known here. */
  private ServerFigures figures() {
    HttpListener started = listener;
    return new ServerFigures(
        started == null ? 0 : started.connections(),
        started == null ? 0 : started.watchers(),
        watchCounts.changes(),
        watchCounts.resets(),
        started == null ? 0 : started.bufferedBytes(),
        requests.sum(),
        started == null ? 0 : started.refusedConnections(),
        settings.http().getInt(HttpSetting.MAX_CONNECTIONS),
        settings.http().get(HttpSetting.MAX_BUFFERED_BYTES));
  }

  /** The port that it listens on. */
  int port() {
    return listener.port();
  }

  /** Drains, and ends everything; a second call does nothing. */
  void close() {
    drain.run();
    schedule.ifPresent(BackupSchedule::close);
    listener.close();
  }
}

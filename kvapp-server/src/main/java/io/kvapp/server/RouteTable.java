package io.kvapp.server;

import io.kvapp.KVStore;
import io.kvapp.ServerSettings;
import io.kvapp.server.auth.Authenticator;
import io.kvapp.server.auth.gate.TrustedProxies;
import io.kvapp.server.classic.ClassicEndpoints;
import io.kvapp.server.console.ConsoleEndpoint;
import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.routing.Route;
import io.kvapp.server.http.routing.Router;
import io.kvapp.server.ops.Drain;
import io.kvapp.server.ops.HealthEndpoints;
import io.kvapp.server.ops.MetricsEndpoint;
import io.kvapp.server.ops.OpenApiEndpoint;
import io.kvapp.server.service.EntryService;
import io.kvapp.server.service.SearchLimits;
import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;
import io.kvapp.server.settings.PrefixScope;
import io.kvapp.server.transfer.Backups;
import io.kvapp.server.v1.AdminHandler;
import io.kvapp.server.v1.InfoHandler;
import io.kvapp.server.v1.ServerFigures;
import io.kvapp.server.v1.SessionHandler;
import io.kvapp.server.v1.StatsHandler;
import io.kvapp.server.v1.TxnLimits;
import io.kvapp.server.v1.V1Endpoints;
import io.kvapp.server.v1.V1Face;
import io.kvapp.server.v1.WatchCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The routes of all packages put together, and the faces that they have.
 *
 * <p>Used once, by the thread that starts an endpoint.
 */
final class RouteTable {
  private final KVStore store;
  private final ServerSettings server;
  private final Authenticator authenticator;
  private final HttpSettings settings;
  private final TrustedProxies proxies;
  private final Supplier<ServerFigures> figures;
  private final MetricsEndpoint metrics;

  /**
   * A table of a server.
   *
   * @param figures tells what the server does
   */
  RouteTable(
      KVStore store,
      ServerSettings server,
      Authenticator authenticator,
      HttpSettings settings,
      TrustedProxies proxies,
      Supplier<ServerFigures> figures) {
    this.store = store;
    this.server = server;
    this.authenticator = authenticator;
    this.settings = settings;
    this.proxies = proxies;
    this.figures = figures;
    metrics = new MetricsEndpoint(store, figures, server.dataFolder());
  }

  /** The paths that links of any web page may open; none where there is no console. */
  static Set<String> pages(HttpSettings settings) {
    return settings.get(HttpSetting.NO_CONSOLE) == 0 ? ConsoleEndpoint.PAGES : Set.of();
  }

  /** The figures that count what the router answers. */
  MetricsEndpoint metrics() {
    return metrics;
  }

  /**
   * What answers requests.
   *
   * @param watchCounts gets what readers of changes are told
   * @param drain says whether the server is about to stop
   * @param backups makes backups; empty for none
   * @param upkeep is held while a piece of upkeep goes on
   */
  Handler router(
      PrefixScope prefixScope,
      WatchCounts watchCounts,
      Drain drain,
      Optional<Backups> backups,
      ReentrantLock upkeep) {
    EntryService entries = new EntryService(store, prefixScope, searchLimits());
    List<Route> routes = new ArrayList<>(HealthEndpoints.routes(store, drain::hasBegun));
    routes.addAll(OpenApiEndpoint.routes());
    routes.addAll(ClassicEndpoints.routes(authenticator, proxies, entries));
    TxnLimits txnLimits = TxnLimits.of(settings, store.limits());
    routes.addAll(
        V1Endpoints.routes(entries, authenticator, watchCounts, server.clock(), txnLimits));
    routes.addAll(SessionHandler.routes(authenticator, proxies));
    int maxWatchers = settings.getInt(HttpSetting.MAX_WATCHERS);
    routes.addAll(InfoHandler.routes(store, maxWatchers, txnLimits));
    routes.addAll(AdminHandler.routes(store, backups, upkeep));
    routes.addAll(StatsHandler.routes(store.admin(), figures, backups, server.dataFolder()));
    if (!pages(settings).isEmpty()) {
      routes.addAll(ConsoleEndpoint.routes());
    }
    routes.addAll(metrics.routes());
    metrics.expect(routes);
    return new Router(
        routes,
        List.of(
            ClassicEndpoints.face(authenticator),
            V1Face.of(authenticator),
            MetricsEndpoint.face(authenticator, proxies),
            V1Face.at(HealthEndpoints.HEALTH_PATH, authenticator),
            V1Face.at(HealthEndpoints.READY_PATH, authenticator),
            V1Face.at(OpenApiEndpoint.PATH, authenticator),
            V1Face.at(ConsoleEndpoint.PATH, authenticator)));
  }

  private SearchLimits searchLimits() {
    return new SearchLimits(
        settings.get(HttpSetting.MAX_SEARCH_ENTRIES), settings.get(HttpSetting.MAX_SEARCH_BYTES));
  }
}

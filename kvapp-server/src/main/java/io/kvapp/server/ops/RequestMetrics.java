package io.kvapp.server.ops;

import io.kvapp.KVException;
import io.kvapp.server.failure.Failures;
import io.kvapp.server.http.message.FinishedRequest;
import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.RequestObserver;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.routing.Route;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;

/**
 * Counts requests by route, method and status, and times them. Labels are patterns of routes, known
 * methods and codes, never what a client may choose, so that the number of series is bounded.
 *
 * <p>All methods may be called from any thread; counting takes no lock and allocates nothing once a
 * series is there.
 */
final class RequestMetrics implements RequestObserver, MultiCollector {
  private static final String NO_ROUTE = "none";
  private static final int CONFLICT = 412;

  /** Statuses that each route has from the start, besides those of success. */
  private static final List<Integer> COMMON_FAILURES = List.of(400, 404, 500, 503);

  private static final List<String> REFUSALS =
      List.of(
          "token-missing",
          "token-invalid",
          "token-expired",
          "bad-credentials",
          "forbidden",
          "wrong-host",
          "cross-origin",
          "proxied",
          "slow-down");
  private static final List<String> FAULTS =
      List.of("disk-full", "read-only", "damaged", "unavailable", "uncertain", "internal");

  private final Counter authFailures;
  private final Counter faults;
  private final Map<String, RouteFigures> byRoute = new ConcurrentHashMap<>();

  RequestMetrics(PrometheusRegistry registry) {
    authFailures =
        counter(
            registry,
            "kvapp_auth_failures_total",
            "Requests that were refused for who sent them or how they came.",
            "code");
    faults =
        counter(
            registry,
            "kvapp_store_faults_total",
            "Requests that failed since the store could not serve them.",
            "kind");
    REFUSALS.forEach(authFailures::initLabelValues);
    FAULTS.forEach(faults::initLabelValues);
    figures(NO_ROUTE);
  }

  private static Counter counter(
      PrometheusRegistry registry, String name, String help, String... labels) {
    return Counter.builder()
        .name(name)
        .help(help)
        .labelNames(labels)
        .withoutExemplars()
        .register(registry);
  }

  /** Begins the series of some routes, so that they are there before their first request. */
  void expect(List<Route> routes) {
    for (Route route : routes) {
      RouteFigures figures = figures(route.pattern());
      for (String method : route.methods()) {
        successes(method).forEach(status -> figures.expect(method, status));
        COMMON_FAILURES.forEach(status -> figures.expect(method, status));
      }
    }
  }

  private static List<Integer> successes(String method) {
    return switch (method) {
      case "PUT" -> List.of(201, 204);
      case "PATCH" -> List.of(204);
      case "DELETE" -> List.of(200, 204);
      default -> List.of(200);
    };
  }

  @Override
  public void finished(FinishedRequest request) {
    figures(request.route() == null ? NO_ROUTE : request.route()).add(request);
  }

  @Override
  public MetricSnapshots collect() {
    CounterSnapshot.Builder requests =
        CounterSnapshot.builder().name("kvapp_http_requests").help("Requests that were answered.");
    HistogramSnapshot.Builder durations =
        HistogramSnapshot.builder()
            .name("kvapp_http_request_duration_seconds")
            .help("Time from the first byte of a request until its response was written.");
    byRoute.forEach(
        (route, figures) -> {
          figures.collectCounts(route, requests);
          durations.dataPoint(figures.durations(route));
        });
    return MetricSnapshots.of(
        requests.build(),
        durations.build(),
        byRoute("kvapp_http_request_bytes", "Bytes of bodies of requests.", RouteFigures::bytesIn),
        byRoute(
            "kvapp_http_response_bytes", "Bytes of bodies of responses.", RouteFigures::bytesOut),
        byRoute(
            "kvapp_conflicts",
            "Requests whose condition did not hold (status 412).",
            figures -> figures.count(CONFLICT)));
  }

  private CounterSnapshot byRoute(String name, String help, ToLongFunction<RouteFigures> figure) {
    CounterSnapshot.Builder all = CounterSnapshot.builder().name(name).help(help);
    byRoute.forEach(
        (route, figures) ->
            all.dataPoint(
                CounterDataPointSnapshot.builder()
                    .labels(Labels.of("route", route))
                    .value(figure.applyAsLong(figures))
                    .build()));
    return all.build();
  }

  /** Also counts why requests are refused, and which faults of the store they meet. */
  Handler counting(Handler inner) {
    return new Handler() {
      @Override
      public Response handle(Request request) {
        return inner.handle(request);
      }

      @Override
      public boolean isProbe(Request request) {
        return inner.isProbe(request);
      }

      @Override
      public Response error(Throwable failure, Request request) {
        countFailure(failure);
        return inner.error(failure, request);
      }
    };
  }

  private void countFailure(Throwable failure) {
    if (failure instanceof KVException) {
      String kind = Failures.toOperator(failure).code();
      if (FAULTS.contains(kind)) {
        faults.labelValues(kind).inc();
      }
    } else if (failure instanceof HttpException refusal) {
      if (REFUSALS.contains(refusal.code())) {
        authFailures.labelValues(refusal.code()).inc();
      }
      countFailure(refusal.getCause());
    }
  }

  private RouteFigures figures(String route) {
    RouteFigures found = byRoute.get(route);
    return found == null ? byRoute.computeIfAbsent(route, any -> new RouteFigures()) : found;
  }
}

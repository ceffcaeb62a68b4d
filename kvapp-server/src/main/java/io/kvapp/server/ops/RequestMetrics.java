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
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Counts requests by route, method and status, and times them. Labels are patterns of routes, known
 * methods and codes, never what a client may choose, so that the number of series is bounded.
 *
 * <p>All methods may be called from any thread; counting takes no lock and allocates nothing once a
 * series is there.
 */
final class RequestMetrics implements RequestObserver {
  private static final String NO_ROUTE = "none";
  private static final String OTHER_METHOD = "other";
  private static final int CONFLICT = 412;
  private static final List<String> METHODS =
      List.of("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", OTHER_METHOD);
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double[] SECONDS = {
    .0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10
  };

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

  private final Counter requests;
  private final Histogram durations;
  private final Counter bytesIn;
  private final Counter bytesOut;
  private final Counter conflicts;
  private final Counter authFailures;
  private final Counter faults;
  private final Map<String, Figures> byRoute = new ConcurrentHashMap<>();

  RequestMetrics(PrometheusRegistry registry) {
    requests =
        counter(
            registry,
            "kvapp_http_requests_total",
            "Requests that were answered.",
            "route",
            "method",
            "status");
    durations =
        Histogram.builder()
            .name("kvapp_http_request_duration_seconds")
            .help("Time from the first byte of a request until its response was written.")
            .labelNames("route")
            .classicOnly()
            .classicUpperBounds(SECONDS)
            .withoutExemplars()
            .register(registry);
    bytesIn =
        counter(
            registry, "kvapp_http_request_bytes_total", "Bytes of bodies of requests.", "route");
    bytesOut =
        counter(
            registry, "kvapp_http_response_bytes_total", "Bytes of bodies of responses.", "route");
    conflicts =
        counter(
            registry,
            "kvapp_conflicts_total",
            "Requests whose condition did not hold (status 412).",
            "route");
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
      Figures figures = figures(route.pattern());
      for (String method : route.methods()) {
        successes(method).forEach(status -> figures.count(METHODS.indexOf(method), status));
        COMMON_FAILURES.forEach(status -> figures.count(METHODS.indexOf(method), status));
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
    Figures figures = figures(request.route() == null ? NO_ROUTE : request.route());
    figures.count(method(request.method()), request.status()).inc();
    figures.duration.observe(request.nanos() / NANOS_PER_SECOND);
    figures.bytesIn.inc(request.bytesIn());
    figures.bytesOut.inc(request.bytesOut());
    if (request.status() == CONFLICT) {
      figures.conflicts.inc();
    }
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
    if (failure instanceof HttpException refusal) {
      if (REFUSALS.contains(refusal.code())) {
        authFailures.labelValues(refusal.code()).inc();
      }
    } else if (failure instanceof KVException) {
      String kind = Failures.toOperator(failure).code();
      if (FAULTS.contains(kind)) {
        faults.labelValues(kind).inc();
      }
    }
  }

  private Figures figures(String route) {
    Figures found = byRoute.get(route);
    return found == null ? byRoute.computeIfAbsent(route, Figures::new) : found;
  }

  private static int method(String name) {
    int found = METHODS.indexOf(name);
    return found < 0 ? METHODS.size() - 1 : found;
  }

  /** The series of one route. */
  private final class Figures {
    /** Above what a status has behind its first digit. */
    private static final int STATUSES_OF_A_CLASS = 64;

    private static final int STATUSES = 6 * STATUSES_OF_A_CLASS;

    private final String route;
    private final DistributionDataPoint duration;
    private final CounterDataPoint bytesIn;
    private final CounterDataPoint bytesOut;
    private final CounterDataPoint conflicts;
    private final AtomicReferenceArray<AtomicReferenceArray<CounterDataPoint>> counts =
        new AtomicReferenceArray<>(METHODS.size());

    private Figures(String route) {
      this.route = route;
      duration = durations.labelValues(route);
      bytesIn = RequestMetrics.this.bytesIn.labelValues(route);
      bytesOut = RequestMetrics.this.bytesOut.labelValues(route);
      conflicts = RequestMetrics.this.conflicts.labelValues(route);
    }

    private CounterDataPoint count(int method, int status) {
      AtomicReferenceArray<CounterDataPoint> ofMethod = counts.get(method);
      if (ofMethod == null) {
        counts.compareAndSet(method, null, new AtomicReferenceArray<>(STATUSES));
        ofMethod = counts.get(method);
      }
      int index = status / 100 * STATUSES_OF_A_CLASS + status % 100;
      CounterDataPoint count = ofMethod.get(index);
      if (count == null) {
        count = requests.labelValues(route, METHODS.get(method), Integer.toString(status));
        ofMethod.set(index, count);
      }
      return count;
    }
  }
}

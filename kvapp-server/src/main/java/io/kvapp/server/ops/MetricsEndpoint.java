package io.kvapp.server.ops;

import io.kvapp.KVStore;
import io.kvapp.server.auth.Authenticator;
import io.kvapp.server.auth.SignIn;
import io.kvapp.server.auth.gate.TrustedProxies;
import io.kvapp.server.auth.password.Credentials;
import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.failure.Problem;
import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.RequestObserver;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseBody;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.http.routing.Access;
import io.kvapp.server.http.routing.Call;
import io.kvapp.server.http.routing.Face;
import io.kvapp.server.http.routing.Route;
import io.kvapp.server.settings.BuildInfo;
import io.kvapp.server.v1.ServerFigures;
import io.kvapp.server.v1.V1Face;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmBufferPoolMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmRuntimeInfoMetric;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * {@code /metrics}: figures of server, store and JVM, in the text format of Prometheus, version
 * 0.0.4, or in that of OpenMetrics for who asks for it. With users, a monitor may read them, by a
 * token or by HTTP Basic.
 *
 * <p>All methods may be called from any thread.
 */
public final class MetricsEndpoint {
  private static final String PATH = "/metrics";

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ExpositionFormatWriter plain = PrometheusTextFormatWriter.create();
  private final ExpositionFormatWriter open = OpenMetricsTextFormatWriter.create();
  private final RequestMetrics requests = new RequestMetrics(registry);

  /**
   * Figures that begin at nothing.
   *
   * @param folder the data folder; empty for a store that has none
   */
  public MetricsEndpoint(KVStore store, Supplier<ServerFigures> server, Optional<Path> folder) {
    BuildInfo build = BuildInfo.current();
    Info.builder()
        .name("kvapp_build_info")
        .help("Version and commit of KVApp, and the JVM that it runs on.")
        .labelNames("version", "commit", "java")
        .register(registry)
        .setLabelValues(build.version(), build.commit(), Runtime.version().toString());
    registry.register(requests);
    registry.register(new StoreMetrics(store, server, folder));
    // Without those that listen to the collector for as long as the JVM lives.
    JvmBufferPoolMetrics.builder().register(registry);
    JvmGarbageCollectorMetrics.builder().register(registry);
    JvmMemoryMetrics.builder().register(registry);
    JvmRuntimeInfoMetric.builder().register(registry);
    JvmThreadsMetrics.builder().register(registry);
    ProcessMetrics.builder().register(registry);
  }

  /** The row of the route table. */
  public List<Route> routes() {
    return List.of(Route.of(PATH, List.of("GET", "HEAD"), Access.MONITOR, this::handle));
  }

  /** The face of the path, which takes HTTP Basic besides tokens. */
  public static Face face(Authenticator authenticator, TrustedProxies proxies) {
    return new Face(PATH, true, request -> caller(request, authenticator, proxies), Problem::of);
  }

  private static Caller caller(
      Request request, Authenticator authenticator, TrustedProxies proxies) {
    Optional<Credentials> basic = Credentials.ofBasic(request.header("authorization"));
    return basic.isPresent() && authenticator.needsCredentials()
        ? authenticator.signedIn(new SignIn(proxies.clientAddress(request), basic))
        : V1Face.caller(request, authenticator);
  }

  /** Begins the series of all routes of a server. */
  public void expect(List<Route> routes) {
    requests.expect(routes);
  }

  /** Counts the requests of a server. */
  public RequestObserver observer() {
    return requests;
  }

  /** A handler whose refusals and failures are counted. */
  public Handler counting(Handler inner) {
    return requests.counting(inner);
  }

  private Response handle(Call call) {
    String accept = call.request().header("accept");
    ExpositionFormatWriter writer = open.accepts(accept) ? open : plain;
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      writer.write(text, registry.scrape());
    } catch (IOException impossible) {
      throw new IllegalStateException("writing to memory", impossible);
    }
    ResponseHead head = ResponseHead.secured(200).with("Content-Type", writer.getContentType());
    return Response.of(head, ResponseBody.of(text.toByteArray()));
  }
}

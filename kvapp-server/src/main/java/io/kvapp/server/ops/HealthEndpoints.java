package io.kvapp.server.ops;

import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.http.routing.Call;
import io.kvapp.server.http.routing.Route;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * {@code /healthz}: says that the process answers, to anybody and also while all connections are
 * taken.
 *
 * <p>Safe for any thread.
 */
public final class HealthEndpoints {
  private static final List<String> METHODS = List.of("GET", "HEAD");
  private static final ResponseHead OK =
      ResponseHead.secured(200).with("Content-Type", "text/plain; charset=utf-8");
  private static final byte[] BODY = "ok\n".getBytes(StandardCharsets.US_ASCII);

  private HealthEndpoints() {}

  /** The rows of the route table. */
  public static List<Route> routes() {
    return List.of(Route.probe("/healthz", METHODS, HealthEndpoints::isAlive));
  }

  private static Response isAlive(Call call) {
    return Response.of(OK, output -> output.write(BODY));
  }
}

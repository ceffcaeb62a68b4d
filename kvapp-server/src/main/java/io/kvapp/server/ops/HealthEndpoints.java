package io.kvapp.server.ops;

import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.http.routing.Route;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * {@code /healthz} says that the process answers, {@code /readyz} that its store works too and that
 * it is not about to stop: to anybody, and also while all connections are taken.
 *
 * <p>Safe for any thread.
 */
public final class HealthEndpoints {
  /** The path that says that the process answers. */
  public static final String HEALTH_PATH = "/healthz";

  /** The path that says whether the store works. */
  public static final String READY_PATH = "/readyz";

  private static final List<String> METHODS = List.of("GET", "HEAD");
  private static final ResponseHead OK =
      ResponseHead.secured(200).with("Content-Type", "text/plain; charset=utf-8");
  private static final byte[] BODY = "ok\n".getBytes(StandardCharsets.US_ASCII);

  private HealthEndpoints() {}

  /**
   * The rows of the route table.
   *
   * @param stopping whether the server is about to stop
   */
  public static List<Route> routes(KVStore store, BooleanSupplier stopping) {
    return List.of(
        Route.probe(HEALTH_PATH, METHODS, call -> ok()),
        Route.probe(READY_PATH, METHODS, call -> ready(store, stopping)));
  }

  private static Response ready(KVStore store, BooleanSupplier stopping) {
    if (stopping.getAsBoolean()) {
      throw new HttpException(503, "stopping", "the server is about to stop");
    }
    try {
      store.requireHealthy();
    } catch (KVException.ReadOnly failed) {
      // Whatever failed is in the log already, and probes come often.
      throw new HttpException(
          503, "read-only", "the store is read-only; the server's log says what to do");
    } catch (KVException.Unavailable | KVException.NotPermitted | KVException.NotSignedIn failed) {
      throw new HttpException(503, "unavailable", "the store cannot be reached");
    }
    return ok();
  }

  private static Response ok() {
    return Response.of(OK, output -> output.write(BODY));
  }
}

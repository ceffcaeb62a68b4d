package io.kvapp.server.http.routing;

import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import java.util.Map;
import java.util.function.Function;

/**
 * Finds the handler of a request: by its path, then by its method. Whatever a handler throws is
 * answered in one place.
 *
 * <p>All methods may be called from any thread.
 */
public final class Router implements Handler {
  private final Map<String, Route> routes;
  private final Function<Throwable, Response> errors;

  /**
   * A router.
   *
   * @param routes by the whole path
   * @param errors makes the response to a request that failed
   */
  public Router(Map<String, Route> routes, Function<Throwable, Response> errors) {
    this.routes = Map.copyOf(routes);
    this.errors = errors;
  }

  @Override
  public Response handle(Request request) {
    Route route = routes.get(request.path());
    if (route == null) {
      throw new HttpException(404, "unknown path");
    }
    if (!route.methods().contains(request.method())) {
      throw new HttpException.MethodNotAllowed(String.join(", ", route.methods()));
    }
    return route.handler().apply(request);
  }

  @Override
  public boolean isProbe(Request request) {
    Route route = routes.get(request.path());
    return route != null && route.isProbe();
  }

  @Override
  public Response error(Throwable failure, Request request) {
    return errors.apply(failure);
  }
}

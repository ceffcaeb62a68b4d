package io.kvapp.server.http.routing;

import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Octets;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Finds the handler of a request: by its path, then by its method. Itself it answers {@code OPTIONS
 * *}, with the methods of all paths. Whatever a handler throws is answered in one place.
 *
 * <p>All methods may be called from any thread.
 */
public final class Router implements Handler {
  /** Those of RFC 9110 and RFC 5789. */
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

  private static final String WHOLE_SERVER = "*";

  private final Map<String, Route> routes;
  private final Response allMethods;
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
    Set<String> methods = new TreeSet<>(List.of("OPTIONS"));
    routes.values().forEach(route -> methods.addAll(route.methods()));
    allMethods = Response.empty(ResponseHead.of(204).with("Allow", String.join(", ", methods)));
  }

  @Override
  public Response handle(Request request) {
    if (request.path().equals(WHOLE_SERVER) && request.method().equals("OPTIONS")) {
      return allMethods;
    }
    Route route = route(request);
    if (route == null) {
      throw new HttpException(404, "unknown path");
    }
    if (!route.methods().contains(request.method())) {
      if (!METHODS.contains(request.method())) {
        throw new HttpException(501, "unknown method");
      }
      throw new HttpException.MethodNotAllowed(String.join(", ", route.methods()));
    }
    return route.handler().apply(request);
  }

  @Override
  public boolean isProbe(Request request) {
    Route route = route(request);
    return route != null && route.isProbe();
  }

  private Route route(Request request) {
    String path = request.path();
    return routes.get(path.indexOf('%') < 0 ? path : decoded(path));
  }

  /**
   * A path without the percent-encodings that change nothing (RFC 3986, section 6.2.2.2): letters,
   * digits and {@code -._~}. An encoded slash stays one, and is not a slash.
   */
  private static String decoded(String path) {
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (at < path.length()) {
      char next = path.charAt(at);
      if (next == '%') {
        char octet = (char) Integer.parseInt(path.substring(at + 1, at + 3), 16);
        boolean isPlain = Octets.isUnreserved(octet);
        text.append(isPlain ? String.valueOf(octet) : path.substring(at, at + 3));
        at += 3;
      } else {
        text.append(next);
        at++;
      }
    }
    return text.toString();
  }

  @Override
  public Response error(Throwable failure, Request request) {
    return errors.apply(failure);
  }
}

package io.kvapp.server.http.routing;

import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import java.util.List;
import java.util.function.Function;

/**
 * The methods of a path and their handler.
 *
 * <p>Immutable, safe for any thread as far as its handler is.
 *
 * @param methods the methods that it answers, as requests name them
 * @param isProbe whether it is answered while all connections are taken
 * @param handler answers a request with one of these methods
 */
public record Route(List<String> methods, boolean isProbe, Function<Request, Response> handler) {
  /** Keeps a copy of the methods. */
  public Route {
    methods = List.copyOf(methods);
  }

  /** A route that is answered as long as there are connections to spare. */
  public static Route of(List<String> methods, Function<Request, Response> handler) {
    return new Route(methods, false, handler);
  }

  /** The route of a health probe. */
  public static Route probe(List<String> methods, Function<Request, Response> handler) {
    return new Route(methods, true, handler);
  }
}

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
 * @param handler answers a request with one of these methods
 */
public record Route(List<String> methods, Function<Request, Response> handler) {
  /** Keeps a copy of the methods. */
  public Route {
    methods = List.copyOf(methods);
  }
}

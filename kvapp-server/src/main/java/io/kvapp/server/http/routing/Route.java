package io.kvapp.server.http.routing;

import io.kvapp.server.http.message.Response;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * One row of the route table: some methods of a path, who may use them, and their handler.
 *
 * <p>A pattern is a whole path, such as {@code /v1/kv}, or a path that ends with a name in braces,
 * such as {@code /v1/kv/{key}}. The latter stands for every path that begins with what is before
 * the brace, whatever follows: slashes, dots and nothing at all are no exception. Other routes may
 * have the same pattern and other methods.
 *
 * <p>Immutable, safe for any thread as far as its handler is.
 *
 * @param pattern the path; also the name of the route in logs and figures
 * @param methods the methods that it answers, as requests name them
 * @param access who may use it
 * @param maxBodyBytes the largest body of a request, as far as the server takes it at all
 * @param isProbe whether it is answered while all connections are taken
 * @param handler answers a request with one of these methods
 */
public record Route(
    String pattern,
    List<String> methods,
    Access access,
    int maxBodyBytes,
    boolean isProbe,
    Function<Call, Response> handler) {
  /** Keeps a copy of the methods, and checks that nothing is null. */
  public Route {
    Objects.requireNonNull(pattern, "pattern");
    Objects.requireNonNull(access, "access");
    Objects.requireNonNull(handler, "handler");
    methods = List.copyOf(methods);
  }

  /** A route whose bodies have the limit of the server. */
  public static Route of(
      String pattern, List<String> methods, Access access, Function<Call, Response> handler) {
    return new Route(pattern, methods, access, Integer.MAX_VALUE, false, handler);
  }

  /** The route of a health probe, which is for anybody. */
  public static Route probe(
      String pattern, List<String> methods, Function<Call, Response> handler) {
    return new Route(pattern, methods, Access.ANYBODY, 0, true, handler);
  }

  /** This route with another limit of bodies. */
  public Route withMaxBody(int bytes) {
    return new Route(pattern, methods, access, bytes, isProbe, handler);
  }

  /** Whether the pattern ends with a name in braces. */
  boolean hasKey() {
    return pattern.endsWith("}");
  }

  /** The pattern without the name in braces. */
  String fixedPart() {
    return hasKey() ? pattern.substring(0, pattern.lastIndexOf('{')) : pattern;
  }
}

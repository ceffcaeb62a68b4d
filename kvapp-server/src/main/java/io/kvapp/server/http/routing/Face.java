package io.kvapp.server.http.routing;

import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import java.util.Objects;
import java.util.function.Function;

/**
 * What all paths of one contract have in common, those that are unknown included: how callers are
 * told, and what an error looks like.
 *
 * <p>Immutable, safe for any thread as far as its functions are.
 *
 * @param path the path that this face begins at, such as {@code /v1}; the empty path stands for
 *     everything that no other face has
 * @param answersOptions whether {@code OPTIONS} is answered with the methods of a path
 * @param callers tells the caller of a request for a route that asks for one; throws if there is
 *     none
 * @param errors makes the response to a request that failed
 */
public record Face(
    String path,
    boolean answersOptions,
    Function<Request, Caller> callers,
    Function<Throwable, Response> errors) {
  /** Checks that nothing is null. */
  public Face {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(callers, "callers");
    Objects.requireNonNull(errors, "errors");
  }

  /** Whether a path is this face's: its own, or one below it. */
  boolean covers(String other) {
    return other.startsWith(path)
        && (path.isEmpty()
            || other.length() == path.length()
            || other.charAt(path.length()) == '/');
  }
}

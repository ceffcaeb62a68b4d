package io.kvapp.server.classic;

import io.kvapp.server.auth.Authenticator;
import io.kvapp.server.auth.gate.TrustedProxies;
import io.kvapp.server.http.routing.Access;
import io.kvapp.server.http.routing.Face;
import io.kvapp.server.http.routing.Route;
import io.kvapp.server.service.EntryService;
import java.util.List;

/**
 * The three endpoints of the Python KVApp: their routes, and what they have in common.
 *
 * <p>All methods may be called from any thread.
 */
public final class ClassicEndpoints {
  private static final String TOKEN_HEADER = "x-access-tokens";
  private static final List<String> READING = List.of("GET", "HEAD", "POST");
  private static final List<String> WRITING = List.of("POST");

  private ClassicEndpoints() {}

  /** The rows of all three in the route table. */
  public static List<Route> routes(
      Authenticator authenticator, TrustedProxies proxies, EntryService entries) {
    AuthHandler auth = new AuthHandler(authenticator, proxies);
    InsertHandler insert = new InsertHandler(entries);
    SearchHandler search = new SearchHandler(entries, authenticator::requireGrant);
    return List.of(
        Route.of("/api/auth", READING, Access.ANYBODY, auth::handle)
            .withMaxBody(AuthHandler.MAX_BODY_BYTES),
        Route.of("/api/insert", WRITING, Access.WRITER, insert::handle),
        Route.of("/api/search", READING, Access.READER, search::handle));
  }

  /** What these paths, and all that no other face has, have in common. */
  public static Face face(Authenticator authenticator) {
    return new Face(
        "",
        false,
        request -> authenticator.verify(request.header(TOKEN_HEADER)),
        ErrorResponses::of);
  }
}

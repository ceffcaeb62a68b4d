package io.kvapp.server.classic;

import io.kvapp.server.auth.Authenticator;
import io.kvapp.server.auth.gate.TrustedProxies;
import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.routing.Route;
import io.kvapp.server.service.EntryService;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The three endpoints of the Python KVApp: their paths, methods and handlers.
 *
 * <p>All methods may be called from any thread.
 */
public final class ClassicEndpoints {
  private static final String TOKEN_HEADER = "x-access-tokens";
  private static final List<String> READING = List.of("GET", "HEAD", "POST");
  private static final List<String> WRITING = List.of("POST");

  private ClassicEndpoints() {}

  /** The routes of all three by their paths. */
  public static Map<String, Route> routes(
      Authenticator authenticator, TrustedProxies proxies, EntryService entries) {
    AuthHandler auth = new AuthHandler(authenticator, proxies);
    InsertHandler insert = new InsertHandler(entries);
    SearchHandler search = new SearchHandler(entries, authenticator::requireGrant);
    return Map.of(
        "/api/auth", Route.of(READING, auth::handle),
        "/api/insert", Route.of(WRITING, withToken(authenticator, insert)),
        "/api/search", Route.of(READING, withToken(authenticator, search)));
  }

  private static Function<Request, Response> withToken(
      Authenticator authenticator, TokenHandler handler) {
    return request -> {
      Caller caller = authenticator.verify(request.header(TOKEN_HEADER));
      request.user(caller.user());
      return handler.handle(request, caller);
    };
  }
}

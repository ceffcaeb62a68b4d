package io.kvapp.server.classic;

import io.kvapp.server.auth.Authenticator;
import io.kvapp.server.auth.gate.TrustedProxies;
import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.routing.Route;
import io.kvapp.server.http.routing.Router;
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

  /** A handler of all three, which any number of threads may call. */
  public static Handler handler(
      Authenticator authenticator, TrustedProxies proxies, EntryService entries) {
    AuthHandler auth = new AuthHandler(authenticator, proxies);
    InsertHandler insert = new InsertHandler(entries);
    SearchHandler search = new SearchHandler(entries, authenticator::requireGrant);
    return new Router(
        Map.of(
            "/api/auth", new Route(READING, auth::handle),
            "/api/insert", new Route(WRITING, withToken(authenticator, insert)),
            "/api/search", new Route(READING, withToken(authenticator, search))),
        ErrorResponses::of);
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

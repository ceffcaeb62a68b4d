package io.kvapp.server.http.routing;

import io.kvapp.server.auth.Authenticator;
import io.kvapp.server.auth.Authenticator.Bearer;
import io.kvapp.server.auth.gate.TrustedProxies;
import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.classic.AuthHandler;
import io.kvapp.server.classic.ErrorResponses;
import io.kvapp.server.classic.InsertHandler;
import io.kvapp.server.classic.SearchHandler;
import io.kvapp.server.classic.TokenHandler;
import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.service.EntryService;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The way from a request to its endpoint: path, then method, then token, then the endpoint's
 * handler; and from whatever fails to {@link ErrorResponses}.
 */
public final class Router implements Handler {
  private static final String TOKEN_HEADER = "x-access-tokens";
  private static final List<String> READING = List.of("GET", "HEAD", "POST");
  private static final List<String> WRITING = List.of("POST");

  /** A known path was asked for with a method that it does not have. */
  public static final class MethodNotAllowed extends RuntimeException {
    private final String allowed;

    private MethodNotAllowed(String allowed) {
      super("method not allowed; use " + allowed, null, false, false);
      this.allowed = allowed;
    }

    /** The methods that the path has. */
    public String allowed() {
      return allowed;
    }
  }

  private record Route(List<String> methods, Function<Request, Response> handler) {}

  private final Authenticator authenticator;
  private final Map<String, Route> routes;

  public Router(Authenticator authenticator, TrustedProxies proxies, EntryService entries) {
    this.authenticator = authenticator;
    AuthHandler auth = new AuthHandler(authenticator, proxies);
    routes =
        Map.of(
            "/api/auth", new Route(READING, auth::handle),
            "/api/insert", new Route(WRITING, withToken(new InsertHandler(entries))),
            "/api/search", new Route(READING, withToken(new SearchHandler(entries))));
  }

  @Override
  public Response handle(Request request) {
    Route route = routes.get(request.path());
    if (route == null) {
      throw new HttpException(404, "unknown path");
    }
    if (!route.methods.contains(request.method())) {
      throw new MethodNotAllowed(String.join(", ", route.methods));
    }
    return route.handler.apply(request);
  }

  @Override
  public Response error(Throwable failure, Request request) {
    return ErrorResponses.of(failure);
  }

  private Function<Request, Response> withToken(TokenHandler handler) {
    return request -> {
      Bearer last = request.kept() instanceof Bearer known ? known : null;
      Bearer bearer = authenticator.verify(request.header(TOKEN_HEADER), last);
      request.keep(bearer);
      Caller caller = bearer.caller();
      request.user(caller.user());
      return handler.handle(request, caller);
    };
  }
}

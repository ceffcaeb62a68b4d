package io.kvapp.server.auth.gate;

import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Lets the scripts of web pages from listed origins use the server (CORS), and answers the
 * questions that browsers ask beforehand. To pages from anywhere else it says nothing, so that
 * their browser keeps the response from them.
 *
 * <p>All methods may be called from any thread.
 */
public final class CorsHandler implements Handler {
  /** Stands for every origin. */
  public static final String ANY_ORIGIN = "*";

  private static final Pattern ORIGIN =
      Pattern.compile("https?://(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(:\\d{1,5})?");
  private static final ResponseHead PREFLIGHT =
      ResponseHead.of(204)
          .with("Access-Control-Allow-Methods", "GET, HEAD, PUT, POST, PATCH, DELETE")
          .with(
              "Access-Control-Allow-Headers",
              "Authorization, Content-Type, If-Match, If-None-Match, Last-Event-ID,"
                  + " X-Access-Tokens, X-Request-Id")
          .with("Access-Control-Max-Age", "600");

  private final Set<String> origins;
  private final Handler inner;

  /** Lets these origins use {@code inner}; {@link #ANY_ORIGIN} is all of them. */
  public CorsHandler(Set<String> origins, Handler inner) {
    this.origins = Set.copyOf(origins);
    this.inner = inner;
  }

  /**
   * Checks an origin of the list.
   *
   * @throws IllegalArgumentException if it is not {@code scheme://host}, {@code scheme://host:port}
   *     or {@link #ANY_ORIGIN}
   */
  public static String requireOrigin(String origin) {
    if (!origin.equals(ANY_ORIGIN) && !ORIGIN.matcher(origin).matches()) {
      throw new IllegalArgumentException(
          "corsOrigins: http(s)://host or http(s)://host:port without anything behind it, or * for"
              + " all, not \""
              + origin
              + "\"");
    }
    return origin;
  }

  @Override
  public Response handle(Request request) {
    boolean isPreflight =
        request.method().equals("OPTIONS")
            && request.header("access-control-request-method") != null
            && isListed(request.header("origin"));
    return marked(isPreflight ? Response.empty(PREFLIGHT) : inner.handle(request), request);
  }

  @Override
  public boolean isProbe(Request request) {
    return inner.isProbe(request);
  }

  @Override
  public Response error(Throwable failure, Request request) {
    return marked(inner.error(failure, request), request);
  }

  private Response marked(Response response, Request request) {
    ResponseHead head = response.head().with("Vary", "Origin");
    String origin = request.header("origin");
    if (isListed(origin)) {
      head =
          head.with("Access-Control-Allow-Origin", origin)
              .with(
                  "Access-Control-Expose-Headers",
                  "ETag, KVApp-Revision, KVApp-Expires-At, KVApp-Durability, Retry-After,"
                      + " X-Request-Id");
    }
    return response.body() == null ? Response.empty(head) : Response.of(head, response.body());
  }

  private boolean isListed(String origin) {
    return origin != null && (origins.contains(origin) || origins.contains(ANY_ORIGIN));
  }
}

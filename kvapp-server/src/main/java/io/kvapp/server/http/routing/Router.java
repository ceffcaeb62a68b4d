package io.kvapp.server.http.routing;

import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Finds the handler of a request in the route table: by its path, then by its method; then it asks
 * for the caller and its role. What remains is for the handler. Itself it answers {@code OPTIONS
 * *}, with the methods of all paths, and {@code OPTIONS} of the paths whose face wishes so.
 * Whatever a handler throws is answered by the face of the path.
 *
 * <p>All methods may be called from any thread.
 */
public final class Router implements Handler {
  /** Those of RFC 9110 and RFC 5789. */
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

  private static final String WHOLE_SERVER = "*";
  private static final String OPTIONS = "OPTIONS";

  private final Map<String, Resource> whole = new HashMap<>();
  private final List<Resource> withKey = new ArrayList<>();
  private final List<Face> faces;
  private final Response allMethods;

  /**
   * A router.
   *
   * @param routes in the order in which the header {@code Allow} is to name their methods; two with
   *     one pattern have no method in common
   * @param faces one of them has the empty path; where two cover a path, the one with the longer
   *     path has it
   */
  public Router(List<Route> routes, List<Face> faces) {
    this.faces =
        faces.stream()
            .sorted(Comparator.comparing((Face face) -> face.path().length()).reversed())
            .toList();
    Map<String, List<Route>> byPattern =
        routes.stream()
            .collect(
                Collectors.groupingBy(Route::pattern, LinkedHashMap::new, Collectors.toList()));
    byPattern.values().forEach(this::add);
    withKey.sort(Comparator.comparing((Resource each) -> each.path.length()).reversed());
    Set<String> methods = new TreeSet<>(List.of(OPTIONS));
    routes.forEach(route -> methods.addAll(route.methods()));
    allMethods = Response.empty(ResponseHead.of(204).with("Allow", String.join(", ", methods)));
  }

  private void add(List<Route> routes) {
    Resource resource = new Resource(routes, face(routes.get(0).fixedPart()));
    if (routes.get(0).hasKey()) {
      withKey.add(resource);
    } else {
      whole.put(resource.path, resource);
    }
  }

  @Override
  public Response handle(Request request) {
    if (request.path().equals(WHOLE_SERVER) && request.method().equals(OPTIONS)) {
      request.route(WHOLE_SERVER);
      return allMethods;
    }
    String path = request.path();
    Resource resource = resource(path);
    if (resource == null && path.indexOf('%') >= 0) {
      path = PercentEncoding.normalized(path);
      resource = resource(path);
    }
    if (resource == null) {
      throw new HttpException(404, "unknown path");
    }
    request.route(resource.pattern);
    Route route = resource.routes.get(request.method());
    return route == null
        ? resource.withoutRoute(request.method())
        : route.handler().apply(call(request, route, resource, path));
  }

  private static Call call(Request request, Route route, Resource resource, String path) {
    Caller caller = null;
    if (route.access() != Access.ANYBODY) {
      caller = resource.face.callers().apply(request);
      request.user(caller.user());
      route.access().require(caller);
    }
    byte[] key = route.hasKey() ? PercentEncoding.decoded(path, resource.path.length()) : null;
    return new Call(request, route, caller, key);
  }

  @Override
  public boolean isProbe(Request request) {
    Resource resource = resource(PercentEncoding.normalized(request.path()));
    return resource != null && resource.routes.values().stream().anyMatch(Route::isProbe);
  }

  @Override
  public Response error(Throwable failure, Request request) {
    return face(PercentEncoding.normalized(request.path())).errors().apply(failure);
  }

  private Resource resource(String path) {
    Resource found = whole.get(path);
    for (int index = 0; found == null && index < withKey.size(); index++) {
      Resource each = withKey.get(index);
      found = path.startsWith(each.path) ? each : null;
    }
    return found;
  }

  private Face face(String path) {
    return faces.stream().filter(face -> face.covers(path)).findFirst().orElseThrow();
  }

  /** The routes of one pattern. */
  private static final class Resource {
    private final String pattern;
    private final String path;
    private final Face face;
    private final Map<String, Route> routes = new LinkedHashMap<>();
    private final String allowed;
    private final Response options;

    private Resource(List<Route> routes, Face face) {
      this.pattern = routes.get(0).pattern();
      this.path = routes.get(0).fixedPart();
      this.face = face;
      for (Route route : routes) {
        route.methods().forEach(method -> add(method, route));
      }
      String methods = String.join(", ", this.routes.keySet());
      allowed = face.answersOptions() ? methods + ", " + OPTIONS : methods;
      options = Response.empty(ResponseHead.of(204).with("Allow", allowed));
    }

    private void add(String method, Route route) {
      if (routes.put(method, route) != null) {
        throw new IllegalArgumentException(method + " " + pattern + " has two routes");
      }
    }

    private Response withoutRoute(String method) {
      if (face.answersOptions() && method.equals(OPTIONS)) {
        return options;
      }
      if (!METHODS.contains(method)) {
        throw new HttpException(501, "unknown method");
      }
      throw new HttpException.MethodNotAllowed(allowed);
    }
  }
}

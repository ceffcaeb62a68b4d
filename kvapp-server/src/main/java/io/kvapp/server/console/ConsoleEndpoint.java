package io.kvapp.server.console;

import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.http.routing.Access;
import io.kvapp.server.http.routing.Call;
import io.kvapp.server.http.routing.Route;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * {@code /console/}: the console, and {@code /}, which leads there. Its files hold no data, so
 * anybody may have them; what they show comes from the v1 face, on whose terms they ask for it.
 *
 * <p>The files are read from the class path once. Browsers keep them, and ask each time whether
 * they are still the same.
 *
 * <p>All methods may be called from any thread.
 */
public final class ConsoleEndpoint {
  /** The path that all files of the console are below. */
  public static final String PATH = "/console";

  private static final String FOLDER = PATH + "/";
  private static final String INDEX = "index.html";

  /** The paths that links of any page may lead to. */
  public static final Set<String> PAGES = Set.of("/", FOLDER);

  /** Our own files; the library is added to them by the build. */
  private static final List<String> FILES =
      List.of(
          INDEX,
          "api.js",
          "browse.js",
          "changes.js",
          "console.css",
          "console.js",
          "entry.js",
          "feed.js",
          "icon.svg",
          "overview.js",
          "preact.js",
          "ui.js");

  private static final List<String> METHODS = List.of("GET", "HEAD");
  private static final Response REDIRECT =
      Response.empty(ResponseHead.secured(303).with("Location", FOLDER));

  private final Map<String, ConsoleFile> files = new TreeMap<>();

  private ConsoleEndpoint() {
    FILES.forEach(name -> files.put(name, ConsoleFile.read(name)));
    files.put("", files.remove(INDEX));
  }

  /** The rows of the route table. */
  public static List<Route> routes() {
    ConsoleEndpoint console = new ConsoleEndpoint();
    return List.of(
        Route.of("/", METHODS, Access.ANYBODY, call -> REDIRECT),
        Route.of(PATH, METHODS, Access.ANYBODY, call -> REDIRECT),
        Route.of(FOLDER + "{file}", METHODS, Access.ANYBODY, console::file));
  }

  private Response file(Call call) {
    Request request = call.request();
    ConsoleFile file = files.get(new String(call.key(), StandardCharsets.ISO_8859_1));
    if (file == null) {
      throw new HttpException(404, "unknown path");
    }
    return file.response(request.header("if-none-match"));
  }
}

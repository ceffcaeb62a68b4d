package io.kvapp.server.ops;

import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseBody;
import io.kvapp.server.http.message.ResponseHead;
import io.kvapp.server.http.routing.Access;
import io.kvapp.server.http.routing.Route;
import io.kvapp.server.json.PlainYaml;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * {@code /openapi.json}: the description of the v1 face for programs, to anybody.
 *
 * <p>All methods may be called from any thread.
 */
public final class OpenApiEndpoint {
  /** The path of the description. */
  public static final String PATH = "/openapi.json";

  private static final String DOCUMENT = "openapi.yaml";

  private OpenApiEndpoint() {}

  /** The row of the route table. */
  public static List<Route> routes() {
    ResponseHead head = ResponseHead.secured(200).with("Content-Type", "application/json");
    ResponseBody body = ResponseBody.of(json().getBytes(StandardCharsets.UTF_8));
    return List.of(
        Route.of(PATH, List.of("GET", "HEAD"), Access.ANYBODY, call -> Response.of(head, body)));
  }

  private static String json() {
    try (InputStream yaml =
        Objects.requireNonNull(OpenApiEndpoint.class.getResourceAsStream(DOCUMENT), DOCUMENT)) {
      return PlainYaml.toJson(new String(yaml.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException unreadable) {
      throw new UncheckedIOException("reading " + DOCUMENT, unreadable);
    }
  }
}

package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import io.kvapp.server.http.connection.RawClient.Answer;
import io.kvapp.server.json.PlainYaml;
import io.kvapp.server.ops.OpenApiEndpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** Holds every response of a test to the OpenAPI document. */
final class ContractRecorder {
  static final JsonObject DOCUMENT =
      JsonParser.parseString(PlainYaml.toJson(yaml())).getAsJsonObject();

  private static final String KEY_PATH = "/v1/kv/{key}";
  private static final List<String> HEADERS =
      List.of(
          "ETag",
          "KVApp-Revision",
          "KVApp-Expires-At",
          "KVApp-Durability",
          "Allow",
          "Retry-After",
          "WWW-Authenticate");
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(Dialects.getDraft202012());
  private static final Map<String, Schema> SCHEMAS = new ConcurrentHashMap<>();

  private ContractRecorder() {}

  /** The document as it was written. */
  static String yaml() {
    try (InputStream yaml = OpenApiEndpoint.class.getResourceAsStream("openapi.yaml")) {
      return new String(yaml.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /**
   * Fails if a response is not what the document says; returns the status as it declares it. The
   * classic face is not in it.
   */
  static String check(String method, String target, Answer answer) {
    String path = target.replaceFirst("\\?.*", "");
    JsonObject paths = DOCUMENT.getAsJsonObject("paths");
    String template = paths.has(path) || !path.startsWith("/v1/kv/") ? path : KEY_PATH;
    String verb = method.equals("HEAD") ? "get" : method.toLowerCase(Locale.ROOT);
    if (path.startsWith("/api/")) {
      return "";
    }
    if (!paths.has(template) || !paths.getAsJsonObject(template).has(verb)) {
      assertThat(answer.status()).as("%s %s", method, target).isIn(204, 400, 404, 405, 501);
      return "";
    }
    JsonObject operation = paths.getAsJsonObject(template).getAsJsonObject(verb);
    if (answer.status() < 400) {
      checkParameters(operation, method, target);
    }
    JsonObject responses = operation.getAsJsonObject("responses");
    String status = Integer.toString(answer.status());
    boolean isDeclared = responses.has(status);
    assertThat(isDeclared || answer.status() >= 400)
        .as("%s %s: %s", method, target, status)
        .isTrue();
    JsonObject response =
        isDeclared
            ? responses.getAsJsonObject(status)
            : DOCUMENT
                .getAsJsonObject("components")
                .getAsJsonObject("responses")
                .getAsJsonObject("Problem");
    checkHeaders(response, answer, method + " " + target);
    if (answer.body().length > 0) {
      checkBody(response, answer, method + " " + target);
    }
    return template + " " + verb + " " + (isDeclared ? status : "default");
  }

  /** Every response that the document declares. */
  static Set<String> declared() {
    Set<String> all = new TreeSet<>();
    DOCUMENT
        .getAsJsonObject("paths")
        .entrySet()
        .forEach(
            path ->
                path.getValue().getAsJsonObject().entrySet().stream()
                    .filter(verb -> verb.getValue().isJsonObject())
                    .forEach(
                        verb ->
                            verb
                                .getValue()
                                .getAsJsonObject()
                                .getAsJsonObject("responses")
                                .keySet()
                                .stream()
                                .map(status -> path.getKey() + " " + verb.getKey() + " " + status)
                                .forEach(all::add)));
    return all;
  }

  /** A request that is answered has no parameter that the document does not declare. */
  private static void checkParameters(JsonObject operation, String method, String target) {
    String query = target.indexOf('?') < 0 ? "" : target.substring(target.indexOf('?') + 1);
    for (String parameter : query.split("&")) {
      String name =
          URLDecoder.decode(parameter.replaceFirst("=.*", ""), StandardCharsets.ISO_8859_1);
      assertThat(name.isEmpty() || queryParameters(operation).contains(name))
          .as("%s %s: parameter %s", method, target, name)
          .isTrue();
    }
  }

  /** The names of the query parameters that an operation declares. */
  static Set<String> queryParameters(JsonObject operation) {
    Set<String> names = new TreeSet<>();
    if (operation.has("parameters")) {
      for (JsonElement each : operation.getAsJsonArray("parameters")) {
        JsonObject parameter = each.getAsJsonObject();
        if (parameter.get("in").getAsString().equals("query")) {
          names.add(parameter.get("name").getAsString());
        }
      }
    }
    return names;
  }

  private static void checkHeaders(JsonObject response, Answer answer, String request) {
    JsonObject declared =
        response.has("headers") ? response.getAsJsonObject("headers") : new JsonObject();
    for (String name : HEADERS) {
      if (answer.header(name).isPresent()) {
        assertThat(declared.has(name)).as("%s: header %s", request, name).isTrue();
      }
    }
  }

  private static void checkBody(JsonObject response, Answer answer, String request) {
    String type = answer.header("Content-Type").orElseThrow().replaceFirst(";.*", "");
    JsonObject content = response.getAsJsonObject("content");
    assertThat(content).as("%s: a body of %s", request, type).isNotNull();
    String declared = content.has(type) ? type : "*/*";
    assertThat(content.has(declared)).as("%s: content type %s", request, type).isTrue();
    JsonObject media = content.getAsJsonObject(declared);
    if (type.endsWith("json")
        && media.has("schema")
        && media.getAsJsonObject("schema").has("$ref")) {
      String ref = media.getAsJsonObject("schema").get("$ref").getAsString();
      Schema schema = SCHEMAS.computeIfAbsent(ref, ContractRecorder::schema);
      assertThat(schema.validate(answer.text(), InputFormat.JSON))
          .as("%s: %s", request, answer.text())
          .isEmpty();
    }
  }

  private static Schema schema(String ref) {
    JsonObject root = new JsonObject();
    root.addProperty("$ref", ref);
    root.add("components", DOCUMENT.get("components"));
    return REGISTRY.getSchema(root.toString(), InputFormat.JSON);
  }
}

package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import io.kvapp.KVStore;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.auth.Authenticator;
import io.kvapp.server.auth.gate.TrustedProxies;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import io.kvapp.server.http.routing.Route;
import io.kvapp.server.ops.HealthEndpoints;
import io.kvapp.server.ops.MetricsEndpoint;
import io.kvapp.server.ops.OpenApiEndpoint;
import io.kvapp.server.service.EntryService;
import io.kvapp.server.service.SearchLimits;
import io.kvapp.server.settings.PrefixScope;
import io.kvapp.server.transfer.Backups;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

final class OpenApiTest {
  @Test
  void document_ofTheServer_isTheYamlAsJson() throws IOException {
    try (V1Client client = new V1Client()) {
      assertThat(new ObjectMapper().readTree(client.call("GET", "/openapi.json").text()))
          .isEqualTo(new YAMLMapper().readTree(ContractRecorder.yaml()));
    }
  }

  @Test
  void document_references_areThere() {
    List<String> references = new ArrayList<>();
    collect(ContractRecorder.DOCUMENT, references);
    assertThat(references).isNotEmpty();
    for (String reference : references) {
      JsonElement found = ContractRecorder.DOCUMENT;
      for (String name : reference.substring(2).split("/")) {
        found = found.getAsJsonObject().get(name);
        assertThat(found).as(reference).isNotNull();
      }
    }
  }

  @Test
  void document_isValidOpenApi() throws IOException {
    try (InputStream schema = OpenApiTest.class.getResourceAsStream("openapi-3.1.json")) {
      assertThat(
              SchemaRegistry.withDefaultDialect(Dialects.getDraft202012())
                  .getSchema(new String(schema.readAllBytes(), StandardCharsets.UTF_8))
                  .validate(ContractRecorder.DOCUMENT.toString(), InputFormat.JSON))
          .isEmpty();
    }
  }

  @Test
  void parameters_everyDeclaredOne_isKnown(@TempDir Path folder) throws IOException {
    try (V1Client client = new V1Client(HttpEndpoint.builder().backupDirectory(folder))) {
      for (String operation : operations()) {
        String[] parts = operation.split(" ");
        JsonObject declared =
            ContractRecorder.DOCUMENT
                .getAsJsonObject("paths")
                .getAsJsonObject(parts[0])
                .getAsJsonObject(parts[1]);
        for (String name : ContractRecorder.queryParameters(declared)) {
          assertThat(
                  List.of(isKnown(client, parts, name, ""), isKnown(client, parts, name, "key=a&")))
              .as("%s: %s", operation, name)
              .contains(true);
        }
      }
    }
  }

  /**
   * Whether the first unknown parameter is the one behind this one.
   *
   * @param before names a key where the operation is about one
   */
  private static boolean isKnown(V1Client client, String[] operation, String name, String before)
      throws IOException {
    String path = operation[0].replace("{key}", "a");
    String query = (name.equals("key") ? "" : before) + name + "=a&~=";
    Answer answer = client.call(operation[1].toUpperCase(Locale.ROOT), path + "?" + query);
    return V1Client.code(answer).equals("unknown-parameter")
        && V1Client.json(answer).get("parameter").getAsString().equals("~");
  }

  @Test
  void operations_areThoseOfTheRouteTable() {
    InstantSource clock = InstantSource.system();
    List<Route> routes = new ArrayList<>(OpenApiEndpoint.routes());
    try (KVStore store = KVStore.inMemory()) {
      EntryService entries = new EntryService(store, PrefixScope.KEYS, SearchLimits.NONE);
      TxnLimits txn = TxnLimits.of(store.limits());
      routes.addAll(
          V1Endpoints.routes(
              entries, Authenticator.inMemory(clock), new WatchCounts(), clock, txn));
      routes.addAll(
          SessionHandler.routes(Authenticator.inMemory(clock), new TrustedProxies(List.of())));
      routes.addAll(InfoHandler.routes(store, 1, txn));
      routes.addAll(HealthEndpoints.routes(store, () -> false));
      routes.addAll(
          AdminHandler.routes(
              store,
              Optional.of(new Backups(store, Path.of("backups"), 1, clock)),
              new ReentrantLock()));
      Supplier<ServerFigures> figures = () -> new ServerFigures(0, 0, 0, 0, 0, 0, 0, 0, 0);
      routes.addAll(
          StatsHandler.routes(store.admin(), figures, Optional.empty(), Optional.empty()));
      routes.addAll(new MetricsEndpoint(store, figures, Optional.empty()).routes());
    }
    Set<String> expected = new TreeSet<>();
    for (Route route : routes) {
      route.methods().stream()
          .filter(method -> !method.equals("HEAD"))
          .map(method -> route.pattern() + " " + method.toLowerCase(Locale.ROOT))
          .forEach(expected::add);
    }
    assertThat(operations()).isEqualTo(expected);
  }

  /** The path and the verb of each operation in the document. */
  private static Set<String> operations() {
    Set<String> documented = new TreeSet<>();
    JsonObject paths = ContractRecorder.DOCUMENT.getAsJsonObject("paths");
    for (String path : paths.keySet()) {
      paths.getAsJsonObject(path).keySet().stream()
          .filter(verb -> !verb.equals("parameters"))
          .forEach(verb -> documented.add(path + " " + verb));
    }
    return documented;
  }

  @Test
  void responses_everyDeclaredOne_isSeen(@TempDir Path folder) throws IOException {
    Set<String> seen = new TreeSet<>();
    try (V1Client client = new V1Client(HttpEndpoint.builder().backupDirectory(folder))) {
      client.onResponse(seen::add);
      for (String target : new String[] {"/v1/kv/a?", "/v1/kv?key=a&"}) {
        String text = "If-Match: 7";
        client.send("PUT", target, "x");
        client.send("PUT", target, "x");
        client.send("PUT", target, "x", text);
        client.send("PUT", target + "tll=1", "x");
        client.send("PUT", target, "x", "Content-Encoding: gzip");
        String tag = client.call("GET", target).header("ETag").orElseThrow();
        client.call("GET", target, "If-None-Match: " + tag);
        client.call("GET", target, text);
        client.call("GET", target + "tll=1");
        client.call("GET", target.replace("a", "none"));
        client.call("PATCH", target + "ttl=1h");
        client.call("PATCH", target);
        client.call("PATCH", target + "ttl=1h", text);
        client.call("PATCH", target.replace("a", "none") + "ttl=1h");
        client.call("POST", target + "add=1");
        client.call("POST", target);
        client.call("POST", target.replace("a", "n") + "add=1");
        client.call("DELETE", target, text);
        client.call("DELETE", target + "tll=1");
        client.call("DELETE", target);
        client.call("DELETE", target);
      }
      client.call("DELETE", "/v1/kv?all=true");
      for (String target : new String[] {"/v1/count", "/v1/export", "/v1", "/v1/kv", "/v1/stats"}) {
        client.call("GET", target);
        client.call("GET", target + "?tll=1");
      }
      String add = "{\"op\":\"add\",\"key\":\"t\"}";
      client.store().put("t", "text");
      client.send("POST", "/v1/txn", "{\"then\":[{\"op\":\"get\",\"key\":\"t\"}]}");
      client.send("POST", "/v1/txn", "{}");
      client.send("POST", "/v1/txn", "{\"then\":[" + add + "]}");
      client.send("POST", "/v1/txn", "{\"then\":[" + (add + ",").repeat(10_000) + add + "]}");
      client.send(
          "POST", "/v1/txn", "{\"if\":[{\"key\":\"t\",\"exists\":false}],\"then\":[" + add + "]}");
      client.send("POST", "/v1/import", "{\"end\":true,\"entries\":0}");
      client.send("POST", "/v1/import", "x");
      client.send("POST", "/v1/import?tll=1", "");
      client.call("GET", "/v1/auth");
      client.call("POST", "/v1/auth");
      client.call("GET", "/v1/changes");
      client.call("GET", "/v1/changes?after=1");
      client.call("GET", "/v1/watch?after=1");
      client.call("GET", "/v1/changes?tll=1");
      client.call("GET", "/v1/watch?tll=1");
      client.call("POST", "/v1/admin/backup?name=a");
      client.call("POST", "/v1/admin/backup?name=a");
      for (String work : new String[] {"backup", "compact", "verify"}) {
        client.call("POST", "/v1/admin/" + work);
        client.call("POST", "/v1/admin/" + work + "?tll=1");
      }
      client.call("GET", "/v1/admin/recovery");
      client.call("GET", "/v1/admin/recovery?tll=1");
      client.call("GET", "/healthz");
      client.call("GET", "/readyz");
      client.call("GET", "/metrics");
      client.call("GET", "/metrics", "Accept: application/openmetrics-text");
      client.call("GET", "/openapi.json");
      seen.add(watch(client.port()));
      // A request through a proxy is refused on every path.
      for (String operation : operations()) {
        String[] parts = operation.split(" ");
        client.call(
            parts[1].toUpperCase(Locale.ROOT), parts[0].replace("{key}", "a"), "Forwarded: for=x");
      }
    }
    assertThat(seen).containsAll(ContractRecorder.declared());
  }

  /** The head of a stream, which does not end, as the document declares it. */
  private static String watch(int port) throws IOException {
    try (RawClient client = new RawClient(port)) {
      client.send("GET /v1/watch HTTP/1.1\r\nHost: localhost\r\n\r\n");
      List<String> head = List.of(client.until("\r\n\r\n").split("\r\n"));
      int status = Integer.parseInt(head.get(0).split(" ")[1]);
      Answer answer = new Answer(status, head.subList(1, head.size()), new byte[0]);
      return ContractRecorder.check("GET", "/v1/watch", answer);
    }
  }

  private static void collect(JsonElement element, List<String> references) {
    if (element.isJsonArray()) {
      element.getAsJsonArray().forEach(each -> collect(each, references));
    } else if (element.isJsonObject()) {
      JsonObject object = JsonParser.parseString(element.toString()).getAsJsonObject();
      object
          .entrySet()
          .forEach(
              member -> {
                if (member.getKey().equals("$ref")) {
                  references.add(member.getValue().getAsString());
                } else {
                  collect(member.getValue(), references);
                }
              });
    }
  }
}

package io.kvapp.server.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.kvapp.KVServer;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.auth.users.UserRegister;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import io.kvapp.server.settings.AuthSettings;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConsoleEndpointTest {
  private static final int MAX_OWN_BYTES = 60_000;
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';";

  private static KVServer server;

  @BeforeAll
  static void start() {
    server = serve(HttpEndpoint.builder());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/console", "/?a=b"})
  void root_leadsToTheConsole(String path) throws IOException {
    for (String method : List.of("GET", "HEAD")) {
      Answer answer = answer(method, path);
      assertThat(answer.status()).isEqualTo(303);
      assertThat(answer.header("Location")).hasValue("/console/");
      assertThat(answer.body()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', text/html; charset=utf-8",
    "console.css, text/css; charset=utf-8",
    "console.js, text/javascript; charset=utf-8",
    "preact.js, text/javascript; charset=utf-8",
    "icon.svg, image/svg+xml",
    "con%73ole.js, text/javascript; charset=utf-8",
  })
  void file_hasTypePolicyAndTag(String name, String type) throws IOException {
    Answer answer = answer("GET", "/console/" + name);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).hasValue(type);
    assertThat(answer.header("Content-Length")).hasValue(Integer.toString(answer.body().length));
    assertThat(answer.header("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(answer.header("Cache-Control")).hasValue("no-cache");
    assertThat(answer.header("Cross-Origin-Resource-Policy")).hasValue("same-origin");
    assertThat(answer.header("Referrer-Policy")).hasValue("no-referrer");
    String policy = answer.header("Content-Security-Policy").orElseThrow();
    assertThat(policy).startsWith(POLICY).doesNotContain("unsafe");

    Answer head = answer("HEAD", "/console/" + name);
    assertThat(head.body()).isEmpty();
    for (String header : List.of("Content-Type", "Content-Length", "ETag")) {
      assertThat(head.header(header)).isEqualTo(answer.header(header));
    }
  }

  @Test
  void file_thatTheBrowserHas_isNotSentAgain() throws IOException {
    String tag = answer("GET", "/console/api.js").header("ETag").orElseThrow();
    for (String known : List.of(tag, "W/" + tag, "\"x\", " + tag, "*")) {
      Answer answer = answer("GET", "/console/api.js", "If-None-Match: " + known);
      assertThat(answer.status()).isEqualTo(304);
      assertThat(answer.header("ETag")).hasValue(tag);
      assertThat(answer.body()).isEmpty();
    }
    assertThat(answer("GET", "/console/ui.js", "If-None-Match: " + tag).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "none.js",
        "index.html",
        "preact.LICENSE",
        "ConsoleFile.class",
        "../ops/openapi.yaml",
        "..%2fops%2fopenapi.yaml",
        "/api.js",
        "api.js/",
        "api.js%00",
        "API.js",
        "%FF"
      })
  void path_thatIsNoFile_is404(String path) throws IOException {
    Answer answer = answer("GET", "/console/" + path);
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.header("Content-Type")).hasValue("application/problem+json");
    assertThat(JsonParser.parseString(answer.text()).getAsJsonObject().get("code").getAsString())
        .isEqualTo("unknown-path");
  }

  @Test
  void otherMethods_areRefused() throws IOException {
    for (String method : List.of("POST", "PUT", "DELETE")) {
      Answer answer = answer(method, "/console/");
      assertThat(answer.status()).isEqualTo(405);
      assertThat(answer.header("Allow")).hasValue("GET, HEAD, OPTIONS");
    }
  }

  @Test
  void console_thatIsNotWanted_isUnknown() throws IOException {
    try (KVServer without = serve(HttpEndpoint.builder().console(false));
        RawClient client = new RawClient(without.port())) {
      for (String path : List.of("/", "/console", "/console/", "/console/api.js")) {
        assertThat(client.send(request("GET", path)).read().status()).isEqualTo(404);
      }
      // A link of another page leads nowhere, either.
      String link = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate";
      assertThat(client.send(request("GET", "/", link, "Sec-Fetch-Dest: document")).read().status())
          .isEqualTo(403);
    }
  }

  @Test
  void console_withUsers_isForAnybody(@TempDir Path folder) throws IOException {
    Path users = folder.resolve("users.json");
    new UserRegister(users).add("ann", Role.READER, List.of(""), "ann's password");
    AuthSettings auth = AuthSettings.defaults().withUsersFile(users);
    try (KVServer withUsers = serve(HttpEndpoint.builder().auth(auth));
        RawClient client = new RawClient(withUsers.port())) {
      assertThat(client.send(request("GET", "/")).read().status()).isEqualTo(303);
      assertThat(client.send(request("GET", "/console/")).read().status()).isEqualTo(200);
      assertThat(client.send(request("GET", "/v1/kv")).read().status()).isEqualTo(401);
    }
  }

  @Test
  void files_ofOurOwn_areFewBytesAndAllServed() throws Exception {
    int bytes = 0;
    for (Path file : ownFiles()) {
      String name = file.getFileName().toString();
      byte[] content = Files.readAllBytes(file);
      bytes += content.length;
      assertThat(answer("GET", "/console/" + name.replace("index.html", "")).body())
          .as(name)
          .isEqualTo(content);
    }
    assertThat(bytes).isBetween(1, MAX_OWN_BYTES);
  }

  @Test
  void files_ofOurOwn_runNothingFromElsewhereAndNoMarkup() throws Exception {
    for (Path file : ownFiles()) {
      String text = Files.readString(file).replace("http://www.w3.org/2000/svg", "");
      assertThat(text)
          .as(file.getFileName().toString())
          .doesNotContainPattern("https?://")
          .doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")
          .doesNotContain(
              "new Function", "srcdoc", "style=", "onclick=", "localStorage", ".cookie");
    }
  }

  @Test
  void library_comesWithItsLicence() throws IOException {
    try (var licence = ConsoleEndpoint.class.getResourceAsStream("preact.LICENSE")) {
      assertThat(new String(licence.readAllBytes(), StandardCharsets.UTF_8))
          .contains("MIT License", "Jason Miller");
    }
  }

  private static List<Path> ownFiles() throws IOException, URISyntaxException {
    Path folder = Path.of(ConsoleEndpoint.class.getResource("index.html").toURI()).getParent();
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !file.toString().endsWith(".class"))
          .filter(file -> !file.getFileName().toString().startsWith("preact."))
          .toList();
    }
  }

  private static KVServer serve(HttpEndpoint.Builder endpoint) {
    return KVServer.builder().inMemory().port(0).endpoint(endpoint.build()).build().start();
  }

  private static String request(String method, String path, String... headers) {
    String lines = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
    return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + lines + "\r\n";
  }

  private static Answer answer(String method, String path, String... headers) throws IOException {
    try (RawClient client = new RawClient(server.port())) {
      return client.send(request(method, path, headers)).read(method.equals("HEAD"));
    }
  }
}

package io.kvapp.server.auth.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.KVException;
import io.kvapp.KVServer;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.auth.users.UserRegister;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import io.kvapp.server.settings.AuthSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CorsHandlerTest {
  private static final String LISTED = "https://app.example.org";
  private static final String PREFLIGHT =
      "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: x-access-tokens\r\n";

  @Test
  void preflight_listedOrigin_isAllowed() throws IOException {
    Answer answer = ask(List.of(LISTED), "OPTIONS /api/insert", LISTED, PREFLIGHT);
    assertThat(answer.status()).isEqualTo(204);
    assertThat(answer.header("Access-Control-Allow-Origin")).contains(LISTED);
    assertThat(answer.header("Access-Control-Allow-Methods").orElseThrow()).contains("POST");
    assertThat(answer.header("Access-Control-Allow-Headers").orElseThrow())
        .containsIgnoringCase("x-access-tokens")
        .containsIgnoringCase("content-type");
    assertThat(answer.header("Vary")).contains("Origin");
    assertThat(answer.header("Access-Control-Allow-Credentials")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example.org",
        "http://app.example.org",
        "https://app.example.org:8443",
        "https://app.example.org.evil.net",
        "null"
      })
  void preflight_anyOtherOrigin_isNot(String origin) throws IOException {
    Answer answer = ask(List.of(LISTED), "OPTIONS /api/insert", origin, PREFLIGHT);
    assertThat(answer.status()).isEqualTo(403);
    assertNothingAllowed(answer);
    assertThat(answer.header("Vary")).contains("Origin");
  }

  @Test
  void response_toAListedOrigin_isReadable_errorsToo() throws IOException {
    Answer token = ask(List.of("http://localhost:3000", LISTED), "GET /api/auth", LISTED, "");
    assertThat(token.status()).isEqualTo(200);
    assertThat(token.header("Access-Control-Allow-Origin")).contains(LISTED);
    Answer refused = ask(List.of(LISTED), "GET /api/search", LISTED, "");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.header("Access-Control-Allow-Origin")).contains(LISTED);
    Answer broken = ask(List.of(LISTED), "GET /api/search", LISTED, "Content-Length: x\r\n");
    assertThat(broken.status()).isEqualTo(400);
    assertThat(broken.header("Access-Control-Allow-Origin")).contains(LISTED);
  }

  @Test
  void byDefault_nothingIsAllowed() throws IOException {
    Answer preflight = ask(List.of(), "OPTIONS /api/insert", LISTED, PREFLIGHT);
    assertThat(preflight.status()).isEqualTo(403);
    assertNothingAllowed(preflight);
    Answer token = ask(List.of(), "GET /api/auth", LISTED, "");
    assertThat(token.status()).isEqualTo(403);
    assertNothingAllowed(token);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "**",
        "null",
        "app.example.org",
        "https://a.org/",
        "https://a.org/x",
        "ftp://a.org"
      })
  void corsOrigins_notAnOrigin_isRefused(String origin) {
    assertThatThrownBy(() -> HttpEndpoint.builder().corsOrigins(List.of(origin)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("corsOrigins: ")
        .hasMessageContaining('"' + origin + '"');
  }

  @Test
  void corsOrigins_any_isForServersWithUsersAlone(@TempDir Path folder) throws IOException {
    HttpEndpoint.Builder endpoint = HttpEndpoint.builder().corsOrigins(List.of("*"));
    KVServer open = KVServer.builder().inMemory().port(0).endpoint(endpoint.build()).build();
    assertThatThrownBy(open::start)
        .isInstanceOf(KVException.class)
        .hasMessageContainingAll("the origin *", "--users FILE");
    Path users = folder.resolve("users.json");
    new UserRegister(users).add("ann", Role.WRITER, List.of(""), "ann's password");
    endpoint.auth(AuthSettings.defaults().withUsersFile(users));
    try (KVServer server =
            KVServer.builder().inMemory().port(0).endpoint(endpoint.build()).build().start();
        RawClient client = new RawClient(server.port())) {
      client.send(
          "OPTIONS /v1/kv/a HTTP/1.1\r\nHost: kv.example\r\nOrigin: https://any.example\r\n"
              + "Access-Control-Request-Method: PUT\r\n\r\n");
      Answer preflight = client.read();
      assertThat(preflight.status()).isEqualTo(204);
      assertThat(preflight.header("Access-Control-Allow-Origin")).contains("https://any.example");
      assertThat(preflight.header("Access-Control-Allow-Methods"))
          .contains("GET, HEAD, PUT, POST, PATCH, DELETE");
      assertThat(preflight.header("Access-Control-Allow-Headers"))
          .contains(
              "Authorization, Content-Type, If-Match, If-None-Match, Last-Event-ID,"
                  + " X-Access-Tokens, X-Request-Id");
      client.send(
          "GET /v1/kv/a HTTP/1.1\r\nHost: kv.example\r\nOrigin: https://any.example\r\n\r\n");
      Answer refused = client.read();
      assertThat(refused.status()).isEqualTo(401);
      assertThat(refused.header("Access-Control-Expose-Headers"))
          .contains(
              "ETag, KVApp-Revision, KVApp-Expires-At, KVApp-Durability, Retry-After,"
                  + " X-Request-Id");
    }
  }

  private static void assertNothingAllowed(Answer answer) {
    assertThat(answer.headers()).noneMatch(line -> line.startsWith("Access-Control-"));
  }

  private static Answer ask(List<String> origins, String line, String origin, String headers)
      throws IOException {
    HttpEndpoint endpoint = HttpEndpoint.builder().corsOrigins(origins).build();
    try (KVServer server =
            KVServer.builder().inMemory().port(0).endpoint(endpoint).build().start();
        RawClient client = new RawClient(server.port())) {
      client.send(
          line + " HTTP/1.1\r\nHost: localhost\r\nOrigin: " + origin + "\r\n" + headers + "\r\n");
      return client.read();
    }
  }
}

package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.kvapp.KVServer;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.SteppedClock;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.auth.users.UserRegister;
import io.kvapp.server.http.connection.RawClient.Answer;
import io.kvapp.server.settings.AuthSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SessionHandlerTest {
  private static final String PASSWORD = "correct horse battery";
  private static final String BODY = "{\"user\":\"ann\",\"password\":\"" + PASSWORD + "\"}";

  @TempDir private static Path folder;
  private static Path users;

  private final SteppedClock clock = new SteppedClock();
  private V1Client local;
  private V1Client client;

  @BeforeAll
  static void addUsers() {
    users = folder.resolve("users.json");
    UserRegister register = new UserRegister(users);
    register.add("ann", Role.WRITER, List.of("app/", "ő"), PASSWORD);
    register.add("mona", Role.MONITOR, List.of(""), PASSWORD);
  }

  @BeforeEach
  void start() throws IOException {
    client = new V1Client(KVServer.builder().inMemory().clock(clock), endpoint());
    local = new V1Client(KVServer.builder().inMemory().clock(clock), HttpEndpoint.builder());
  }

  private static HttpEndpoint.Builder endpoint() {
    AuthSettings settings =
        AuthSettings.defaults()
            .withUsersFile(users)
            .withTokenLifetime(Duration.ofMinutes(30))
            .withSessionLifetime(Duration.ofMinutes(70));
    return HttpEndpoint.builder().auth(settings);
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    local.close();
  }

  @Test
  void post_userAndPassword_isATokenWithWhatItIsGoodFor() throws IOException {
    for (Answer answer :
        List.of(
            client.send("POST", "/v1/auth", BODY), client.call("POST", "/v1/auth", basic("ann")))) {
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("Cache-Control")).contains("no-store");
      JsonObject session = V1Client.json(answer);
      assertThat(session.get("expires_at").getAsString()).isEqualTo("2026-01-02T03:34:05.000Z");
      assertThat(session.get("user").getAsString()).isEqualTo("ann");
      assertThat(session.get("role").getAsString()).isEqualTo("writer");
      assertThat(session.get("prefixes").toString()).isEqualTo("[\"app/\",\"ő\"]");
      String token = session.get("token").getAsString();
      assertThat(client.send("PUT", "/v1/kv/app/x", "v", bearer(token)).status())
          .isBetween(200, 204);
      assertThat(client.call("GET", "/v1/kv/app/x", "x-access-tokens: " + token).text())
          .isEqualTo("v");
      session.remove("token");
      assertThat(V1Client.json(client.call("GET", "/v1/auth", bearer(token)))).isEqualTo(session);
    }
  }

  @Test
  void post_token_renewsUntilTheSessionEnds() throws IOException {
    String token = token(client.send("POST", "/v1/auth", BODY));
    clock.advance(Duration.ofMinutes(25));
    String second = token(client.call("POST", "/v1/auth", bearer(token)));
    clock.advance(Duration.ofMinutes(25));
    assertProblem(client.call("POST", "/v1/auth", bearer(token)), 401, "token-expired");
    JsonObject last = V1Client.json(client.call("POST", "/v1/auth", bearer(second)));
    assertThat(last.get("expires_at").getAsString()).isEqualTo("2026-01-02T04:14:05.000Z");
    assertThat(last.get("prefixes").toString()).isEqualTo("[\"app/\",\"ő\"]");
    clock.advance(Duration.ofMinutes(20));
    String over = last.get("token").getAsString();
    assertThat(client.call("GET", "/v1/auth", bearer(over)).status()).isEqualTo(200);
    assertProblem(client.call("POST", "/v1/auth", bearer(over)), 401, "token-expired");
    assertThat(client.send("POST", "/v1/auth", BODY, bearer(over)).status()).isEqualTo(200);
  }

  @Test
  void post_tokenOfTheClassicFace_isRenewedFromItsIssueOn() throws IOException {
    String classic = token(client.send("POST", "/api/auth", BODY));
    clock.advance(Duration.ofMinutes(29));
    String renewed = token(client.call("POST", "/v1/auth", bearer(classic)));
    clock.advance(Duration.ofMinutes(29));
    JsonObject last = V1Client.json(client.call("POST", "/v1/auth", bearer(renewed)));
    assertThat(last.get("expires_at").getAsString()).isEqualTo("2026-01-02T04:14:05.000Z");
  }

  @Test
  void post_wrong_isAProblemWithoutABasicChallenge() throws IOException {
    assertProblem(client.call("POST", "/v1/auth"), 401, "bad-credentials");
    assertProblem(client.call("POST", "/v1/auth", bearer("a.b.c")), 401, "token-invalid");
    assertProblem(client.send("POST", "/v1/auth", "{\"user\":\"ann\"}"), 400, "bad-json");
    assertProblem(client.send("POST", "/v1/auth", "ann"), 400, "bad-json");
    assertProblem(client.call("POST", "/v1/auth?ttl=1h"), 400, "unknown-parameter");
    Answer wrong = client.send("POST", "/v1/auth", BODY.replace("horse", "donkey"));
    assertProblem(wrong, 401, "bad-credentials");
    assertThat(wrong.header("WWW-Authenticate")).contains("Bearer realm=\"kvapp\"");
    int status = 401;
    while (status == 401) {
      wrong = client.send("POST", "/v1/auth", BODY.replace("horse", "donkey"));
      status = wrong.status();
    }
    assertProblem(wrong, 429, "slow-down");
    assertThat(wrong.header("Retry-After")).isPresent();
  }

  @Test
  void request_withoutToken_is401WithUsers() throws IOException {
    for (String path : List.of("/v1", "/v1/auth", "/v1/kv", "/v1/kv/app/x", "/v1/count")) {
      Answer answer = client.call("GET", path);
      assertProblem(answer, 401, "token-missing");
      assertThat(answer.header("WWW-Authenticate")).contains("Bearer realm=\"kvapp\"");
      answer = client.call("GET", path, bearer("x"));
      assertProblem(answer, 401, "token-invalid");
      assertThat(answer.header("WWW-Authenticate").orElseThrow()).contains("invalid_token");
    }
    assertProblem(client.call("GET", "/v1/kv/x", basic("ann")), 401, "token-missing");
  }

  @Test
  void request_ofAMonitor_seesNoEntries() throws IOException {
    String token = token(client.call("POST", "/v1/auth", basic("mona")));
    assertThat(client.call("GET", "/v1", bearer(token)).status()).isEqualTo(200);
    assertProblem(client.call("GET", "/v1/kv/app/x", bearer(token)), 403, "forbidden");
    assertProblem(client.send("PUT", "/v1/kv/app/x", "v", bearer(token)), 403, "forbidden");
  }

  @Test
  void local_needsNoToken_andChecksOneThatIsSent() throws IOException {
    JsonObject me = V1Client.json(local.call("GET", "/v1/auth"));
    assertThat(me).hasToString("{\"user\":\"local\",\"role\":\"admin\",\"prefixes\":[\"\"]}");
    JsonObject session = V1Client.json(local.call("POST", "/v1/auth"));
    assertThat(session.get("role").getAsString()).isEqualTo("admin");
    String token = session.get("token").getAsString();
    assertThat(local.call("GET", "/v1/kv", bearer(token)).status()).isEqualTo(200);
    assertProblem(local.call("GET", "/v1/kv", bearer(token + "x")), 401, "token-invalid");
    clock.advance(Duration.ofMinutes(29));
    token = token(local.call("POST", "/v1/auth", bearer(token)));
    clock.advance(Duration.ofMinutes(29));
    assertThat(local.call("GET", "/v1/kv", bearer(token)).status()).isEqualTo(200);
    clock.advance(Duration.ofMinutes(2));
    assertProblem(local.call("GET", "/v1/kv", bearer(token)), 401, "token-expired");
  }

  @Test
  void info_namesVersionAndLimits() throws IOException {
    JsonObject info = V1Client.json(local.call("GET", "/v1"));
    assertThat(info.get("version").getAsString()).isNotEmpty();
    JsonObject limits = info.getAsJsonObject("limits");
    assertThat(limits.get("key_bytes").getAsInt()).isEqualTo(4_096);
    assertThat(limits.get("value_bytes").getAsInt()).isEqualTo(16 << 20);
    assertThat(info.get("durability").getAsString()).isEqualTo("os");
    assertThat(limits.get("batch_bytes").getAsInt()).isEqualTo((16 << 20) + 4_096);
    assertThat(limits.get("txn_operations").getAsInt()).isEqualTo(10_000);
    assertThat(limits.get("watchers").getAsInt()).isEqualTo(256);
    Answer head = local.call("HEAD", "/v1");
    assertThat(head.status()).isEqualTo(200);
    Answer options = local.call("OPTIONS", "/v1/auth");
    assertThat(options.status()).isEqualTo(204);
    assertThat(options.header("Allow")).contains("GET, HEAD, POST, OPTIONS");
  }

  private static String token(Answer answer) {
    assertThat(answer.status()).isEqualTo(200);
    return V1Client.json(answer).get("token").getAsString();
  }

  private static void assertProblem(Answer answer, int status, String code) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(V1Client.code(answer)).isEqualTo(code);
  }

  private static String bearer(String token) {
    return "Authorization: Bearer " + token;
  }

  private static String basic(String user) {
    byte[] pair = (user + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8);
    return "Authorization: Basic " + Base64.getEncoder().encodeToString(pair);
  }
}

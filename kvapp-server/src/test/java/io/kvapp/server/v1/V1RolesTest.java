package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.kvapp.KVServer;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.auth.users.UserRegister;
import io.kvapp.server.http.connection.RawClient.Answer;
import io.kvapp.server.settings.AuthSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each role may do, and what is left of it outside of a user's prefixes. */
final class V1RolesTest {
  @TempDir private static Path folder;
  private static V1Client client;
  private static final Map<String, String> TOKENS = new HashMap<>();

  @BeforeAll
  static void start() throws IOException {
    Path file = folder.resolve("users.json");
    UserRegister users = new UserRegister(file);
    users.add("mon", Role.MONITOR, List.of(""), "a password");
    users.add("rea", Role.READER, List.of(""), "a password");
    users.add("lim", Role.WRITER, List.of("b/", "d/"), "a password");
    users.add("wri", Role.WRITER, List.of(""), "a password");
    users.add("adm", Role.ADMIN, List.of(""), "a password");
    client =
        new V1Client(
            KVServer.builder().inMemory(),
            HttpEndpoint.builder().auth(AuthSettings.defaults().withUsersFile(file)));
    for (String user : List.of("mon", "rea", "lim", "wri", "adm")) {
      String basic =
          Base64.getEncoder()
              .encodeToString((user + ":a password").getBytes(StandardCharsets.UTF_8));
      Answer signedIn = client.call("GET", "/api/auth", "Authorization: Basic " + basic);
      TOKENS.put(
          user,
          JsonParser.parseString(signedIn.text()).getAsJsonObject().get("token").getAsString());
    }
  }

  @AfterAll
  static void stop() throws IOException {
    client.close();
  }

  @BeforeEach
  void fill() {
    for (String key : List.of("a/1", "b/1", "b/2", "c/1", "d/1")) {
      client.store().put(key, "1");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // method target                   | body | mon | rea | lim | wri | adm
        "GET     /v1/kv/a/1                |      | 403 | 200 | 403 | 200 | 200",
        "HEAD    /v1/kv/none               |      | 403 | 404 | 403 | 404 | 404",
        "GET     /v1/kv?key=b/1            |      | 403 | 200 | 200 | 200 | 200",
        "PUT     /v1/kv/a/1                | x    | 403 | 403 | 403 | 204 | 204",
        "PUT     /v1/kv/b/1                | x    | 403 | 403 | 204 | 204 | 204",
        "PUT     /v1/kv?key=b              | x    | 403 | 403 | 403 | 201 | 204",
        "PUT     /v1/kv/a/1?tll=1h         | x    | 403 | 403 | 403 | 400 | 400",
        "PUT     /v1/kv?tll=1h&key=a/1     | x    | 403 | 403 | 403 | 400 | 400",
        "PATCH   /v1/kv/a/1?ttl=1h         |      | 403 | 403 | 403 | 204 | 204",
        "PATCH   /v1/kv/b/1?ttl=1h         |      | 403 | 403 | 204 | 204 | 204",
        "POST    /v1/kv/a/1?add=1          |      | 403 | 403 | 403 | 200 | 200",
        "POST    /v1/kv/b/1?add=1          |      | 403 | 403 | 200 | 200 | 200",
        "DELETE  /v1/kv/c/1                |      | 403 | 403 | 403 | 204 | 404",
        "GET     /v1/kv                    |      | 403 | 200 | 200 | 200 | 200",
        "GET     /v1/kv?prefix=a/          |      | 403 | 200 | 403 | 200 | 200",
        "GET     /v1/kv?from=c             |      | 403 | 200 | 200 | 200 | 200",
        "GET     /v1/kv?from=e             |      | 403 | 200 | 403 | 200 | 200",
        "GET     /v1/count?prefix=b/       |      | 403 | 200 | 200 | 200 | 200",
        "GET     /v1/count?prefix=c        |      | 403 | 200 | 403 | 200 | 200",
        "GET     /v1/export?prefix=c       |      | 403 | 200 | 403 | 200 | 200",
        "POST    /v1/admin/compact         |      | 403 | 403 | 403 | 403 | 204",
        "POST    /v1/admin/verify          |      | 403 | 403 | 403 | 403 | 200",
        "GET     /v1/admin/recovery        |      | 403 | 403 | 403 | 403 | 200",
        "POST    /v1/admin/backup?name=a   |      | 404 | 404 | 404 | 404 | 404",
        "GET     /v1/stats                 |      | 200 | 200 | 403 | 200 | 200",
        "DELETE  /v1/kv?prefix=b           |      | 403 | 403 | 403 | 200 | 200",
        "DELETE  /v1/kv?prefix=b/2         |      | 403 | 403 | 200 | 200 | 200",
        "DELETE  /v1/kv?all=true           |      | 403 | 403 | 403 | 200 | 200",
      })
  void request_ofEachRole(String line, String body, int mon, int rea, int lim, int wri, int adm)
      throws IOException {
    String[] methodAndTarget = line.split(" +");
    Map<String, Integer> expected = new java.util.LinkedHashMap<>();
    expected.put("mon", mon);
    expected.put("rea", rea);
    expected.put("lim", lim);
    expected.put("wri", wri);
    expected.put("adm", adm);
    for (Map.Entry<String, Integer> each : expected.entrySet()) {
      Answer answer = as(each.getKey(), methodAndTarget[0], methodAndTarget[1], body);
      assertThat(answer.status()).as("%s %s", each.getKey(), line).isEqualTo(each.getValue());
      if (answer.status() == 403 && !methodAndTarget[0].equals("HEAD")) {
        assertThat(V1Client.code(answer)).isEqualTo("forbidden");
      }
    }
  }

  @Test
  void list_limited_showsTheGrantedPart() throws IOException {
    Answer list = as("lim", "GET", "/v1/kv?keys_only=true", null);
    assertThat(list.text()).contains("b/1", "b/2", "d/1", "\"filtered\":true");
    assertThat(list.text()).doesNotContain("a/1", "c/1");
    assertThat(as("lim", "GET", "/v1/kv?prefix=b/", null).text()).doesNotContain("filtered");
    assertThat(as("lim", "GET", "/v1/count", null).text())
        .startsWith("{\"count\":3,")
        .endsWith(",\"filtered\":true}");
    assertThat(as("lim", "GET", "/v1/export", null).text())
        .contains("\"entries\":3,")
        .endsWith(",\"filtered\":true}\n");
    assertThat(as("rea", "GET", "/v1/kv", null).text()).doesNotContain("filtered");
  }

  @Test
  void txn_needsAGrantForEachKey() throws IOException {
    String read = "{\"then\":[{\"op\":\"get\",\"key\":\"b/1\"}]}";
    assertThat(as("mon", "POST", "/v1/txn", read).status()).isEqualTo(403);
    assertThat(as("rea", "POST", "/v1/txn", read).status()).isEqualTo(200);
    assertThat(as("lim", "POST", "/v1/txn", read).status()).isEqualTo(200);
    assertThat(as("lim", "POST", "/v1/txn", read.replace("b/1", "a/1")).status()).isEqualTo(403);
    String write = "{\"then\":[{\"op\":\"put\",\"key\":\"b/9\",\"value\":\"\"}]}";
    assertThat(as("rea", "POST", "/v1/txn", write).status()).isEqualTo(403);
    assertThat(as("lim", "POST", "/v1/txn", write).status()).isEqualTo(200);
    String condition = "{\"if\":[{\"key\":\"a/1\",\"exists\":true}]," + write.substring(1);
    assertThat(as("lim", "POST", "/v1/txn", condition).status()).isEqualTo(403);
    assertThat(as("wri", "POST", "/v1/txn", condition).status()).isEqualTo(200);
  }

  @Test
  void import_needsAGrantForEachKey() throws IOException {
    String lines = "{\"key\":\"b/8\",\"value\":\"\"}\n";
    assertThat(as("rea", "POST", "/v1/import", lines).status()).isEqualTo(403);
    assertThat(as("lim", "POST", "/v1/import", lines).status()).isEqualTo(200);
    Answer refused = as("lim", "POST", "/v1/import", lines.replace("b/8", "c/8"));
    assertThat(refused.status()).isEqualTo(403);
    assertThat(V1Client.json(refused).get("imported").getAsInt()).isZero();
  }

  @Test
  void request_withoutAValidToken_is401() throws IOException {
    Answer missing = client.call("GET", "/v1/kv/a/1");
    assertThat(missing.status()).isEqualTo(401);
    assertThat(V1Client.code(missing)).isEqualTo("token-missing");
    assertThat(missing.header("WWW-Authenticate")).contains("Bearer realm=\"kvapp\"");
    Answer invalid = client.call("PUT", "/v1/kv/a/1", "Authorization: Bearer nonsense");
    assertThat(invalid.status()).isEqualTo(401);
    assertThat(V1Client.code(invalid)).isEqualTo("token-invalid");
    assertThat(invalid.header("WWW-Authenticate"))
        .contains("Bearer realm=\"kvapp\", error=\"invalid_token\"");
    assertThat(client.call("GET", "/v1/kv/a/1", "x-access-tokens: " + TOKENS.get("rea")).status())
        .isEqualTo(200);
  }

  private static Answer as(String user, String method, String target, String body)
      throws IOException {
    return client.send(method, target, body, "Authorization: Bearer " + TOKENS.get(user));
  }
}

package io.kvapp.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.auth.token.KeyFile;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.auth.users.UserRegister;
import io.kvapp.server.command.ChildServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server of its own whose log shows everything there is. */
class SecretsInLogsTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final List<String> TRACE =
      List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=trace");
  private static final String PASSWORD = "correct horse battery";
  private static final String GUESS = "wrong donkey capacitor";

  @TempDir private Path folder;
  private final List<String> secrets = new ArrayList<>(List.of(PASSWORD, GUESS));

  @Test
  void log_signInsTokensAndKeysGoodAndBad_holdsNoSecret() throws Exception {
    Path users = folder.resolve("users.json");
    new UserRegister(users).add("ann", Role.WRITER, List.of(""), PASSWORD);
    Path keyFile = folder.resolve("shared.key");
    new KeyFile(keyFile).create();
    String key = Files.readAllLines(keyFile).get(1);
    secrets.add(key.substring(0, 20));
    try (ChildServer server =
        ChildServer.start(
            folder,
            TRACE,
            "--users",
            users.toString(),
            "--signing-key",
            keyFile.toString(),
            "--access-log")) {
      String token = signInAndFail(server);
      for (String bad :
          List.of(token + "A", "x" + token, token.replace('.', ','), "no token at all")) {
        assertThat(search(server, bad)).isEqualTo(400);
      }
      Files.writeString(keyFile, key.substring(0, 30));
      assertThat(search(server, "look at the files")).isEqualTo(400);
      Files.writeString(users, Files.readString(users).replace("\"hash\"", "\"other\""));
      assertThat(search(server, "look at the files")).isEqualTo(400);
      server.terminate();
      server.awaitEnd();

      assertThat(server.log())
          .contains("signing key file " + keyFile + " has changed and cannot be used")
          .contains("users file " + users + " has changed and cannot be used")
          .contains("POST /api/auth 200", "POST /api/auth 401")
          .containsPattern("DEBUG|TRACE")
          .doesNotContain(secrets);
    }
  }

  /** Signs in rightly and wrongly, by both ways; returns a token. */
  private String signInAndFail(ChildServer server) throws Exception {
    String json = "{\"user\":\"ann\",\"password\":\"%s\"}";
    HttpResponse<String> right = post(server, "auth", "x-none", "", json.formatted(PASSWORD));
    assertThat(right.statusCode()).isEqualTo(200);
    String token = right.body().replaceAll("\\{\"token\":\"(.*)\"}", "$1");
    secrets.addAll(List.of(token.split("\\.")[1], token.split("\\.")[2]));
    assertThat(search(server, token)).isEqualTo(204);
    assertThat(post(server, "auth", "x-access-tokens", token, json.formatted(GUESS)).statusCode())
        .isEqualTo(401);
    assertThat(basic(server, PASSWORD)).isEqualTo(200);
    assertThat(basic(server, GUESS)).isEqualTo(401);
    return token;
  }

  private int basic(ChildServer server, String password) throws Exception {
    byte[] pair = ("ann:" + password).getBytes(StandardCharsets.UTF_8);
    String encoded = Base64.getEncoder().encodeToString(pair);
    secrets.add(encoded);
    return post(server, "auth", "Authorization", "Basic " + encoded, "").statusCode();
  }

  private static int search(ChildServer server, String token) throws Exception {
    return post(server, "search", "x-access-tokens", token, "{\"key\":\"none\"}").statusCode();
  }

  private static HttpResponse<String> post(
      ChildServer server, String endpoint, String header, String value, String body)
      throws Exception {
    URI uri = URI.create("http://localhost:" + server.port() + "/api/" + endpoint);
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header(header, value)
            .POST(BodyPublishers.ofString(body))
            .build();
    return CLIENT.send(request, BodyHandlers.ofString());
  }
}

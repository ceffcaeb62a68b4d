package io.kvapp.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers, each a process of its own, that sign with one key. */
class SharedKeyTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final String KEY = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=";
  private static final Map<String, String> NOTHING = Map.of();
  private static final Map<String, String> WITH_KEY = Map.of("KVAPP_SIGNING_KEY", KEY);

  @TempDir private Path folder;

  @Test
  void call_keyInAFile_isRotatedWhileTwoServersShareIt() throws Exception {
    assertThat(CommandProcess.run(folder, "", "key", "create", "--file", "k").exitCode()).isZero();
    try (CommandProcess first = start(NOTHING, "--signing-key", "k");
        CommandProcess second = start(NOTHING, "--signing-key", "k")) {
      int firstPort = first.awaitPort();
      int secondPort = second.awaitPort();
      String old = token(firstPort);
      assertThat(search(secondPort, old)).isEqualTo(204);

      assertThat(CommandProcess.run(folder, "", "key", "rotate", "--file", "k").exitCode())
          .isZero();

      assertThat(search(firstPort, token(secondPort))).isEqualTo(204);
      assertThat(search(secondPort, token(firstPort))).isEqualTo(204);
      assertThat(search(firstPort, old)).isEqualTo(204);
      assertThat(search(secondPort, old)).isEqualTo(204);
    }
  }

  @Test
  void call_keyInTheEnvironment_isShared() throws Exception {
    try (CommandProcess first = start(WITH_KEY, "--token-lifetime", "8h");
        CommandProcess second = start(WITH_KEY);
        CommandProcess other = start(NOTHING)) {
      String token = token(first.awaitPort());

      assertThat(search(second.awaitPort(), token)).isEqualTo(204);
      assertThat(search(other.awaitPort(), token)).isEqualTo(400);
      String reserves =
          new String(Base64.getUrlDecoder().decode(token.split("\\.")[1]), StandardCharsets.UTF_8);
      var parsed = JsonParser.parseString(reserves).getAsJsonObject();
      assertThat(parsed.get("exp").getAsLong() - parsed.get("iat").getAsLong())
          .isEqualTo(8 * 60 * 60);
    }
  }

  private CommandProcess start(Map<String, String> environment, String... options)
      throws Exception {
    List<String> all = new ArrayList<>(List.of("--port", "0", "--in-memory"));
    all.addAll(List.of(options));
    return CommandProcess.start(folder, environment, all);
  }

  private static String token(int port) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(uri(port, "auth")).build();
    String body = CLIENT.send(request, BodyHandlers.ofString()).body();
    return body.replaceAll("\\{\"token\":\"(.*)\"}", "$1");
  }

  /** The status: 204, as there is no such key, where the token is taken; else 400. */
  private static int search(int port, String token) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(uri(port, "search"))
            .header("x-access-tokens", token)
            .POST(BodyPublishers.ofString("{\"key\":\"none\"}"))
            .build();
    return CLIENT.send(request, BodyHandlers.ofString()).statusCode();
  }

  private static URI uri(int port, String endpoint) {
    return URI.create("http://localhost:" + port + "/api/" + endpoint);
  }
}

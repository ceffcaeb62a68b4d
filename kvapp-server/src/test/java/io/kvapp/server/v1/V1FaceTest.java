package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.kvapp.KVServer;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong with a request for a path of v1, the answer is a problem. */
final class V1FaceTest {
  private static final String HEAD = " HTTP/1.1\r\nHost: localhost\r\n";

  private static KVServer server;

  @BeforeAll
  static void start() {
    server = KVServer.builder().inMemory().port(0).build().start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET /v1/none | '' | 404 | unknown-path",
        "GET /%76%31/none | '' | 404 | unknown-path",
        "GET /v1/kv/\u00e9 | '' | 400 | bad-request",
        "GET /v1/kv/%F | '' | 400 | bad-request",
        "GET /v1/kv/a b | '' | 400 | bad-request",
        "GET /v1/kv/a | 'Content-Length: x\r\n' | 400 | bad-request",
        "GET /v1/kv/a | 'Expect: x\r\n' | 417 | bad-request",
        "GET /v1/kv/a | 'Origin: http://evil.example\r\n' | 403 | cross-origin",
        "GET /v1/kv/a | 'Forwarded: for=a\r\n' | 403 | proxied",
      })
  void request_thatFails_isAProblem(String line, String headers, int status, String code)
      throws IOException {
    assertProblem(answer(line + HEAD + headers + "\r\n"), status, code);
  }

  @Test
  void request_forAnotherHost_isAProblem() throws IOException {
    assertProblem(answer("GET /v1 HTTP/1.1\r\nHost: evil\r\n\r\n"), 403, "wrong-host");
  }

  @Test
  void request_beyondTheLimits_isAProblemThatNamesThem() throws IOException {
    JsonObject line =
        assertProblem(
            answer("GET /v1/kv/" + "a".repeat(16 << 10) + HEAD + "\r\n"), 414, "too-large");
    assertThat(line.get("limit").getAsInt()).isEqualTo(16 << 10);
    JsonObject head =
        assertProblem(
            answer("GET /v1/none" + HEAD + "A: " + "a".repeat(32 << 10) + "\r\n\r\n"),
            431,
            "too-large");
    assertThat(head.get("limit").getAsInt()).isEqualTo(32 << 10);
  }

  @Test
  void request_withTheLongestKey_isNotTooLong() throws IOException {
    assertProblem(
        answer("GET /v1/none/" + "%FF".repeat(4_096) + HEAD + "\r\n"), 404, "unknown-path");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/x", "/v1x", "/v2", "//v1/none", "/api/none", "/V1"})
  void path_outside_isAnsweredAsTheClassicFaceDoes(String path) throws IOException {
    Answer answer = answer("GET " + path + HEAD + "\r\n");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.header("Content-Type")).contains("application/json");
    assertThat(answer.text()).isEqualTo("{\"msg\":\"unknown path\"}");
  }

  private static JsonObject assertProblem(Answer answer, int status, String code) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).contains("application/problem+json");
    JsonObject problem = JsonParser.parseString(answer.text()).getAsJsonObject();
    assertThat(problem.get("code").getAsString()).isEqualTo(code);
    assertThat(problem.get("status").getAsInt()).isEqualTo(status);
    return problem;
  }

  private static Answer answer(String request) throws IOException {
    try (RawClient client = new RawClient(server.port())) {
      return client.send(request).read();
    }
  }
}

package io.kvapp.server.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.kvapp.KVException;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.InMemoryBody;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseBody;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class ProblemTest {
  @Test
  void problem_refusal_hasTitleStatusCodeDetailAndMembers() throws IOException {
    ResponseBody current =
        output -> output.write("{\"key\":\"k\"}".getBytes(StandardCharsets.US_ASCII));
    Response response =
        Problem.of(
            new HttpException(412, "conflict", "k has revision 57, not \"41\"")
                .with("current", current)
                .with("failed", null)
                .with("index", 3)
                .with("word", "ő\n")
                .withHeader("ETag", "\"57\""));
    assertThat(response.head().status()).isEqualTo(412);
    assertThat(response.head().header("Content-Type")).contains("application/problem+json");
    assertThat(response.head().header("ETag")).contains("\"57\"");
    assertThat(response.head().header("Cache-Control")).contains("no-store");
    assertThat(InMemoryBody.textOf(response))
        .isEqualTo(
            "{\"type\":\"about:blank\",\"title\":\"Precondition Failed\",\"status\":412,"
                + "\"code\":\"conflict\",\"detail\":\"k has revision 57, not \\\"41\\\"\","
                + "\"current\":{\"key\":\"k\"},\"failed\":null,\"index\":3,\"word\":\"ő\\n\"}");
  }

  @ParameterizedTest
  @CsvSource({
    "400, bad-request, Bad Request",
    "403, forbidden, Forbidden",
    "408, too-slow, Request Timeout",
    "413, too-large, Content Too Large",
    "414, too-large, URI Too Long",
    "415, unsupported-encoding, Unsupported Media Type",
    "417, bad-request, Expectation Failed",
    "429, slow-down, Too Many Requests",
    "431, too-large, Request Header Fields Too Large",
    "503, busy, Service Unavailable",
    "505, bad-request, HTTP Version Not Supported"
  })
  void problem_statusAlone_hasItsCodeAndTitle(int status, String code, String title)
      throws IOException {
    JsonObject problem = problem(new HttpException(status, "words"), status);
    assertThat(problem.get("code").getAsString()).isEqualTo(code);
    assertThat(problem.get("title").getAsString()).isEqualTo(title);
    assertThat(problem.get("detail").getAsString()).isEqualTo("words");
  }

  @Test
  void problem_unknownPathOrMethod_saysWhereToLook() throws IOException {
    JsonObject path = problem(new HttpException(404, "unknown path"), 404);
    assertThat(path.get("code").getAsString()).isEqualTo("unknown-path");
    assertThat(path.get("detail").getAsString()).contains("/openapi.json");
    JsonObject method = problem(new HttpException(501, "unknown method"), 501);
    assertThat(method.get("code").getAsString()).isEqualTo("unknown-method");
    assertThat(method.get("detail").getAsString()).contains("OPTIONS");
  }

  @ParameterizedTest
  @MethodSource
  void problem_failureOfTheServer_saysNoMoreThanItMay(Throwable thrown, int status, String code)
      throws IOException {
    JsonObject problem = problem(thrown, status);
    assertThat(problem.get("code").getAsString()).isEqualTo(code);
    assertThat(problem.toString()).doesNotContain("secret");
  }

  static Stream<Arguments> problem_failureOfTheServer_saysNoMoreThanItMay() {
    Path path = Path.of("secret");
    IOException cause = new IOException("secret");
    return Stream.of(
        Arguments.of(new KVException.NoSpace(path, 1, null), 507, "disk-full"),
        Arguments.of(new KVException.ReadOnly(path, cause), 500, "damaged"),
        Arguments.of(new KVException.ReadOnly("secret"), 503, "read-only"),
        Arguments.of(new KVException.WrongState("secret"), 503, "stopping"),
        Arguments.of(new KVException.Unsupported("secret"), 501, "unsupported"),
        Arguments.of(new KVException.Corrupt("secret"), 500, "damaged"),
        Arguments.of(new KVException("secret"), 500, "internal"),
        Arguments.of(new OutOfMemoryError("secret"), 503, "busy"),
        Arguments.of(new InternalError("secret"), 500, "internal"),
        Arguments.of(new IllegalStateException("secret"), 500, "internal"));
  }

  @ParameterizedTest
  @MethodSource
  void problem_requestTheStoreCannotServe_isNoErrorInTheLog(Throwable thrown, boolean isLogged) {
    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try {
      Problem.of(thrown);
    } finally {
      System.setErr(before);
    }
    assertThat(log.toString(StandardCharsets.UTF_8).contains("told to the log"))
        .isEqualTo(isLogged);
  }

  static Stream<Arguments> problem_requestTheStoreCannotServe_isNoErrorInTheLog() {
    String message = "told to the log";
    return Stream.of(
        Arguments.of(new KVException.Unsupported(message), false),
        Arguments.of(new HttpException(501, message), false),
        Arguments.of(new HttpException(400, message), false),
        Arguments.of(new KVException.Unavailable(message), true),
        Arguments.of(new KVException.Corrupt(message), true));
  }

  @Test
  void problem_401_asksForABearerAndNeverForBasic() throws IOException {
    assertThat(challenge(new HttpException.TokenMissing())).isEqualTo("Bearer realm=\"kvapp\"");
    assertThat(challenge(new HttpException.CredentialsWrong())).isEqualTo("Bearer realm=\"kvapp\"");
    assertThat(challenge(new HttpException.TokenInvalid()))
        .isEqualTo("Bearer realm=\"kvapp\", error=\"invalid_token\"");
    assertThat(challenge(HttpException.TokenInvalid.expired()))
        .isEqualTo("Bearer realm=\"kvapp\", error=\"invalid_token\"");
  }

  @Test
  void problem_429And503_sayWhenToComeAgain() {
    assertThat(retryAfter(new HttpException.SlowedDown(Duration.ofMillis(6_001)))).isEqualTo("7");
    assertThat(retryAfter(new HttpException(503, "busy"))).isEqualTo("1");
    assertThat(retryAfter(new KVException.WrongState("closed"))).isEqualTo("1");
  }

  private static String retryAfter(Throwable thrown) {
    return Problem.of(thrown).head().header("Retry-After").orElseThrow();
  }

  private static String challenge(HttpException refusal) throws IOException {
    assertThat(problem(refusal, 401).get("code").getAsString()).isEqualTo(refusal.code());
    return Problem.of(refusal).head().header("WWW-Authenticate").orElseThrow();
  }

  private static JsonObject problem(Throwable thrown, int status) throws IOException {
    Response response = Problem.of(thrown);
    assertThat(response.head().status()).isEqualTo(status);
    JsonObject problem = JsonParser.parseString(InMemoryBody.textOf(response)).getAsJsonObject();
    assertThat(problem.get("type").getAsString()).isEqualTo("about:blank");
    assertThat(problem.get("status").getAsInt()).isEqualTo(status);
    return problem;
  }
}

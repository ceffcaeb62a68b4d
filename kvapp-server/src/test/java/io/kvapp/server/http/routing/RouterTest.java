package io.kvapp.server.http.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.server.auth.users.Caller;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.http.message.HttpException;
import io.kvapp.server.http.message.PlainRequest;
import io.kvapp.server.http.message.Request;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.message.ResponseHead;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RouterTest {
  private static final List<String> READING = List.of("GET", "HEAD");

  private byte[] key;
  private Call call;
  private final Router router =
      new Router(
          List.of(
              Route.of("/v1/kv/{key}", READING, Access.READER, this::noteKey),
              Route.of("/v1/kv/{key}", List.of("PUT"), Access.WRITER, this::noteKey).withMaxBody(3),
              Route.of("/v1/kv", READING, Access.READER, each -> status(200)),
              Route.of("/v1/kv/{key}", List.of("DELETE"), Access.ADMIN, this::noteKey),
              Route.of("/v1", READING, Access.ANYBODY, each -> status(200)),
              Route.of("/api/one", READING, Access.TOKEN, each -> status(200)),
              Route.probe("/healthz", READING, each -> status(200))),
          List.of(face("", false, 400), face("/v1", true, 401)));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "city:szeged | city:szeged",
        "a/b | a/b",
        "a%2Fb | a/b",
        "a%2fb | a/b",
        "/a//b/ | /a//b/",
        ".. | ..",
        "./../a | ./../a",
        "%2e%2E | ..",
        "a+b | a+b",
        "a%20b | a b",
        "%252F | %2F",
        "%25%32%46 | %2F",
        "%2541 | %41",
        "%FF%00x | \u00ff\u0000x",
        "%C5%91 | \u00c5\u0091",
        "{key} | {key}",
        "'' | ''",
        "/ | /",
      })
  void key_isWhatIsBehindThePrefix_decodedOnceAndNotNormalized(String path, String latin1) {
    for (String prefix : List.of("/v1/kv/", "/%76%31/k%76/", "/v1/%6b%76/")) {
      PlainRequest request = reading("GET", prefix + path);
      assertThat(router.handle(request).head().status()).isEqualTo(200);
      assertThat(key).isEqualTo(latin1.getBytes(StandardCharsets.ISO_8859_1));
      assertThat(request.noticedRoute()).isEqualTo("/v1/kv/{key}");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/kv%2Fa", "/v1/k", "/v1/kva", "/V1/kv/a", "//v1/kv/a", "/v1/", "*"})
  void path_notInTheTable_is404AndHasNoRoute(String path) {
    PlainRequest request = reading("GET", path);
    assertStatus(request, 404);
    assertThat(request.noticedRoute()).isNull();
  }

  @Test
  void path_whole_hasNoKey() {
    assertThat(router.handle(reading("GET", "/v1/kv")).head().status()).isEqualTo(200);
    assertThat(key).isNull();
  }

  @Test
  void checks_comeInOrder_pathMethodTokenRoleBody() {
    assertStatus(new PlainRequest("BREW", "/v1/none"), 404);
    assertStatus(new PlainRequest("BREW", "/v1/kv/a"), 501);
    assertStatus(new PlainRequest("TRACE", "/v1/kv/a"), 405);
    assertStatus(new PlainRequest("PUT", "/v1/kv/a").body("1234"), 401);
    PlainRequest reader = reading("PUT", "/v1/kv/a").body("1234");
    assertStatus(reader, 403);
    assertThat(reader.noticedUser()).isEqualTo("ann");
    assertThat(reader.isBodyRead()).isFalse();
    router.handle(role("PUT", "/v1/kv/a", Role.WRITER).body("1234"));
    assertThatThrownBy(() -> call.body())
        .isInstanceOfSatisfying(
            HttpException.class, refused -> assertThat(refused.status()).isEqualTo(413));
    router.handle(role("PUT", "/v1/kv/a", Role.WRITER).body("123"));
    assertThat(call.body().remaining()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, MONITOR, 403",
    "GET, READER, 200",
    "GET, ADMIN, 200",
    "PUT, READER, 403",
    "PUT, WRITER, 200",
    "DELETE, WRITER, 403",
    "DELETE, ADMIN, 200"
  })
  void access_role_includesThoseBeforeIt(String method, Role role, int status) {
    assertStatus(role(method, "/v1/kv/a", role), status);
  }

  @Test
  void access_token_takesAnyRole() {
    assertStatus(role("GET", "/api/one", Role.MONITOR), 200);
    assertStatus(new PlainRequest("GET", "/api/one"), 401);
    assertStatus(new PlainRequest("GET", "/v1"), 200);
  }

  @Test
  void options_ofAFaceThatAnswersThem_are204WithAllow() {
    Response response = router.handle(new PlainRequest("OPTIONS", "/v1/kv/a"));
    assertThat(response.head().status()).isEqualTo(204);
    assertThat(response.head().header("Allow")).contains("GET, HEAD, PUT, DELETE, OPTIONS");
    assertStatus(new PlainRequest("OPTIONS", "/v1/none"), 404);
    assertThatThrownBy(() -> router.handle(new PlainRequest("OPTIONS", "/api/one")))
        .isInstanceOfSatisfying(
            HttpException.MethodNotAllowed.class,
            refused -> assertThat(refused.headers()).containsEntry("Allow", "GET, HEAD"));
  }

  @ParameterizedTest
  @CsvSource({
    "/v1, 401",
    "/v1/none, 401",
    "/%761/none, 401",
    "/v1x, 400",
    "/v2, 400",
    "*, 400",
    "/, 400",
    "'', 400"
  })
  void error_isAnsweredByTheFaceOfThePath(String path, int status) {
    Response response =
        router.error(HttpException.badRequest("broken"), new PlainRequest("GET", path));
    assertThat(response.head().status()).isEqualTo(status);
  }

  @Test
  void probe_isTheRouteOfOneOnly() {
    assertThat(router.isProbe(new PlainRequest("GET", "/%68ealthz"))).isTrue();
    assertThat(router.isProbe(new PlainRequest("GET", "/v1/kv/healthz"))).isFalse();
  }

  @Test
  void routes_twoOfOnePatternAndMethod_areRefused() {
    Route route = Route.of("/a", READING, Access.TOKEN, each -> status(200));
    assertThatThrownBy(() -> new Router(List.of(route, route), List.of(face("", false, 400))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("GET /a has two routes");
  }

  private Response noteKey(Call noted) {
    call = noted;
    key = noted.key();
    return status(200);
  }

  private void assertStatus(PlainRequest request, int status) {
    try {
      assertThat(router.handle(request).head().status()).isEqualTo(status);
    } catch (HttpException refused) {
      assertThat(refused.status()).isEqualTo(status);
    }
  }

  private static PlainRequest reading(String method, String path) {
    return role(method, path, Role.READER);
  }

  private static PlainRequest role(String method, String path, Role role) {
    return new PlainRequest(method, path).header("role", role.name());
  }

  private static Face face(String path, boolean answersOptions, int errorStatus) {
    return new Face(path, answersOptions, RouterTest::caller, failure -> status(errorStatus));
  }

  private static Caller caller(Request request) {
    String role = request.header("role");
    if (role == null) {
      throw new HttpException.TokenMissing();
    }
    return new Caller("ann", Role.valueOf(role), List.of(""));
  }

  private static Response status(int status) {
    return Response.empty(ResponseHead.of(status));
  }
}

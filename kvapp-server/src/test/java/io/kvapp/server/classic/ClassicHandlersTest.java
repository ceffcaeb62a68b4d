package io.kvapp.server.classic;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.server.auth.Authenticator;
import io.kvapp.server.auth.gate.TrustedProxies;
import io.kvapp.server.http.message.Handler;
import io.kvapp.server.http.message.InMemoryBody;
import io.kvapp.server.http.message.PlainRequest;
import io.kvapp.server.http.message.Response;
import io.kvapp.server.http.routing.Router;
import io.kvapp.server.service.EntryService;
import io.kvapp.server.service.SearchLimits;
import io.kvapp.server.settings.PrefixScope;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ClassicHandlersTest {
  private static final String UNDEFINED = "{\"msg\":\"undefined parameter settings\"}";

  private static final StoreOptions OPTIONS = StoreOptions.defaults().withMaxValueBytes(1_000);

  private final KVStore store = KVStore.inMemory(OPTIONS);
  private final Handler router = router(store, PrefixScope.KEYS);

  @Test
  void auth_getAndPost_handOutTokens() throws IOException {
    for (String method : new String[] {"GET", "POST"}) {
      Response response = answer(router, new PlainRequest(method, "/api/auth"));
      assertThat(response.head().status()).isEqualTo(200);
      assertThat(response.head().header("Cache-Control")).contains("no-store");
      assertThat(json(response)).startsWith("{\"token\":\"ey");
    }
  }

  @Test
  void insert_newAndExistingKey_is201AndEchoes() throws IOException {
    for (String value : new String[] {"érték", "", "😀"}) {
      String body = "{\"key\":\"kulcs\",\"value\":\"" + value + "\"}";
      Response response = call("POST", "/api/insert", body);
      assertThat(response.head().status()).isEqualTo(201);
      assertThat(json(response)).isEqualTo(body);
      assertThat(store.get("kulcs")).contains(value);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST", "HEAD"})
  void search_key_is200OrEmpty204(String method) throws IOException {
    store.put("kulcs", "érték");
    Response found = call(method, "/api/search", "{\"key\":\"kulcs\"}");
    assertThat(found.head().status()).isEqualTo(200);
    assertThat(json(found)).isEqualTo("{\"key\":\"kulcs\",\"value\":\"érték\"}");
    Response missing = call(method, "/api/search", "{\"key\":\"kulc\"}");
    assertThat(missing.head().status()).isEqualTo(204);
    assertThat(missing.body()).isNull();
  }

  @Test
  void search_prefixOfKeys_isInOrderOfCodePoints() throws IOException {
    store.put("k\uff5e", "3");
    store.put("k😀", "4");
    store.put("k", "1");
    store.put("ká", "2");
    store.put("l", "5");
    Response found = call("GET", "/api/search", "{\"prefix\":\"k\"}");
    assertThat(found.head().status()).isEqualTo(200);
    assertThat(json(found))
        .isEqualTo(
            "{\"prefix\":\"k\",\"result\":[{\"key\":\"k\",\"value\":\"1\"},"
                + "{\"key\":\"ká\",\"value\":\"2\"},{\"key\":\"k\uff5e\",\"value\":\"3\"},"
                + "{\"key\":\"k😀\",\"value\":\"4\"}]}");
    assertThat(call("GET", "/api/search", "{\"prefix\":\"m\"}").head().status()).isEqualTo(204);
  }

  @Test
  void search_prefixOfValues_findsValuesInOrderOfKeys() throws IOException {
    try (KVStore other = KVStore.inMemory(OPTIONS)) {
      Handler valueHandler = router(other, PrefixScope.VALUES);
      other.put("z", "értékes");
      other.put("kulcs", "érték");
      other.put("ért", "x");
      Response found = call(valueHandler, "GET", "/api/search", "{\"prefix\":\"ért\"}");
      assertThat(json(found))
          .isEqualTo(
              "{\"prefix\":\"ért\",\"result\":[{\"key\":\"kulcs\",\"value\":\"érték\"},"
                  + "{\"key\":\"z\",\"value\":\"értékes\"}]}");
      Response none = call(valueHandler, "GET", "/api/search", "{\"prefix\":\"kul\"}");
      assertThat(none.head().status()).isEqualTo(204);
    }
  }

  @Test
  void search_moreThanAPage_findsEveryEntryOnce() throws IOException {
    for (int number = 0; number < 2_500; number++) {
      store.put("k%04d".formatted(number), Integer.toString(number));
    }
    Response found = call("GET", "/api/search", "{\"prefix\":\"k\"}");
    var result = JsonParser.parseString(json(found)).getAsJsonObject().getAsJsonArray("result");
    assertThat(result).hasSize(2_500);
    for (int number = 0; number < 2_500; number++) {
      assertThat(result.get(number).getAsJsonObject().get("value").getAsInt()).isEqualTo(number);
    }
  }

  @ParameterizedTest
  @CsvSource({"/api/insert, POST", "/api/search, GET"})
  void token_missingOrInvalid_is400BeforeTheBodyIsRead(String path, String method)
      throws IOException {
    for (String token : new String[] {null, "", "x", "a.b.c", "é", "a, b"}) {
      PlainRequest request = new PlainRequest(method, path).body("not JSON");
      if (token != null) {
        request.header("x-access-tokens", token);
      }
      Response response = answer(router, request);
      boolean missing = token == null || token.isEmpty();
      assertThat(response.head().status()).isEqualTo(400);
      assertThat(json(response))
          .isEqualTo("{\"msg\":\"token is " + (missing ? "missing" : "invalid") + "\"}");
      assertThat(request.isBodyRead()).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/api/insert | {}",
        "/api/insert | {\"key\":\"k\"}",
        "/api/insert | {\"value\":\"v\"}",
        "/api/insert | {\"key\":\"k\",\"value\":\"v\",\"more\":\"m\"}",
        "/api/insert | {\"Key\":\"k\",\"value\":\"v\"}",
        "/api/insert | {\"key\":\"\",\"value\":\"v\"}",
        "/api/insert | {\"prefix\":\"k\"}",
        "/api/search | {}",
        "/api/search | {\"key\":\"k\",\"prefix\":\"p\"}",
        "/api/search | {\"key\":\"k\",\"value\":\"v\"}",
        "/api/search | {\"value\":\"v\"}",
        "/api/search | {\"key\":\"\"}",
        "/api/search | {\"prefix\":\"\"}",
      })
  void members_otherThanExpected_are400(String path, String body) throws IOException {
    Response response = call("POST", path, body);
    assertThat(response.head().status()).isEqualTo(400);
    assertThat(json(response)).isEqualTo(UNDEFINED);
    assertThat(store.size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "null",
        "\"key\"",
        "{\"key\":1,\"value\":\"v\"}",
        "{\"key\":\"k\",\"value\":null}",
        "{\"key\":\"k\",\"value\":[\"v\"]}",
        "{\"key\":\"k\",\"key\":\"k\",\"value\":\"v\"}",
        "{\"key\":\"\\ud800\",\"value\":\"v\"}"
      })
  void body_malformed_is400WithAReason(String body) throws IOException {
    Response response = call("POST", "/api/insert", body);
    assertThat(response.head().status()).isEqualTo(400);
    assertThat(message(response)).isNotBlank().doesNotContain("\n");
    assertThat(json(response)).isNotEqualTo(UNDEFINED);
    assertThat(store.size()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "PUT, /api/auth, 'GET, HEAD, POST'",
    "DELETE, /api/search, 'GET, HEAD, POST'",
    "GET, /api/insert, POST",
    "HEAD, /api/insert, POST",
    "TRACE, /api/insert, POST",
    "OPTIONS, /%61pi/%69nsert, POST"
  })
  void method_thatThePathHasNot_is405WithAllow(String method, String path, String allowed)
      throws IOException {
    Response response = answer(router, new PlainRequest(method, path));
    assertThat(response.head().status()).isEqualTo(405);
    assertThat(response.head().header("Allow")).contains(allowed);
    assertThat(message(response)).contains(allowed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"post", "BREW", "X"})
  void method_thatIsUnknown_is501(String method) throws IOException {
    Response response = answer(router, new PlainRequest(method, "/api/insert"));
    assertThat(response.head().status()).isEqualTo(501);
    assertThat(message(response)).isEqualTo("unknown method");
  }

  @Test
  void options_ofTheWholeServer_namesTheMethods() {
    Response response = router.handle(new PlainRequest("OPTIONS", "*"));
    assertThat(response.head().status()).isEqualTo(204);
    assertThat(response.head().header("Allow")).contains("GET, HEAD, OPTIONS, POST");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/%61pi/auth", "/api/%61uth", "/%61%70%69/%61%75%74%68"})
  void path_encodedLetters_isThePathThatItDecodesTo(String path) {
    assertThat(router.handle(new PlainRequest("GET", path)).head().status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/api%2Fauth",
        "/%2561pi/auth",
        "/x/%2e%2e/api/auth",
        "/api%00/auth",
        "/api",
        "/api/",
        "/api/auth/",
        "/API/auth",
        "//api/auth",
        "*"
      })
  void path_unknown_is404(String path) throws IOException {
    Response response = answer(router, new PlainRequest("GET", path));
    assertThat(response.head().status()).isEqualTo(404);
    assertThat(message(response)).isEqualTo("unknown path");
  }

  @Test
  void insert_beyondTheLimits_isRefused() throws IOException {
    String longest = "é".repeat(2_048);
    assertThat(insert(longest, "v").head().status()).isEqualTo(201);
    Response longKey = insert(longest + "x", "v");
    assertThat(longKey.head().status()).isEqualTo(400);
    assertThat(message(longKey)).isEqualTo("the key has 4097 bytes, and the limit is 4096");
    assertThat(insert("k", "x".repeat(1_000)).head().status()).isEqualTo(201);
    Response longValue = insert("k", "x".repeat(1_001));
    assertThat(longValue.head().status()).isEqualTo(413);
    assertThat(message(longValue)).isEqualTo("the value has 1001 bytes, and the limit is 1000");
  }

  @Test
  void insert_storeThatFails_isNeverAcknowledged() throws IOException {
    assertThat(statusOfFailure(() -> new KVException.NoSpace(Path.of("secret"), 1, null)))
        .isEqualTo(507);
    assertThat(
            statusOfFailure(
                () -> new KVException.ReadOnly(Path.of("secret"), new IOException("bad disk"))))
        .isEqualTo(500);
    assertThat(statusOfFailure(() -> new KVException.WrongState("closed"))).isEqualTo(503);
    assertThat(statusOfFailure(() -> new IllegalStateException("secret"))).isEqualTo(500);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"Basic", "Basic x", "Bearer x", "Basic OnNlY3JldA=="})
  void auth_credentialsThatNobodyAskedFor_areIgnored(String authorization) throws IOException {
    PlainRequest request = new PlainRequest("GET", "/api/auth");
    if (authorization != null) {
      request.header("authorization", authorization);
    }
    assertThat(answer(router, request).head().status()).isEqualTo(200);
  }

  private int statusOfFailure(Supplier<RuntimeException> failure) throws IOException {
    KVStore failing =
        (KVStore)
            Proxy.newProxyInstance(
                KVStore.class.getClassLoader(),
                new Class<?>[] {KVStore.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("limits")) {
                    return store.limits();
                  }
                  throw failure.get();
                });
    String body = "{\"key\":\"k\",\"value\":\"v\"}";
    Response response = call(router(failing, PrefixScope.KEYS), "POST", "/api/insert", body);
    assertThat(message(response)).isNotBlank().doesNotContain("secret");
    return response.head().status();
  }

  private Response insert(String key, String value) throws IOException {
    return call("POST", "/api/insert", "{\"key\":\"" + key + "\",\"value\":\"" + value + "\"}");
  }

  private Response call(String method, String path, String body) throws IOException {
    return call(router, method, path, body);
  }

  private static Response call(Handler router, String method, String path, String body)
      throws IOException {
    Response auth = answer(router, new PlainRequest("GET", "/api/auth"));
    String token = JsonParser.parseString(json(auth)).getAsJsonObject().get("token").getAsString();
    PlainRequest request =
        new PlainRequest(method, path).header("x-access-tokens", token).body(body);
    return answer(router, request);
  }

  private static Response answer(Handler router, PlainRequest request) {
    try {
      return router.handle(request);
    } catch (RuntimeException failure) {
      return router.error(failure, request);
    }
  }

  private static String message(Response response) throws IOException {
    return JsonParser.parseString(json(response)).getAsJsonObject().get("msg").getAsString();
  }

  private static String json(Response response) throws IOException {
    assertThat(response.head().header("Content-Type")).contains("application/json");
    InMemoryBody output = new InMemoryBody();
    response.body().writeTo(output);
    return output.text();
  }

  private static Handler router(KVStore store, PrefixScope scope) {
    Authenticator authenticator = Authenticator.inMemory(InstantSource.system());
    return new Router(
        ClassicEndpoints.routes(
            authenticator,
            new TrustedProxies(List.of()),
            new EntryService(store, scope, SearchLimits.NONE)),
        List.of(ClassicEndpoints.face(authenticator)));
  }
}

package io.kvapp.server.classic;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.kvapp.KVServer;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.settings.PrefixScope;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The three endpoints of the Python KVApp over real connections, through the endpoint that the
 * class path brings.
 */
final class ClassicEndpointsTest {
  private final HttpClient client = HttpClient.newHttpClient();
  private KVServer server;
  private String token;

  @BeforeEach
  void start() throws Exception {
    restart(PrefixScope.KEYS);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST"})
  void auth_token_namesItsUserAndEndsAfterHalfAnHour(String method) throws Exception {
    HttpResponse<String> answer = send(method, "/api/auth", null, null);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    JsonObject body = JsonParser.parseString(answer.body()).getAsJsonObject();
    assertThat(body.keySet()).containsExactly("token");
    String[] parts = body.get("token").getAsString().split("\\.");
    assertThat(decoded(parts[0]).get("alg").getAsString()).isEqualTo("HS256");
    JsonObject reserves = decoded(parts[1]);
    assertThat(reserves.get("user").getAsString()).isNotEmpty();
    assertThat(reserves.get("exp").getAsLong() - Instant.now().getEpochSecond())
        .isBetween(1_770L, 1_800L);
  }

  @ParameterizedTest
  @CsvSource({
    "kulcs, érték",
    "árvíztűrő tükörfúrógép, ÁRVÍZTŰRŐ TÜKÖRFÚRÓGÉP",
    "😀👨‍👩‍👧‍👦, 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "ключ, значение",
    "鍵, 値",
    "مفتاح, قيمة",
    "कुंजी, मान",
    "e\u0301, é",
    "' ', ''",
    "' \" \\ / \t', '</script>'"
  })
  void insertThenSearch_anyScript_givesItBack(String key, String value) throws Exception {
    HttpResponse<String> inserted = call("POST", "/api/insert", "key", key, "value", value);
    assertThat(inserted.statusCode()).isEqualTo(201);
    assertThat(json(inserted)).isEqualTo(object("key", key, "value", value));
    for (String method : new String[] {"GET", "POST"}) {
      HttpResponse<String> found = call(method, "/api/search", "key", key);
      assertThat(found.statusCode()).isEqualTo(200);
      assertThat(json(found)).isEqualTo(object("key", key, "value", value));
      HttpResponse<String> listed = call(method, "/api/search", "prefix", key);
      assertThat(listed.statusCode()).isEqualTo(200);
      assertThat(json(listed)).isEqualTo(result(key, Map.of(key, value)));
    }
    assertThat(server.store().get(key)).contains(value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Content-Encoding | gzip | 415",
        "Content-Encoding | br, identity | 415",
        "Content-Encoding | Identity | 201",
        "Content-Type | application/json; charset=latin1 | 415",
        "Content-Type | application/json;a=b; Charset=\"utf-16\" | 415",
        "Content-Type | application/json; charset=\"UTF-8\" | 201",
        "Content-Type | application/json; charset=utf8 | 201",
        "Content-Type | application/x-www-form-urlencoded | 201"
      })
  void insert_bodyInAnotherCoding_is415(String name, String value, int status) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + "/api/insert"))
            .header("x-access-tokens", token)
            .header(name, value)
            .POST(HttpRequest.BodyPublishers.ofString("{\"key\":\"k\",\"value\":\"v\"}"))
            .build();
    assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
        .isEqualTo(status);
  }

  @Test
  void insert_existingKey_isOverwritten() throws Exception {
    call("POST", "/api/insert", "key", "k", "value", "first");
    assertThat(call("POST", "/api/insert", "key", "k", "value", "second").statusCode())
        .isEqualTo(201);
    assertThat(json(call("GET", "/api/search", "key", "k")))
        .isEqualTo(object("key", "k", "value", "second"));
  }

  @Test
  void search_nothingFound_is204WithoutBody() throws Exception {
    for (String member : new String[] {"key", "prefix"}) {
      HttpResponse<String> answer = call("GET", "/api/search", member, "none");
      assertThat(answer.statusCode()).isEqualTo(204);
      assertThat(answer.body()).isEmpty();
      assertThat(answer.headers().firstValue("Content-Length")).isEmpty();
    }
  }

  @Test
  void search_prefixOfValues_isTheOriginalsBehaviour() throws Exception {
    restart(PrefixScope.VALUES);
    call("POST", "/api/insert", "key", "kulcs", "value", "érték");
    call("POST", "/api/insert", "key", "érem", "value", "más");
    assertThat(json(call("GET", "/api/search", "prefix", "ért")))
        .isEqualTo(result("ért", Map.of("kulcs", "érték")));
    assertThat(call("GET", "/api/search", "prefix", "kul").statusCode()).isEqualTo(204);
    assertThat(call("GET", "/api/search", "prefix", "ér").statusCode()).isEqualTo(200);
    assertThat(json(call("GET", "/api/search", "key", "kulcs")))
        .isEqualTo(object("key", "kulcs", "value", "érték"));
  }

  @Test
  void search_largeResult_isStreamedWhole() throws Exception {
    Map<String, String> expected = new TreeMap<>();
    for (int number = 0; number < 12_000; number++) {
      String key = "nagy%05d".formatted(number);
      String value = "érték".repeat(number % 60);
      expected.put(key, value);
      server.store().put(key, value);
    }
    server.store().put("nagz", "outside");
    HttpResponse<String> answer = call("GET", "/api/search", "prefix", "nagy");
    assertThat(answer.headers().firstValue("Transfer-Encoding")).contains("chunked");
    assertThat(json(answer)).isEqualTo(result("nagy", expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POST | /api/insert | {\"key\":\"k\"} | 400 | undefined parameter settings",
        "POST | /api/insert | {\"key\":\"\",\"value\":\"\"} | 400 | undefined parameter settings",
        "GET | /api/search | {} | 400 | undefined parameter settings",
        "GET | /api/search | [] | 400 | the body is not a JSON object",
        "GET | /api/search | '' | 400 | the body is missing; send a JSON object",
        "POST | /api/insert | {\"key\":1,\"value\":\"\"} | 400 | the member key is not a string",
        "PUT | /api/insert | {} | 405 | method not allowed; use POST",
        "GET | /api/insert | {} | 405 | method not allowed; use POST",
        "GET | /api/none | {} | 404 | unknown path",
      })
  void error_anyKind_hasItsStatusAndMessage(
      String method, String path, String body, int status, String message) throws Exception {
    HttpResponse<String> answer = send(method, path, token, body);
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(json(answer)).isEqualTo(object("msg", message));
  }

  @Test
  void token_missingEmptyOrInvalid_is400() throws Exception {
    String body = "{\"key\":\"k\",\"value\":\"v\"}";
    assertThat(json(send("POST", "/api/insert", null, body)))
        .isEqualTo(object("msg", "token is missing"));
    assertThat(json(send("POST", "/api/insert", "", body)))
        .isEqualTo(object("msg", "token is missing"));
    for (String wrong : new String[] {"x", token + "x", "x" + token, token.toUpperCase()}) {
      HttpResponse<String> answer = send("POST", "/api/insert", wrong, body);
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(json(answer)).isEqualTo(object("msg", "token is invalid"));
    }
    assertThat(server.store().size()).isZero();
  }

  @Test
  void token_headerNameInAnyCase_isAccepted() throws Exception {
    try (RawClient raw = new RawClient(server.port())) {
      for (String name : new String[] {"x-access-tokens", "X-Access-Tokens", "X-ACCESS-TOKENS"}) {
        String body = "{\"key\":\"k\",\"value\":\"v\"}";
        raw.send(
            "POST /api/insert HTTP/1.1\r\nHost: localhost\r\n%s: %s\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(name, token, body.length(), body));
        assertThat(raw.read().status()).isEqualTo(201);
      }
    }
  }

  @Test
  void token_invalidWithABodyTooLarge_isTheTokensFault() throws Exception {
    try (RawClient raw = new RawClient(server.port())) {
      raw.send("POST /api/insert HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n");
      RawClient.Answer answer = raw.read();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.text()).isEqualTo("{\"msg\":\"token is missing\"}");
      assertThat(raw.isClosed()).isTrue();
    }
  }

  @Test
  void insert_bodyAtItsLimit_is201_oneByteMore413() throws Exception {
    String frame = "{\"key\":\"k\",\"value\":\"\"}";
    String value = "x".repeat((1 << 20) - frame.length());
    String body = "{\"key\":\"k\",\"value\":\"" + value + "\"}";
    assertThat(send("POST", "/api/insert", token, body).statusCode()).isEqualTo(201);
    assertThat(server.store().get("k")).contains(value);
    HttpResponse<String> answer = send("POST", "/api/insert", token, body + " ");
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(json(answer)).isEqualTo(object("msg", "the body is larger than 1048576 bytes"));
  }

  @Test
  void keepAlive_thousandRequestsOneAfterTheOther_areAllAnswered() throws Exception {
    server.store().put("k", "v");
    try (RawClient raw = new RawClient(server.port())) {
      String body = "{\"key\":\"k\"}";
      String request =
          "GET /api/search HTTP/1.1\r\nHost: localhost\r\nx-access-tokens: %s\r\nContent-Length: %d\r\n\r\n%s"
              .formatted(token, body.length(), body);
      long begun = System.nanoTime();
      for (int number = 0; number < 1_000; number++) {
        RawClient.Answer answer = raw.send(request).read();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("{\"key\":\"k\",\"value\":\"v\"}");
      }
      // A response that waited for an acknowledgement would take 40 ms, all of them 40 s.
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
    }
  }

  @Test
  void response_anyKind_isNeitherKeptNorSniffed() throws Exception {
    List<HttpResponse<String>> answers = new ArrayList<>();
    answers.add(send("GET", "/api/auth", null, null));
    answers.add(call("POST", "/api/insert", "key", "k", "value", "v"));
    answers.add(call("GET", "/api/search", "key", "k"));
    answers.add(call("GET", "/api/search", "prefix", "k"));
    answers.add(call("GET", "/api/search", "key", "none"));
    answers.add(call("GET", "/api/search", "wrong", "k"));
    answers.add(call("GET", "/api/none"));
    answers.add(call("GET", "/api/insert"));
    answers.add(send("GET", "/api/search", "wrong token", "{}"));
    assertThat(answers)
        .extracting(HttpResponse::statusCode)
        .containsExactly(200, 201, 200, 200, 204, 400, 404, 405, 400);
    for (HttpResponse<String> answer : answers) {
      assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
      assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"key\":\"k\",\"key\":\"k\",\"value\":\"\"} | the body has a member twice",
        "{\"key\":\"k\",\"\\u006bey\":\"k\",\"value\":\"\"} | the body has a member twice",
        "{\"key\":\"\\ud800\",\"value\":\"\"} | the body is not JSON",
        "{\"key\":\"\\udc00\\ud800\",\"value\":\"\"} | the body is not JSON",
        "{\"key\":\"\u00ff\",\"value\":\"\"} | the body is not UTF-8",
        "{\"key\":\"\u00c0\u0080\",\"value\":\"\"} | the body is not UTF-8",
        "{\"key\":\"\u00ed\u00a0\u0080\",\"value\":\"\"} | the body is not UTF-8",
      })
  void insert_ambiguousBody_is400AndTheConnectionGoesOn(String latin1, String message)
      throws Exception {
    try (RawClient raw = new RawClient(server.port())) {
      for (int round = 0; round < 2; round++) {
        raw.send(
            "POST /api/insert HTTP/1.1\r\nHost: localhost\r\nx-access-tokens: %s\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(token, latin1.length(), latin1));
        RawClient.Answer answer = raw.read();
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).startsWith("{\"msg\":\"" + message);
      }
    }
    assertThat(server.store().size()).isZero();
  }

  private void restart(PrefixScope scope) throws Exception {
    if (server != null) {
      server.close();
    }
    server =
        KVServer.builder()
            .inMemory()
            .port(0)
            .endpoint(HttpEndpoint.builder().prefixScope(scope).build())
            .build()
            .start();
    HttpResponse<String> answer = send("GET", "/api/auth", null, null);
    token = JsonParser.parseString(answer.body()).getAsJsonObject().get("token").getAsString();
  }

  private HttpResponse<String> call(String method, String path, String... members)
      throws Exception {
    return send(method, path, token, object(members).toString());
  }

  private HttpResponse<String> send(String method, String path, String accessToken, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path))
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (accessToken != null) {
      request.header("x-access-tokens", accessToken);
    }
    return client.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
  }

  private static JsonObject json(HttpResponse<String> answer) {
    return JsonParser.parseString(answer.body()).getAsJsonObject();
  }

  private static JsonObject decoded(String part) {
    byte[] json = Base64.getUrlDecoder().decode(part);
    return JsonParser.parseString(new String(json, StandardCharsets.UTF_8)).getAsJsonObject();
  }

  private static JsonObject result(String prefix, Map<String, String> entries) {
    JsonArray result = new JsonArray();
    entries.forEach((key, value) -> result.add(object("key", key, "value", value)));
    JsonObject all = object("prefix", prefix);
    all.add("result", result);
    return all;
  }

  private static JsonObject object(String... members) {
    JsonObject object = new JsonObject();
    for (int at = 0; at < members.length; at += 2) {
      object.addProperty(members[at], members[at + 1]);
    }
    return object;
  }
}

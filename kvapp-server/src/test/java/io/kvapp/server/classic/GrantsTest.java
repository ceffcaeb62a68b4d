package io.kvapp.server.classic;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVServer;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.SteppedClock;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.auth.users.UserRegister;
import io.kvapp.server.settings.AuthSettings;
import io.kvapp.server.settings.PrefixScope;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("once")
class GrantsTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final String OUTSIDE = "{\"msg\":\"the token does not grant this key or prefix\"}";

  private static final int VALUE_BYTES = 50_000;

  /** More than the buffers between a server and its client hold. */
  private static final int LARGE_RESULT_BYTES = 400 * VALUE_BYTES;

  @TempDir private static Path folder;
  private static AuthSettings auth;

  @BeforeAll
  static void addUsers() {
    Path file = folder.resolve("users.json");
    UserRegister users = new UserRegister(file);
    users.add("root", Role.WRITER, List.of(""), "root's password");
    users.add("lim", Role.WRITER, List.of("b/", "ő/"), "lim's password");
    users.add("rea", Role.READER, List.of(""), "rea's password");
    auth = AuthSettings.defaults().withUsersFile(file);
  }

  @ParameterizedTest
  @EnumSource(PrefixScope.class)
  void search_prefix_showsOnlyWhatIsGranted(PrefixScope scope) throws Exception {
    try (KVServer server = start(scope)) {
      for (String key : List.of("a/1", "b", "b/1", "b/2", "c/1", "ő/1")) {
        server.store().put(key, "b" + key);
      }
      String token = token(server, "lim");

      assertThat(call(server, token, "search", "{\"prefix\":\"b\"}").body())
          .isEqualTo(
              scope == PrefixScope.KEYS
                  ? "{\"prefix\":\"b\",\"result\":[{\"key\":\"b/1\",\"value\":\"bb/1\"},"
                      + "{\"key\":\"b/2\",\"value\":\"bb/2\"}]}"
                  : "{\"prefix\":\"b\",\"result\":[{\"key\":\"b/1\",\"value\":\"bb/1\"},"
                      + "{\"key\":\"b/2\",\"value\":\"bb/2\"},{\"key\":\"ő/1\",\"value\":\"bő/1\"}]}");
    }
  }

  @Test
  void search_outsideTheGrant_is403() throws Exception {
    try (KVServer server = start(PrefixScope.KEYS)) {
      server.store().put("a/1", "secret");
      String token = token(server, "lim");

      for (String body : List.of("{\"key\":\"a/1\"}", "{\"key\":\"none\"}", "{\"prefix\":\"a\"}")) {
        HttpResponse<String> refused = call(server, token, "search", body);
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).isEqualTo(OUTSIDE);
      }
    }
  }

  @Test
  void insert_outsideTheGrantOrByAReader_is403AndWritesNothing() throws Exception {
    try (KVServer server = start(PrefixScope.KEYS)) {
      String limited = token(server, "lim");
      String reader = token(server, "rea");

      assertThat(insert(server, limited, "b/new").statusCode()).isEqualTo(201);
      assertThat(insert(server, limited, "c/new").body()).isEqualTo(OUTSIDE);
      assertThat(insert(server, limited, "b").statusCode()).isEqualTo(403);
      assertThat(insert(server, reader, "b/new").body())
          .isEqualTo("{\"msg\":\"the token's role only reads\"}");
      assertThat(server.store().size()).isOne();
      assertThat(call(server, reader, "search", "{\"key\":\"b/new\"}").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void auth_credentials_byHeaderAndAsJson() throws Exception {
    try (KVServer server = start(PrefixScope.KEYS)) {
      String json = "{\"user\":\"root\",\"password\":\"root's password\"}";

      assertThat(call(server, "", "auth", json).body()).startsWith("{\"token\":\"ey");
      assertThat(call(server, "", "auth", json.replace("root's", "no")).statusCode())
          .isEqualTo(401);
      HttpResponse<String> none = call(server, "", "auth", "");
      assertThat(none.statusCode()).isEqualTo(401);
      assertThat(none.headers().firstValue("WWW-Authenticate"))
          .contains("Basic realm=\"KVApp\", charset=\"UTF-8\"");
      for (String wrong :
          List.of(
              "{}", "{\"user\":\"root\"}", "[]", "{\"user\":7,\"password\":\"x\"}", "nonsense")) {
        assertThat(call(server, "", "auth", wrong).statusCode()).as(wrong).isEqualTo(400);
      }
    }
  }

  @Test
  void auth_ownerWithAnEarlierToken_getsInWhereStrangersGuess() throws Exception {
    try (KVServer server = start(PrefixScope.KEYS)) {
      String right = "{\"user\":\"rea\",\"password\":\"rea's password\"}";
      String token = token(server, "rea");
      for (int guess = 0; guess < 5; guess++) {
        call(server, "", "auth", right.replace("rea's", "no"));
      }

      assertThat(call(server, "", "auth", right).statusCode()).isEqualTo(429);
      assertThat(call(server, token, "auth", right).statusCode()).isEqualTo(200);
      assertThat(call(server, token, "auth", right.replace("rea's", "no")).statusCode())
          .isEqualTo(401);
      assertThat(call(server, token, "auth", "").statusCode()).isEqualTo(401);
    }
  }

  @Test
  void auth_manyWrongPasswords_is429WithRetryAfter() throws Exception {
    try (KVServer server = start(PrefixScope.KEYS)) {
      String wrong = "{\"user\":\"nobody\",\"password\":\"a guess\"}";
      for (int guess = 0; guess < 5; guess++) {
        assertThat(call(server, "", "auth", wrong).statusCode()).isEqualTo(401);
      }
      HttpResponse<String> slowed = call(server, "", "auth", wrong);

      assertThat(slowed.statusCode()).isEqualTo(429);
      assertThat(slowed.headers().firstValueAsLong("Retry-After")).hasValue(10);
      assertThat(slowed.body()).isEqualTo("{\"msg\":\"too many attempts; try again in 10 s\"}");
    }
  }

  @Test
  void auth_guessesThroughATrustedProxy_doNotSlowTheOthersDown() throws Exception {
    HttpEndpoint endpoint =
        HttpEndpoint.builder()
            .auth(auth)
            .trustedProxies(List.of(InetAddress.getLoopbackAddress()))
            .build();
    try (KVServer server = start(endpoint)) {
      for (int guess = 0; guess < 5; guess++) {
        assertThat(authThroughProxy(server, "192.0.2.66", "a guess")).isEqualTo(401);
      }
      assertThat(authThroughProxy(server, "192.0.2.66", "root's password")).isEqualTo(429);
      assertThat(authThroughProxy(server, "192.0.2.1", "root's password")).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"remove", "password", "grant"})
  void search_grantEndsMeanwhile_endsWithoutItsResult(String change) throws Exception {
    long bytes =
        searchWhile(
            (users, clock) -> {
              switch (change) {
                case "remove" -> users.remove("eve");
                case "password" -> users.changePassword("eve", "eve's password");
                default -> users.changeGrant("eve", Role.READER, List.of("b", "c"));
              }
              clock.advance(Duration.ofSeconds(1));
            });
    assertThat(bytes).isLessThan(LARGE_RESULT_BYTES * 9 / 10);
  }

  @Test
  void search_tokenExpiresOrAnotherUserChangesMeanwhile_goesOn() throws Exception {
    long bytes =
        searchWhile(
            (users, clock) -> {
              users.remove("rea");
              clock.advance(Duration.ofHours(1));
            });
    assertThat(bytes).isGreaterThan(LARGE_RESULT_BYTES);
  }

  /** The bytes of a response that its client begins to read, and goes on after a change. */
  private static long searchWhile(BiConsumer<UserRegister, SteppedClock> change) throws Exception {
    Path file = folder.resolve("more-users.json");
    Files.deleteIfExists(file);
    UserRegister users = new UserRegister(file);
    users.add("eve", Role.READER, List.of("b"), "eve's password");
    users.add("rea", Role.READER, List.of(""), "rea's password");
    HttpEndpoint endpoint =
        HttpEndpoint.builder().auth(AuthSettings.defaults().withUsersFile(file)).build();
    SteppedClock clock = new SteppedClock();
    try (KVServer server =
            KVServer.builder().inMemory().port(0).clock(clock).endpoint(endpoint).build().start();
        Socket client = new Socket()) {
      for (int number = 0; number < LARGE_RESULT_BYTES / VALUE_BYTES; number++) {
        server.store().put("b" + number, "v".repeat(VALUE_BYTES));
      }
      client.setReceiveBufferSize(16 << 10);
      client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
      client
          .getOutputStream()
          .write(
              ClassicClient.post(
                  "/api/search", token(server, "eve"), ClassicClient.members("prefix", "b")));
      long bytes = client.getInputStream().readNBytes(100_000).length;
      change.accept(users, clock);
      client.shutdownOutput();
      return bytes + client.getInputStream().transferTo(OutputStream.nullOutputStream());
    }
  }

  private static int authThroughProxy(KVServer server, String caller, String password)
      throws Exception {
    String body = "{\"user\":\"root\",\"password\":\"" + password + "\"}";
    HttpRequest request =
        HttpRequest.newBuilder(uri(server, "auth"))
            .header("X-Forwarded-For", "127.0.0.1, " + caller)
            .POST(BodyPublishers.ofString(body))
            .build();
    return CLIENT.send(request, BodyHandlers.ofString()).statusCode();
  }

  private static KVServer start(PrefixScope scope) {
    return start(HttpEndpoint.builder().auth(auth).prefixScope(scope).build());
  }

  private static KVServer start(HttpEndpoint endpoint) {
    return KVServer.builder()
        .inMemory()
        .port(0)
        .clock(new SteppedClock())
        .endpoint(endpoint)
        .build()
        .start();
  }

  private static String token(KVServer server, String user) throws Exception {
    byte[] pair = (user + ":" + user + "'s password").getBytes(StandardCharsets.UTF_8);
    HttpRequest request =
        HttpRequest.newBuilder(uri(server, "auth"))
            .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair))
            .build();
    String body = CLIENT.send(request, BodyHandlers.ofString()).body();
    return body.replaceAll("\\{\"token\":\"(.*)\"}", "$1");
  }

  private static HttpResponse<String> insert(KVServer server, String token, String key)
      throws Exception {
    return call(server, token, "insert", "{\"key\":\"" + key + "\",\"value\":\"v\"}");
  }

  private static HttpResponse<String> call(
      KVServer server, String token, String endpoint, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(uri(server, endpoint))
            .header("x-access-tokens", token)
            .POST(BodyPublishers.ofString(body))
            .build();
    return CLIENT.send(request, BodyHandlers.ofString());
  }

  private static URI uri(KVServer server, String endpoint) {
    return URI.create("http://localhost:" + server.port() + "/api/" + endpoint);
  }
}

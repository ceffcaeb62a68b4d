package io.kvapp.server.command.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVServer;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.auth.users.UserRegister;
import io.kvapp.server.command.doctor.Finding.Status;
import io.kvapp.server.settings.AuthSettings;
import io.kvapp.server.tls.TestCertificates;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server, and proxies before it, with what makes each check warn or fail. */
class ServerCheckTest {
  private static final String PASSWORD = "a long enough password";

  /** Longer than any machine takes, and not waited for. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final UnaryOperator<String> AS_IT_IS = line -> line;
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n";
  private static final String DENIED = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

  @TempDir private static Path temp;
  private static KVServer plain;
  private static KVServer guarded;
  private static KVServer secured;
  private static TestCertificates certificates;

  @BeforeAll
  static void start() throws Exception {
    plain = server(HttpEndpoint.builder());
    Path users = temp.resolve("users.json");
    new UserRegister(users).add("ann", Role.READER, List.of(""), PASSWORD);
    guarded = server(HttpEndpoint.builder().auth(AuthSettings.defaults().withUsersFile(users)));
    certificates = TestCertificates.make(temp, "kv", "-keyalg", "EC");
    secured = server(HttpEndpoint.builder().tls(certificates.pemFiles(temp)));
  }

  @AfterAll
  static void stop() {
    List.of(plain, guarded, secured).forEach(KVServer::close);
  }

  @Test
  void server_thatWorks_isOk() throws Exception {
    assertThat(findings(url(plain)).values()).allMatch(ServerCheckTest::isOk).hasSize(10);
    try (ChangingProxy proxy = new ChangingProxy(plain.port(), AS_IT_IS, false)) {
      assertThat(findings(proxy.url()).values()).allMatch(ServerCheckTest::isOk);
    }
  }

  @Test
  void name_thatIsNotKnown_fails() throws Exception {
    assertThat(findings(URI.create("http://host.invalid:5000")))
        .hasSize(1)
        .hasEntrySatisfying("name", found -> assertThat(found.status()).isEqualTo(Status.FAIL));
  }

  @Test
  void connection_thatIsRefused_fails() throws Exception {
    try (Socket bound = new Socket()) {
      // A port that nobody else can listen on meanwhile.
      bound.bind(new InetSocketAddress("127.0.0.1", 0));

      assertThat(findings(URI.create("http://127.0.0.1:" + bound.getLocalPort())).get("connection"))
          .matches(found -> found.status() == Status.FAIL);
    }
  }

  @Test
  void tls_thatIsTrusted_warnsOfItsLastDays() throws Exception {
    URI url = URI.create("https://localhost:" + secured.port());
    Map<String, Finding> found =
        byCheck(check(url, Optional.empty(), TestCertificates.trusting(certificates)).findings());

    assertThat(found.get("certificate").status()).isEqualTo(Status.WARN);
    assertThat(found.get("healthz").status()).isEqualTo(Status.OK);
    assertThat(found.get("streams").status()).isEqualTo(Status.OK);
  }

  @Test
  void tls_thatIsNotTrusted_fails() throws Exception {
    Finding found = findings(URI.create("https://localhost:" + secured.port())).get("tls");

    assertThat(found.status()).isEqualTo(Status.FAIL);
    assertThat(found.fix()).contains("javax.net.ssl.trustStore");
  }

  @Test
  void http_toAServerOfTls_fails() throws Exception {
    Finding found = findings(url(secured)).get("http");

    assertThat(found.status()).isEqualTo(Status.FAIL);
    assertThat(found.fix()).contains("begins with https");
  }

  @Test
  void http_thatIsSomethingElse_fails() throws Exception {
    Finding found = through(line -> "HTTP/9 what\r\n", false).get("http");

    assertThat(found.status()).isEqualTo(Status.FAIL);
  }

  @Test
  void healthz_thatIsNotFound_fails() throws Exception {
    Map<String, Finding> found = through(answering("/healthz", DENIED), false);

    assertThat(found.get("healthz").status()).isEqualTo(Status.FAIL);
    assertThat(found).doesNotContainKey("readyz");
  }

  @Test
  void readyz_ofAStoreThatOnlyReads_fails() throws Exception {
    String body = "{\"detail\":\"the store is read-only\"}";
    String answer = "HTTP/1.1 503 No\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    Finding found = through(answering("/readyz", answer), false).get("readyz");

    assertThat(found.status()).isEqualTo(Status.FAIL);
    assertThat(found.found()).isEqualTo("/readyz answers 503 (the store is read-only)");
  }

  @Test
  void clock_thatDiffers_warns() throws Exception {
    Instant date = Instant.parse("2026-01-02T03:04:05Z");
    String answer = OK.replace("\r\n\r\n", "\r\nDate: Fri, 02 Jan 2026 03:04:05 GMT\r\n\r\n");
    try (ChangingProxy proxy =
        new ChangingProxy(plain.port(), answering("/healthz", answer), false)) {
      assertThat(clock(proxy.url(), date.plusSeconds(5)).status()).isEqualTo(Status.OK);
      assertThat(clock(proxy.url(), date.plusSeconds(6)).status()).isEqualTo(Status.WARN);
      assertThat(clock(proxy.url(), date.minusSeconds(6)).found()).contains("by 6 s");
    }
  }

  @Test
  void clock_thatIsNotTold_warns() throws Exception {
    assertThat(through(answering("/healthz", OK), false).get("its clock").status())
        .isEqualTo(Status.WARN);
  }

  @Test
  void latency_thatIsHigh_warns() throws Exception {
    AtomicLong time = new AtomicLong();
    ServerCheck check =
        new ServerCheck(
            new Setup.Remote(url(plain), Optional.empty(), Optional.empty()),
            SSLContext.getDefault(),
            InstantSource.system(),
            () -> time.addAndGet(300_000_000),
            PATIENCE);

    assertThat(byCheck(check.findings()).get("latency").status()).isEqualTo(Status.WARN);
  }

  @Test
  void server_withUsers_isAskedAsOneOfThem() throws Exception {
    Map<String, Finding> found =
        byCheck(
            check(url(guarded), Optional.of("ann:" + PASSWORD), SSLContext.getDefault())
                .findings());

    assertThat(found.values()).allMatch(ServerCheckTest::isOk);
    assertThat(found).containsKey("sign-in");
  }

  @Test
  void signIn_withAWrongPassword_fails() throws Exception {
    Map<String, Finding> found =
        byCheck(check(url(guarded), Optional.of("ann:wrong"), SSLContext.getDefault()).findings());

    assertThat(found.get("sign-in").status()).isEqualTo(Status.FAIL);
  }

  @Test
  void server_withUsers_withoutOne_saysWhatItDidNotSee() throws Exception {
    Map<String, Finding> found = findings(url(guarded));

    assertThat(found.get("streams").status()).isEqualTo(Status.WARN);
    assertThat(found.get("streams").fix()).contains("--user");
    assertThat(found.get("//").status()).isEqualTo(Status.OK);
  }

  @Test
  void proxy_thatMergesSlashes_warns() throws Exception {
    Map<String, Finding> found = through(line -> line.replace("//", "/"), false);

    assertThat(found.get("//").status()).isEqualTo(Status.WARN);
    assertThat(found.get("//").found()).contains("merges //");
    assertThat(found.get("%2F").status()).isEqualTo(Status.OK);
  }

  @Test
  void proxy_thatMergesSlashesBeforeAServerWithUsers_warns() throws Exception {
    try (ChangingProxy proxy =
        new ChangingProxy(guarded.port(), line -> line.replace("//", "/"), false)) {
      assertThat(findings(proxy.url()).get("//").found()).contains("merges //");
    }
  }

  @Test
  void proxy_thatDecodes_warns() throws Exception {
    Map<String, Finding> found = through(line -> line.replace("%2F", "/"), false);

    assertThat(found.get("%2F").status()).isEqualTo(Status.WARN);
    assertThat(found.get("%2F").found()).contains("decodes %2F");
    assertThat(found.get("//").status()).isEqualTo(Status.OK);
  }

  @Test
  void proxy_thatRefuses_warns() throws Exception {
    Map<String, Finding> found = through(line -> line.contains("%2F") ? DENIED : line, false);

    assertThat(found.get("%2F").status()).isEqualTo(Status.WARN);
    assertThat(found.get("%2F").found()).contains("refuses %2F in a path with 404");
  }

  @Test
  void proxy_thatEndsTheConnection_warns() throws Exception {
    Map<String, Finding> found = through(line -> line.contains("//") ? null : line, false);

    assertThat(found.get("//").status()).isEqualTo(Status.WARN);
    assertThat(found.get("//").found()).contains("ends the connection");
  }

  @Test
  void proxy_thatKeepsStreamsBack_warns() throws Exception {
    try (ChangingProxy proxy = new ChangingProxy(plain.port(), AS_IT_IS, true)) {
      ProxyCheck impatient =
          new ProxyCheck(
              () ->
                  RawHttp.over(
                      proxy.url(), RawHttp.connect(proxy.url(), Duration.ofMillis(500)), null),
              "");

      assertThat(byCheck(impatient.findings()).get("streams"))
          .matches(found -> found.status() == Status.WARN)
          .satisfies(found -> assertThat(found.found()).contains("keeps them back"));
    }
  }

  @Test
  void stream_thatIsRefused_orEnds_warns() throws Exception {
    String none = "HTTP/1.1 502 Bad\r\nContent-Length: 1\r\n\r\n.";

    assertThat(through(answering("/v1/watch", none), false).get("streams").found())
        .isEqualTo("/v1/watch answers 502");
    assertThat(through(line -> line.contains("watch") ? null : line, false).get("streams"))
        .matches(found -> found.status() == Status.WARN)
        .satisfies(found -> assertThat(found.found()).contains("ends at once"));
  }

  private static KVServer server(HttpEndpoint.Builder endpoint) {
    KVServer server =
        KVServer.builder().inMemory().host("localhost").port(0).endpoint(endpoint.build()).build();
    server.start();
    return server;
  }

  private static URI url(KVServer server) {
    return URI.create("http://localhost:" + server.port());
  }

  private static UnaryOperator<String> answering(String path, String answer) {
    return line -> line.startsWith("GET " + path) ? answer : line;
  }

  private static Map<String, Finding> through(UnaryOperator<String> change, boolean buffering)
      throws Exception {
    try (ChangingProxy proxy = new ChangingProxy(plain.port(), change, buffering)) {
      return findings(proxy.url());
    }
  }

  private static Map<String, Finding> findings(URI url) throws Exception {
    return byCheck(check(url, Optional.empty(), SSLContext.getDefault()).findings());
  }

  private static ServerCheck check(URI url, Optional<String> basic, SSLContext trusted) {
    return new ServerCheck(
        new Setup.Remote(url, basic, Optional.empty()),
        trusted,
        InstantSource.system(),
        () -> 0,
        PATIENCE);
  }

  private static Finding clock(URI url, Instant now) throws Exception {
    ServerCheck check =
        new ServerCheck(
            new Setup.Remote(url, Optional.empty(), Optional.empty()),
            SSLContext.getDefault(),
            InstantSource.fixed(now),
            () -> 0,
            PATIENCE);
    return byCheck(check.findings()).get("its clock");
  }

  /** What is said of the clock depends on how long this machine stands still. */
  private static boolean isOk(Finding found) {
    return found.status() == Status.OK || found.check().equals("its clock");
  }

  private static Map<String, Finding> byCheck(List<Finding> findings) {
    return findings.stream().collect(Collectors.toMap(Finding::check, Function.identity()));
  }
}

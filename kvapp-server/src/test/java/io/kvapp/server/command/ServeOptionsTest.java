package io.kvapp.server.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.Changes;
import io.kvapp.KVException;
import io.kvapp.KVServer;
import io.kvapp.server.classic.ClassicClient;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Options of the command line do what they name. */
class ServeOptionsTest {
  private static final String HERE = "X-Forwarded-For: 127.0.0.1\r\n";

  @TempDir private static Path folder;
  private static ChildServer server;
  private static String token;

  @BeforeAll
  static void start() throws IOException {
    server =
        ChildServer.start(
            folder,
            List.of(),
            "--max-body=100",
            "--max-head=1KiB",
            "--max-request-line=512",
            "--max-headers=8",
            "--max-value=20",
            "--head-timeout=300ms",
            "--body-timeout=300ms",
            "--trusted-proxy=127.0.0.1",
            "--cors-origin=https://a.example",
            "--allowed-host=kv.example",
            "--prefix-scope=values",
            "--access-log");
    Answer signedIn = answer(request("auth", HERE, ""));
    assertThat(signedIn.status()).isEqualTo(200);
    token =
        HERE + "x-access-tokens: " + signedIn.text().replaceAll("\\{\"token\":\"(.*)\"}", "$1\r\n");
  }

  @AfterAll
  static void stop() throws InterruptedException {
    server.close();
  }

  @Test
  void maxBody_largerBody_is413() throws IOException {
    String entry = "{\"key\":\"k\",\"value\":\"v\"}";

    assertThat(answer(request("insert", token, entry + " ".repeat(100 - entry.length()))).status())
        .isEqualTo(201);
    assertThat(answer(request("insert", token, entry + " ".repeat(101 - entry.length()))).status())
        .isEqualTo(413);
  }

  @Test
  void maxValue_largerValue_is413() throws IOException {
    String entry = "{\"key\":\"k\",\"value\":\"%s\"}";

    assertThat(answer(request("insert", token, entry.formatted("v".repeat(20)))).status())
        .isEqualTo(201);
    assertThat(answer(request("insert", token, entry.formatted("v".repeat(21)))).text())
        .contains("the value has 21 bytes, and the limit is 20");
  }

  @Test
  void maxRequestLine_maxHead_maxHeaders_beyondThem_are414And431() throws IOException {
    assertThat(answer("GET /" + "x".repeat(600) + " HTTP/1.1\r\nHost: localhost\r\n\r\n").status())
        .isEqualTo(414);
    assertThat(answer(request("auth", "A: " + "x".repeat(1_100) + "\r\n", "")).status())
        .isEqualTo(431);
    assertThat(answer(request("auth", "A: b\r\n".repeat(6), "")).status()).isEqualTo(403);
    assertThat(answer(request("auth", "A: b\r\n".repeat(7), "")).status()).isEqualTo(431);
  }

  @Test
  void headTimeout_bodyTimeout_slowRequest_is408() throws IOException {
    assertThat(answer("GET /").status()).isEqualTo(408);
    assertThat(answer(request("insert", token, "{}").replace("{}", "{")).status()).isEqualTo(408);
  }

  @Test
  void trustedProxy_callerItNames_isWhoAsks() throws IOException {
    assertThat(answer(request("auth", "X-Forwarded-For: 192.0.2.7\r\n", "")).status())
        .isEqualTo(403);
  }

  @Test
  void corsOrigin_listedOrigin_mayRead() throws IOException {
    Answer answer = answer(request("auth", HERE + "Origin: https://a.example\r\n", ""));

    assertThat(answer.header("Access-Control-Allow-Origin")).contains("https://a.example");
  }

  @Test
  void allowedHost_requestThatNamesIt_isAnswered() throws IOException {
    String request = request("auth", HERE, "");

    assertThat(answer(request.replace("localhost", "kv.example:80")).status()).isEqualTo(200);
    assertThat(answer(request.replace("localhost", "other.example")).status()).isEqualTo(403);
  }

  @Test
  void prefixScope_values_isWhatSearchMatches() throws IOException {
    answer(request("insert", token, "{\"key\":\"some\",\"value\":\"other\"}"));

    assertThat(answer(request("search", token, "{\"prefix\":\"oth\"}")).text())
        .contains("{\"key\":\"some\",\"value\":\"other\"}");
  }

  @Test
  void accessLog_request_isALine() throws IOException {
    try (RawClient client = new RawClient(server.port())) {
      client.send(request("search", token, "{\"key\":\"none\"}")).read();
      // The line of a request is written before the next one of its connection is answered.
      client.send(request("search", token, "{\"key\":\"none\"}")).read();
    }
    assertThat(server.log()).contains("POST /api/search 204");
  }

  @Test
  void maxConnections_idleTimeout_oneTooManyAndOneTooIdle_areSentAway(@TempDir Path own)
      throws Exception {
    try (ChildServer narrow =
            ChildServer.start(own, List.of(), "--max-connections=1", "--idle-timeout=2s");
        RawClient first = new RawClient(narrow.port())) {
      String head =
          "Expect: 100-continue\r\nx-access-tokens: " + ClassicClient.token(first) + "\r\n";
      first.send(request("insert", head, "{").replace("{", ""));
      assertThat(first.read().status()).isEqualTo(100);
      try (RawClient second = new RawClient(narrow.port())) {
        assertThat(second.send(request("auth", "", "")).read().status()).isEqualTo(503);
      }
      assertThat(first.send("{").read().status()).isEqualTo(400);
      assertThat(first.isClosed()).isTrue();
    }
  }

  @Test
  void writeTimeout_clientThatReadsNothing_losesItsConnection(@TempDir Path own) throws Exception {
    try (ChildServer narrow =
            ChildServer.start(own, List.of(), "--max-connections=1", "--write-timeout=200ms");
        RawClient deaf = new RawClient(narrow.port())) {
      String owner = ClassicClient.token(deaf);
      for (int number = 0; number < 24; number++) {
        assertThat(ClassicClient.insert(deaf, owner, "wide" + number, "v".repeat(900_000)).status())
            .isEqualTo(201);
      }
      long begin = System.nanoTime();
      deaf.send(ClassicClient.post("/api/search", owner, ClassicClient.members("prefix", "wide")));
      int status = 503;
      while (status == 503) {
        try (RawClient next = new RawClient(narrow.port())) {
          status = next.send(request("auth", "", "")).read().status();
        }
      }
      assertThat(status).isEqualTo(200);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
    }
  }

  @Test
  void stopTimeout_requestThatStaysInFlight_isCut(@TempDir Path own) throws Exception {
    try (ChildServer stopping = ChildServer.start(own, List.of(), "--stop-timeout=200ms");
        RawClient slow = new RawClient(stopping.port())) {
      String head =
          "Expect: 100-continue\r\nx-access-tokens: " + ClassicClient.token(slow) + "\r\n";
      slow.send(request("insert", head, "{").replace("{", ""));
      assertThat(slow.read().status()).isEqualTo(100);
      long begin = System.nanoTime();
      stopping.terminate();
      stopping.awaitEnd();
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(8));
    }
  }

  @Test
  void watchHistory_changesBeyondIt_areGone() {
    ServerOptions options = new ServerOptions();
    new CommandLine(options)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .parseArgs("--in-memory", "--watch-history=4KiB");
    try (KVServer started = options.server().withoutEndpoint().build().start()) {
      long first = started.store().put("a", "1");
      long second = started.store().put("a", "v".repeat(3_000));
      started.store().changes(Changes.all().after(first)).close();
      started.store().put("a", "v".repeat(3_000));
      started.store().changes(Changes.all().after(second)).close();
      assertThatThrownBy(() -> started.store().changes(Changes.all().after(first)))
          .isInstanceOf(KVException.HistoryGone.class);
    }
  }

  private static String request(String endpoint, String headers, String body) {
    return "POST /api/%s HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %d\r\n\r\n%s"
        .formatted(endpoint, headers, body.length(), body);
  }

  private static Answer answer(String request) throws IOException {
    try (RawClient client = new RawClient(server.port())) {
      return client.send(request).read();
    }
  }
}

package io.kvapp.server.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.http.message.FinishedRequest;
import io.kvapp.server.http.message.RequestObserver;
import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AccessLogTest {
  private static final String HEAD = " HTTP/1.1\r\nHost: x\r\n";

  @ParameterizedTest
  @ValueSource(strings = {"a", "7f3c-12_b.C", "0123456789012345678901234567890123456789"})
  void requestId_thatIsPlain_isEchoed(String id) throws IOException {
    try (HttpListener listener = listener(false);
        RawClient client = new RawClient(listener.port())) {
      client.send("GET /" + HEAD + "X-Request-Id: " + id + "\r\n\r\n");
      assertThat(client.read().header("X-Request-Id")).contains(id);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\"b", "\u00e9", "<x>", "a,b", "a;b=c"})
  void requestId_thatIsNot_isReplaced(String id) throws IOException {
    try (HttpListener listener = listener(false);
        RawClient client = new RawClient(listener.port())) {
      client.send("GET /" + HEAD + "X-Request-Id: " + id + "\r\n\r\n");
      assertThat(client.read().header("X-Request-Id").orElseThrow()).matches("[0-9a-f]{16}");
      client.send("GET /" + HEAD + "X-Request-Id: " + "a".repeat(65) + "\r\n\r\n");
      assertThat(client.read().header("X-Request-Id").orElseThrow()).matches("[0-9a-f]{16}");
    }
  }

  @Test
  void requestId_ofRequestsWithoutOne_isMadeAndNeverTheSame() throws IOException {
    try (HttpListener listener = listener(false);
        RawClient first = new RawClient(listener.port());
        RawClient second = new RawClient(listener.port())) {
      List<String> ids =
          List.of(
              idOf(first, "GET /"),
              idOf(first, "GET /"),
              idOf(second, "GET /refused"),
              idOf(second, "GET  /broken"));
      assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.matches("[0-9a-f]{16}"));
    }
  }

  @Test
  void accessLog_eachRequest_isOneLine() throws IOException {
    List<String> lines =
        linesOf(
            true,
            client -> {
              client.send("GET /secret?token=hidden" + HEAD + "X-Request-Id: one\r\n\r\n");
              assertThat(client.read().status()).isEqualTo(200);
              client.send("POST /user/ann%0aB" + HEAD + "X-Request-Id: two\r\n\r\n");
              client.read();
              client.send("GET /large/100000" + HEAD + "X-Request-Id: three\r\n\r\n");
              client.read();
              client.send("GET /empty" + HEAD + "X-Request-Id: four\r\n\r\n");
              client.read();
              client.send("GET /hidden/key" + HEAD + "X-Request-Id: five\r\n\r\n");
              client.read();
              client.send("GET  /" + HEAD + "\r\n");
              assertThat(client.read().status()).isEqualTo(400);
              client.isClosed();
            });
    assertThat(lines).hasSize(6);
    assertThat(lines.get(0)).matches(".* GET /secret 200 \\d+ \\d+ - one");
    assertThat(lines.get(1)).matches(".* POST /user/ann%0aB 200 \\d+ \\d+ Ann__B two");
    assertThat(lines.get(2)).matches(".* GET /large/100000 200 100000 \\d+ - three");
    assertThat(lines.get(3)).matches(".* GET /empty 204 0 \\d+ - four");
    assertThat(lines.get(4)).matches(".* GET - 200 \\d+ \\d+ - five");
    assertThat(lines.get(5)).matches(".* - - 400 \\d+ \\d+ - [0-9a-f]{16}");
  }

  @Test
  void observer_eachRequest_isToldOnceWhatItWas() throws IOException {
    List<String> told = new CopyOnWriteArrayList<>();
    RequestObserver observer =
        request -> {
          told.add(
              "%s %s %d %d %d %s %s"
                  .formatted(
                      request.method(),
                      request.route(),
                      request.status(),
                      request.bytesIn(),
                      request.bytesOut(),
                      request.user(),
                      request.id()));
          assertThat(request.nanos()).isPositive();
          throw new IllegalStateException("the observer's own fault");
        };
    try (HttpListener listener =
            HttpListener.start(
                "127.0.0.1",
                0,
                HttpSettings.defaults(),
                SocketLayer.PLAIN,
                new EchoHandler(),
                List.of(observer));
        RawClient client = new RawClient(listener.port())) {
      String id = "X-Request-Id: a\r\n";
      client.send("POST /user/x" + HEAD + id + "Content-Length: 3\r\n\r\nabc");
      client.send("POST /ignore" + HEAD + id + "Transfer-Encoding: chunked\r\n\r\n");
      client.send("2\r\nab\r\n0\r\n\r\n");
      client.send("HEAD /large/70000" + HEAD + id + "\r\n");
      client.send("GET /hidden/x" + HEAD + id + "\r\n");
      client.send("GET /error" + HEAD + id + "\r\n");
      client.rest();
    }
    assertThat(told)
        .containsExactly(
            "POST /user/x 200 3 22 Ann\r\nB a",
            "POST /ignore 200 2 19 null a",
            "HEAD /large/70000 200 0 0 null a",
            "GET null 200 0 20 null a",
            "GET /error 500 0 9 null a");
  }

  @Test
  void accessLog_byDefault_isOff() throws IOException {
    List<String> lines =
        linesOf(
            false,
            client -> {
              client.send("GET /" + HEAD + "\r\n");
              client.read();
            });
    assertThat(lines).isEmpty();
  }

  @Test
  void slowLog_requestThatTakesLong_isOneLineWithoutItsPath() throws IOException {
    HttpSettings settings = HttpSettings.defaults().with(HttpSetting.SLOW, Duration.ofMillis(50));
    List<String> lines =
        linesOf(
            "slow - ",
            settings,
            client -> {
              client.send("POST /hidden/key" + HEAD + "X-Request-Id: one\r\n");
              client.send("Expect: 100-continue\r\nContent-Length: 1\r\n\r\n");
              // It has begun by now.
              assertThat(client.read().status()).isEqualTo(100);
              pause(60);
              client.send("x");
              client.read();
            });
    assertThat(lines).singleElement().asString().matches(".* POST - 200 \\d+ \\d{5,} - one");
  }

  @Test
  void slowLog_requestsBelowIt_areNotLogged() throws IOException {
    HttpSettings settings = HttpSettings.defaults().with(HttpSetting.SLOW, Duration.ofHours(1));
    List<String> lines =
        linesOf(
            "slow - ",
            settings,
            client -> {
              client.send("GET /" + HEAD + "\r\n");
              client.read();
            });
    assertThat(lines).isEmpty();
  }

  @Test
  void slowLog_streams_areNotSlow() throws IOException {
    RequestObserver slow = AccessLog.ofSlow(1);
    List<String> lines = printed("slow - ", () -> slow.finished(stream(true)));
    assertThat(lines).isEmpty();
    assertThat(printed("slow - ", () -> slow.finished(stream(false)))).hasSize(1);
  }

  private static FinishedRequest stream(boolean isLongLived) {
    RequestHead head = new RequestHead(null);
    head.method = "GET";
    Exchange exchange = new Exchange(List.of(request -> {}), head, new RequestId());
    exchange.begin();
    if (isLongLived) {
      exchange.lasts();
    }
    exchange.end(200, 0, 0);
    return exchange;
  }

  /** Certainly so long. */
  private static void pause(long millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }

  private interface Session {
    void run(RawClient client) throws IOException;
  }

  /** What the logger prints, by the logger of the tests, while a client is served. */
  private static List<String> linesOf(boolean accessLog, Session session) throws IOException {
    return linesOf(
        "access - ",
        HttpSettings.defaults().with(HttpSetting.ACCESS_LOG, accessLog ? 1 : 0),
        session);
  }

  private static List<String> linesOf(String logger, HttpSettings settings, Session session)
      throws IOException {
    return printed(
        logger,
        () -> {
          try (HttpListener listener =
                  HttpListener.start("127.0.0.1", 0, settings, new EchoHandler());
              RawClient client = new RawClient(listener.port())) {
            session.run(client);
          }
        });
  }

  private interface Printing {
    void run() throws IOException;
  }

  private static List<String> printed(String logger, Printing action) throws IOException {
    PrintStream standardError = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      action.run();
    } finally {
      System.setErr(standardError);
    }
    return printed
        .toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains(logger))
        .toList();
  }

  private static String idOf(RawClient client, String line) throws IOException {
    client.send(line + HEAD + "\r\n");
    return client.read().header("X-Request-Id").orElseThrow();
  }

  private static HttpListener listener(boolean accessLog) {
    HttpSettings settings = HttpSettings.defaults().with(HttpSetting.ACCESS_LOG, accessLog ? 1 : 0);
    return HttpListener.start("127.0.0.1", 0, settings, new EchoHandler());
  }
}

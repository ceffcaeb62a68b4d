package io.kvapp.server.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.settings.HttpSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ConnectionLimitsTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(150);

  private final EchoHandler handler = new EchoHandler();
  private HttpListener listener;

  @AfterEach
  void stop() {
    listener.close();
  }

  @Test
  void requestLine_atItsLimitIsServed_beyondIt414() throws IOException {
    start(settings(LONG, LONG, LONG, LONG, 10));
    String filler = "GET /" + "a".repeat(200 - "GET / HTTP/1.1\r\n".length());
    try (RawClient client = new RawClient(listener.port())) {
      client.send(filler + " HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(client.read().status()).isEqualTo(200);
      client.send(filler + "a HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(client.read().status()).isEqualTo(414);
      assertThat(client.isClosed()).isTrue();
    }
    assertThat(statusOf("GET /" + "a".repeat(100_000))).isEqualTo(414);
  }

  @Test
  void head_atItsLimitIsServed_beyondIt431() throws IOException {
    start(settings(LONG, LONG, LONG, LONG, 10));
    String head = "GET / HTTP/1.1\r\nHost: x\r\nA: ";
    String filler = head + "a".repeat(400 - head.length() - 4);
    assertThat(statusOf(filler + "\r\n\r\n")).isEqualTo(200);
    assertThat(statusOf(filler + "a\r\n\r\n")).isEqualTo(431);
    assertThat(statusOf(head + "a".repeat(100_000))).isEqualTo(431);
  }

  @Test
  void headers_atTheirLimitAreServed_beyondIt431() throws IOException {
    start(settings(LONG, LONG, LONG, LONG, 10));
    String head = "GET / HTTP/1.1\r\nHost: x\r\n";
    assertThat(statusOf(head + "A: b\r\n".repeat(7) + "\r\n")).isEqualTo(200);
    assertThat(statusOf(head + "A: b\r\n".repeat(8) + "\r\n")).isEqualTo(431);
  }

  @Test
  void trailers_beyondTheirLimits_are431() throws IOException {
    start(settings(LONG, LONG, LONG, LONG, 10));
    String head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
    assertThat(statusOf(head + "A: b\r\n".repeat(8) + "\r\n")).isEqualTo(200);
    assertThat(statusOf(head + "A: b\r\n".repeat(9) + "\r\n")).isEqualTo(431);
    assertThat(statusOf(head + "A: " + "b".repeat(500))).isEqualTo(431);
  }

  @Test
  void body_atItsLimitIsServed_beyondIt413() throws IOException {
    start(settings(LONG, LONG, LONG, LONG, 10));
    String head = "POST / HTTP/1.1\r\nHost: x\r\n";
    String body = "x".repeat(1_000);
    assertThat(statusOf(head + "Content-Length: 1000\r\n\r\n" + body)).isEqualTo(200);
    assertThat(statusOf(head + "Content-Length: 1001\r\n\r\n" + body + "x")).isEqualTo(413);
    assertThat(statusOf(head + "Content-Length: 99999999999999999999\r\n\r\n")).isEqualTo(413);
    String chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
    String half = "1f4\r\n" + "x".repeat(500) + "\r\n";
    assertThat(statusOf(chunked + half + half + "0\r\n\r\n")).isEqualTo(200);
    assertThat(statusOf(chunked + half + half + "1\r\nx\r\n0\r\n\r\n")).isEqualTo(413);
    assertThat(statusOf(chunked + "ffffffff\r\n")).isEqualTo(413);
    assertThat(statusOf(chunked + "fffffffffffffffffffffff\r\n")).isEqualTo(413);
  }

  @Test
  void body_tooLargeAndStillBeingSent_isAnsweredBeforeTheConnectionEnds() throws IOException {
    start(settings(LONG, LONG, LONG, LONG, 10));
    int length = 8 << 20;
    try (RawClient client = new RawClient(listener.port())) {
      client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\n");
      client.send(new byte[length]);
      assertThat(client.read().status()).isEqualTo(413);
    }
  }

  @Test
  void head_thatTakesTooLong_is408() throws IOException {
    start(settings(SHORT, LONG, LONG, LONG, 10));
    try (RawClient client = new RawClient(listener.port())) {
      client.send("GET / HTTP/1.1\r\nHost");
      assertThat(client.read().status()).isEqualTo(408);
      assertThat(client.isClosed()).isTrue();
    }
  }

  @Test
  void body_thatTakesTooLong_is408() throws IOException {
    start(settings(LONG, SHORT, LONG, LONG, 10));
    for (String framing : List.of("Content-Length: 5", "Transfer-Encoding: chunked")) {
      for (String path : List.of("/", "/ignore")) {
        try (RawClient client = new RawClient(listener.port())) {
          client.send("POST " + path + " HTTP/1.1\r\nHost: x\r\n" + framing + "\r\n\r\n5\r\n");
          assertThat(client.read().status()).isEqualTo(408);
          assertThat(client.isClosed()).isTrue();
        }
      }
    }
  }

  @Test
  void connection_thatIsIdleTooLong_isClosedWithoutAWord() throws IOException {
    start(settings(LONG, LONG, SHORT, LONG, 10));
    try (RawClient client = new RawClient(listener.port());
        RawClient silent = new RawClient(listener.port())) {
      client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(client.read().status()).isEqualTo(200);
      assertThat(client.isClosed()).isTrue();
      assertThat(silent.isClosed()).isTrue();
    }
  }

  @Test
  void connection_thatIsIdleBehindAnEmptyLine_isClosedWithoutAWord() throws IOException {
    start(settings(LONG, LONG, SHORT, LONG, 10));
    try (RawClient client = new RawClient(listener.port())) {
      client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n\r\n");
      assertThat(client.read().status()).isEqualTo(200);
      assertThat(client.isClosed()).isTrue();
    }
  }

  @Test
  void response_thatNobodyReads_endsTheConnection() throws IOException {
    start(settings(LONG, LONG, LONG, SHORT, 1));
    try (RawClient reader = new RawClient(listener.port())) {
      reader.send("GET /large/100000000 HTTP/1.1\r\nHost: x\r\n\r\n");
      // The only connection there may be: another is served once this one has been given up.
      int status = 503;
      while (status == 503) {
        status = statusOrRefusal();
      }
      assertThat(status).isEqualTo(200);
    }
  }

  @Test
  void connections_beyondTheirLimit_are503AndOthersAreServedAgainLater() throws IOException {
    start(settings(LONG, LONG, LONG, LONG, 3));
    List<RawClient> holders = new ArrayList<>();
    for (int count = 0; count < 3; count++) {
      RawClient holder = new RawClient(listener.port());
      holder.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
      holders.add(holder);
    }
    awaitHandled(3);
    for (int count = 0; count < 20; count++) {
      try (RawClient refused = new RawClient(listener.port())) {
        refused.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(refused.read().status()).isEqualTo(503);
        assertThat(refused.isClosed()).isTrue();
      }
      assertThat(statusOf("GET /probe HTTP/1.1\r\nHost: x\r\n\r\n")).isEqualTo(200);
    }
    for (RawClient holder : holders) {
      holder.close();
    }
    int status = 503;
    while (status == 503) {
      status = statusOrRefusal();
    }
    assertThat(status).isEqualTo(200);
  }

  @Test
  void connections_farBeyondTheirLimit_are503WithoutARequest() throws IOException {
    start(settings(LONG, LONG, LONG, LONG, 1));
    List<RawClient> silent = new ArrayList<>();
    try (RawClient holder = new RawClient(listener.port())) {
      holder.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
      awaitHandled(1);
      for (int count = 0; count < 20; count++) {
        silent.add(new RawClient(listener.port()));
      }
      assertThat(silent.get(19).read().status()).isEqualTo(503);
    } finally {
      for (RawClient client : silent) {
        client.close();
      }
    }
  }

  @Test
  void connection_beyondTheLimit_takesThePlaceOfTheLongestIdle() throws IOException {
    start(settings(LONG, LONG, LONG, LONG, 4));
    List<RawClient> idle = new ArrayList<>();
    for (int count = 0; count < 4; count++) {
      RawClient client = new RawClient(listener.port());
      client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(client.read().status()).isEqualTo(200);
      idle.add(client);
    }
    assertThat(statusOf("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).isEqualTo(200);
    int closed = 0;
    for (RawClient client : idle) {
      client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      closed += client.isClosed() ? 1 : 0;
      client.close();
    }
    assertThat(closed).isOne();
  }

  private void awaitHandled(int count) {
    while (handler.handled.get() < count) {
      Thread.onSpinWait();
    }
  }

  private int statusOrRefusal() {
    try {
      return statusOf("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    } catch (IOException refusedWithoutAWord) {
      return 503;
    }
  }

  private int statusOf(String request) throws IOException {
    try (RawClient client = new RawClient(listener.port())) {
      client.send(request);
      return client.read().status();
    }
  }

  private void start(HttpSettings settings) {
    listener = HttpListener.start("127.0.0.1", 0, settings, handler);
  }

  private static HttpSettings settings(
      Duration head, Duration body, Duration idle, Duration write, int connections) {
    return HttpSettings.defaults()
        .with(HttpSetting.MAX_REQUEST_LINE_BYTES, 200)
        .with(HttpSetting.MAX_HEAD_BYTES, 400)
        .with(HttpSetting.MAX_HEADERS, 8)
        .with(HttpSetting.MAX_BODY_BYTES, 1_000)
        .with(HttpSetting.HEAD_TIMEOUT, head)
        .with(HttpSetting.BODY_TIMEOUT, body)
        .with(HttpSetting.IDLE_TIMEOUT, idle)
        .with(HttpSetting.WRITE_TIMEOUT, write)
        .with(HttpSetting.STOP_TIMEOUT, LONG)
        .with(HttpSetting.MAX_CONNECTIONS, connections)
        .with(HttpSetting.BACKLOG, 50)
        .with(HttpSetting.MAX_BUFFERED_BYTES, 16 << 20);
  }
}

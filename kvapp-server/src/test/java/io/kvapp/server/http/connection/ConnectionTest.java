package io.kvapp.server.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.http.connection.RawClient.Answer;
import io.kvapp.server.settings.HttpSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConnectionTest {
  private static final String GET = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

  private HttpListener listener;
  private RawClient client;

  @BeforeEach
  void start() throws IOException {
    listener = HttpListener.start("127.0.0.1", 0, HttpSettings.defaults(), new EchoHandler());
    client = new RawClient(listener.port());
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    listener.close();
  }

  @Test
  void serve_thousandRequestsOnOneConnection_areAllAnswered() throws IOException {
    for (int number = 0; number < 1_000; number++) {
      client.send("GET /" + number + " HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(client.read().text()).isEqualTo("GET /" + number + "? null ");
    }
  }

  @Test
  void serve_pipelinedRequests_areAnsweredInOrder() throws IOException {
    StringBuilder requests = new StringBuilder();
    for (int number = 0; number < 2_000; number++) {
      String body = "x".repeat(number % 50);
      requests.append("POST /" + number + " HTTP/1.1\r\nHost: x\r\nContent-Length: ");
      requests.append(body.length()).append("\r\n\r\n").append(body);
    }
    Thread sender =
        new Thread(
            () -> {
              try {
                client.send(requests.toString());
              } catch (IOException gone) {
                throw new java.io.UncheckedIOException(gone);
              }
            });
    sender.start();
    for (int number = 0; number < 2_000; number++) {
      assertThat(client.read().text())
          .isEqualTo("POST /" + number + "? null " + "x".repeat(number % 50));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1.1, '', true",
    "1.1, close, false",
    "1.1, 'a, Close', false",
    "1.1, keep-alive, true",
    "1.0, '', false",
    "1.0, keep-alive, true",
    "1.0, 'Keep-Alive, close', false"
  })
  void serve_connectionHeader_saysWhetherConnectionIsKept(
      String version, String connection, boolean kept) throws IOException {
    String header = connection.isEmpty() ? "" : "Connection: " + connection + "\r\n";
    client.send("GET /a HTTP/" + version + "\r\nHost: x\r\n" + header + "\r\n");
    Answer answer = client.read();
    assertThat(answer.status()).isEqualTo(200);
    if (kept) {
      assertThat(answer.header("Connection"))
          .isEqualTo(
              version.equals("1.0")
                  ? java.util.Optional.of("keep-alive")
                  : java.util.Optional.empty());
      client.send(GET);
      assertThat(client.read().status()).isEqualTo(200);
    } else {
      assertThat(answer.header("Connection")).contains("close");
      assertThat(client.isClosed()).isTrue();
    }
  }

  @Test
  void serve_http10WithoutHost_isAnswered() throws IOException {
    client.send("GET /a HTTP/1.0\r\n\r\n");
    assertThat(client.read().text()).isEqualTo("GET /a? null ");
  }

  @Test
  void serve_errorOfHandler_keepsConnection() throws IOException {
    client.send("POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab" + GET);
    assertThat(client.read().status()).isEqualTo(422);
    assertThat(client.read().status()).isEqualTo(200);
  }

  @Test
  void serve_bodyThatFailsBeforeItIsSent_is500AndKeepsConnection() throws IOException {
    client.send("GET /late HTTP/1.1\r\nHost: x\r\n\r\n" + GET);
    assertThat(client.read().status()).isEqualTo(500);
    assertThat(client.read().status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/error", "/error-in-body"})
  void serve_errorOfTheVirtualMachine_is500AndEndsTheConnectionAlone(String path)
      throws IOException {
    client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    assertThat(client.read().status()).isEqualTo(500);
    assertThat(client.isClosed()).isTrue();
    try (RawClient other = new RawClient(listener.port())) {
      other.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(other.read().status()).isEqualTo(200);
    }
  }

  @Test
  void serve_head_hasLengthAndNoBody() throws IOException {
    client.send("HEAD /large/10 HTTP/1.1\r\nHost: x\r\n\r\n" + GET);
    assertThat(client.read(true).header("Content-Length")).contains("10");
    assertThat(client.read().text()).isEqualTo("GET /a? null ");
  }

  @Test
  void serve_headOfLargeResponse_hasNoBody() throws IOException {
    client.send("HEAD /large/1000000 HTTP/1.1\r\nHost: x\r\n\r\n" + GET);
    assertThat(client.read(true).status()).isEqualTo(200);
    assertThat(client.read().text()).isEqualTo("GET /a? null ");
  }

  @Test
  void serve_noContent_hasNeitherLengthNorBody() throws IOException {
    client.send("GET /empty HTTP/1.1\r\nHost: x\r\n\r\n" + GET);
    Answer answer = client.read();
    assertThat(answer.status()).isEqualTo(204);
    assertThat(answer.header("Content-Length")).isEmpty();
    assertThat(answer.header("Transfer-Encoding")).isEmpty();
    assertThat(client.read().status()).isEqualTo(200);
  }

  @Test
  void serve_everyResponse_hasTheDate() throws IOException {
    client.send(GET);
    String date = client.read().header("Date").orElseThrow();
    Instant sent = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    assertThat(Duration.between(sent, Instant.now())).isBetween(Duration.ZERO, ofMinute());
  }

  @ParameterizedTest
  @CsvSource({"65536, false", "65537, true", "1000000, true"})
  void serve_largeResponse_isChunkedBeyondOnePiece(int size, boolean chunked) throws IOException {
    client.send("GET /large/" + size + " HTTP/1.1\r\nHost: x\r\n\r\n" + GET);
    Answer answer = client.read();
    assertThat(answer.header("Transfer-Encoding").isPresent()).isEqualTo(chunked);
    assertThat(answer.header("Content-Length").isPresent()).isNotEqualTo(chunked);
    assertThat(answer.body()).hasSize(size);
    for (int at = 0; at < size; at++) {
      if (answer.body()[at] != 'a' + at % 26) {
        throw new AssertionError("byte " + at + " is wrong");
      }
    }
    assertThat(client.read().status()).isEqualTo(200);
  }

  @Test
  void serve_largeResponseToHttp10_endsWithTheConnection() throws IOException {
    client.send("GET /large/200000 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    Answer answer = client.read();
    assertThat(answer.header("Connection")).contains("close");
    assertThat(answer.header("Transfer-Encoding")).isEmpty();
    assertThat(answer.body()).hasSize(200_000);
  }

  @Test
  void serve_clientThatLeavesInMidResponse_doesNoHarm() throws IOException {
    for (int round = 0; round < 20; round++) {
      try (RawClient leaver = new RawClient(listener.port())) {
        leaver.send("GET /large/20000000 HTTP/1.1\r\nHost: x\r\n\r\n");
        leaver.socket().getInputStream().read();
      }
    }
    client.send(GET);
    assertThat(client.read().status()).isEqualTo(200);
  }

  @Test
  @Timeout(60)
  void serve_handlerThatLooksForItsClient_losesNothingOfTheNextRequests() throws IOException {
    for (int round = 0; round < 3; round++) {
      client.send("POST /look HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab" + GET.repeat(9));
      assertThat(client.read().text()).isEqualTo("POST /look? null ab");
      for (int next = 0; next < 9; next++) {
        assertThat(client.read().text()).isEqualTo("GET /a? null ");
      }
    }
  }

  @Test
  @Timeout(60)
  void serve_clientThatLeavesAHandlerWhichLooks_endsIt() throws IOException {
    client.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n").endOutput();
    assertThat(client.read().status()).isEqualTo(400);
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  @Timeout(60)
  void serve_endOfOutputThatBlocks_isCutByTheDeadline() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    ScriptedSocket socket =
        new ScriptedSocket(EchoHandler.latin1("malformed\r\n")) {
          @Override
          public void shutdownOutput() {
            try {
              closed.await();
            } catch (InterruptedException interrupted) {
              throw new AssertionError(interrupted);
            }
          }

          @Override
          public void close() {
            closed.countDown();
          }
        };
    try (Watchdog watchdog = new Watchdog(Duration.ofMillis(20).toNanos())) {
      watchdog.start();
      Deadline deadline = new Deadline(socket, watchdog);
      watchdog.watch(deadline);
      MemoryBudget budget = new MemoryBudget(1 << 20);
      ConnectionMemory memory = new ConnectionMemory(budget, budget);
      HttpSettings settings = HttpSettings.defaults();
      new Connection(
              settings,
              new EchoHandler(),
              socket,
              deadline,
              memory,
              new Watchers(0),
              List.of(),
              () -> false)
          .serve();
    }
    assertThat(new String(socket.received(), StandardCharsets.ISO_8859_1))
        .startsWith("HTTP/1.1 400");
  }

  private static Duration ofMinute() {
    return Duration.ofMinutes(1);
  }
}

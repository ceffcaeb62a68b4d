package io.kvapp.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.classic.ClassicClient;
import io.kvapp.server.command.ChildServer;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server with a heap of 128 MiB gets what no honest client sends, and stays. */
@Timeout(120)
final class HostileLoadTest {
  private static final int LIMIT = 1 << 20;
  private static final String AROUND_VALUE = ClassicClient.members("key", "big", "value", "");

  @TempDir static Path folder;
  private static ChildServer server;
  private static String token;

  private final List<RawClient> clients = new ArrayList<>();

  @BeforeAll
  static void start() throws IOException {
    server = ChildServer.start(folder, List.of("-Xmx128m"));
    try (RawClient client = new RawClient(server.port())) {
      token = ClassicClient.token(client);
    }
  }

  @AfterAll
  static void stop() throws InterruptedException {
    server.close();
  }

  @AfterEach
  void serverStillServes_andNeverRanOutOfMemory() throws IOException {
    assertServes();
    for (RawClient client : clients) {
      client.close();
    }
    assertServes();
    assertThat(server.isAlive()).isTrue();
    assertThat(server.log()).doesNotContain("OutOfMemory", "short of memory", "Exception");
  }

  @ParameterizedTest
  @ValueSource(strings = {"v", "\u00e9", "\u20ac", "\ud83d\ude00", "\\n", "\\u20ac"})
  void bodyAtItsLimit_isStoredAndFound(String part) throws IOException {
    int room = LIMIT - AROUND_VALUE.length();
    int partBytes = part.getBytes(StandardCharsets.UTF_8).length;
    String value = part.repeat(room / partBytes) + "x".repeat(room % partBytes);
    String body = AROUND_VALUE.replace("\"\"", '"' + value + '"');
    assertThat(body.getBytes(StandardCharsets.UTF_8)).hasSize(LIMIT);
    for (int round = 0; round < 5; round++) {
      Answer stored = client().send(ClassicClient.post("/api/insert", token, body)).read();
      assertThat(stored.status()).isEqualTo(201);
      Answer found = ClassicClient.search(client(), token, "key", "big");
      assertThat(found.status()).isEqualTo(200);
      assertThat(found.body()).isEqualTo(stored.body());
    }
  }

  @Test
  void bodiesAtTheirLimit_manyAtATime_areStoredOrRefused() throws Exception {
    String body = AROUND_VALUE.replace("\"\"", '"' + "\u00e9".repeat(500_000) + '"');
    byte[] request = ClassicClient.post("/api/insert", token, body);
    ExecutorService threads = Executors.newFixedThreadPool(50);
    try {
      List<Callable<Integer>> calls = new ArrayList<>();
      for (int count = 0; count < 200; count++) {
        calls.add(
            () -> {
              try (RawClient client = new RawClient(server.port())) {
                return client.send(request).read().status();
              }
            });
      }
      List<Integer> statuses = new ArrayList<>();
      for (Future<Integer> call : threads.invokeAll(calls)) {
        statuses.add(call.get());
      }
      assertThat(statuses).isSubsetOf(201, 503).contains(201);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void bodyOneOverItsLimit_is413() throws IOException {
    String body = AROUND_VALUE.replace("\"\"", '"' + "v".repeat(LIMIT) + '"');
    body = body.substring(body.length() - LIMIT - 1);
    assertThat(client().send(ClassicClient.post("/api/insert", token, body)).read().status())
        .isEqualTo(413);
  }

  @Test
  void endlessChunks_are413AndTheEnd() throws IOException {
    RawClient client = client();
    client.send(
        "POST /api/insert HTTP/1.1\r\n"
            + "Host: localhost\r\n"
            + "Transfer-Encoding: chunked\r\n"
            + "x-access-tokens: "
            + token
            + "\r\n\r\n");
    byte[] chunk = ("1000\r\n" + "x".repeat(0x1000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    boolean open = true;
    for (int count = 0; open && count < 100_000; count++) {
      try {
        client.send(chunk);
      } catch (SocketException closedByTheServer) {
        open = false;
      }
    }
    assertThat(open).isFalse();
  }

  @Test
  void chunksOfOneByte_areRead() throws IOException {
    String body = ClassicClient.members("key", "k", "value", "v".repeat(20_000));
    StringBuilder chunks = new StringBuilder();
    body.chars().forEach(octet -> chunks.append("1\r\n").append((char) octet).append("\r\n"));
    RawClient client = client();
    client.send(
        "POST /api/insert HTTP/1.1\r\n"
            + "Host: localhost\r\n"
            + "Transfer-Encoding: chunked\r\n"
            + "x-access-tokens: "
            + token
            + "\r\n\r\n"
            + chunks
            + "0\r\n\r\n");
    assertThat(client.read().status()).isEqualTo(201);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"a\":", "{\"key\":["})
  void jsonNested100000Deep_is400(String opening) throws IOException {
    String body = opening.repeat(100_000);
    assertThat(client().send(ClassicClient.post("/api/insert", token, body)).read().status())
        .isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s", "-%s", "0.%s", "1e%s", "{\"key\":%s}", "{\"%s\":1}"})
  void numberOfAMillionDigits_is400(String form) throws IOException {
    String body = String.format(form, "9".repeat(1_000_000));
    assertThat(client().send(ClassicClient.post("/api/search", token, body)).read().status())
        .isEqualTo(400);
  }

  @Test
  void tokenOfAMegabyte_is431() throws IOException {
    byte[] request = ClassicClient.post("/api/search", "x".repeat(1 << 20), "{}");
    assertThat(client().send(request).read().status()).isEqualTo(431);
  }

  @Test
  void bodiesThatNeverEnd_manyAtATime_leaveRoomForOthers() throws IOException {
    byte[] request = ClassicClient.post("/api/insert", token, "x".repeat(LIMIT));
    byte[] half = Arrays.copyOf(request, LIMIT / 2);
    for (int count = 0; count < 300; count++) {
      client().send(half);
    }
    assertServesLarger();
  }

  @Test
  void bodiesThatNeverBegin_manyAtATime_leaveRoomForOthers() throws IOException {
    byte[] request = ClassicClient.post("/api/insert", token, "x".repeat(LIMIT));
    byte[] head = Arrays.copyOf(request, request.length - LIMIT);
    for (int count = 0; count < 300; count++) {
      client().send(head);
    }
    assertServesLarger();
  }

  @Test
  void headsThatNeverEnd_manyAtATime_leaveRoomForOthers() throws IOException {
    String part = "GET / HTTP/1.1\r\nA: " + "a".repeat(16_000);
    for (int count = 0; count < 800; count++) {
      client().send(part);
    }
    for (int count = 0; count < 20; count++) {
      assertServes();
    }
  }

  @Test
  void largeResponsesThatNobodyReads_manyAtATime_leaveRoomForOthers() throws IOException {
    RawClient writer = client();
    for (int count = 0; count < 30; count++) {
      assertThat(ClassicClient.insert(writer, token, "wide" + count, "v".repeat(900_000)).status())
          .isEqualTo(201);
    }
    byte[] searchAll =
        ClassicClient.post("/api/search", token, ClassicClient.members("prefix", "wide"));
    byte[] searchOne =
        ClassicClient.post("/api/search", token, ClassicClient.members("key", "wide1"));
    for (int count = 0; count < 300; count++) {
      client().send(count % 2 == 0 ? searchAll : searchOne);
    }
    for (int count = 0; count < 20; count++) {
      assertServes();
    }
  }

  @Test
  void largeResponses_onConnectionsThatStayOpen_leaveRoomForOthers() throws IOException {
    String value = "v".repeat(900_000);
    assertThat(ClassicClient.insert(client(), token, "wide", value).status()).isEqualTo(201);
    for (int count = 0; count < 200; count++) {
      assertThat(ClassicClient.search(client(), token, "key", "wide").status()).isEqualTo(200);
    }
    assertServes();
  }

  @Test
  void watchersThatDoNotRead_asManyAsMayBe_leaveRoomForOthers() throws IOException {
    RawClient writer = client();
    for (int count = 0; count < 1_000; count++) {
      assertThat(ClassicClient.insert(writer, token, "page" + count, "v".repeat(10_000)).status())
          .isEqualTo(201);
    }
    String watch = "GET /v1/watch?prefix=page&initial=true HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for (int count = 0; count < 256; count++) {
      client().send(watch);
      assertServes();
    }
    assertThat(client().send(watch).read().status()).isEqualTo(503);
    for (int count = 0; count < 20; count++) {
      assertServes();
    }
  }

  @Test
  void watchersThatDoNotRead_largeChanges_leaveRoomForOthers() throws IOException {
    for (int count = 0; count < 64; count++) {
      RawClient watcher = client();
      watcher.send("GET /v1/watch?prefix=broad HTTP/1.1\r\nHost: localhost\r\n\r\n");
      watcher.until("synced");
    }
    assertThat(sendLarge("PUT /v1/kv/broad", "v".repeat(8 << 20))).isEqualTo(201);
    String put = "{\"op\":\"put\",\"key\":\"broad%d\",\"value\":\"%s\"},";
    StringBuilder puts = new StringBuilder();
    for (int number = 0; number < 12; number++) {
      puts.append(put.formatted(number, "v".repeat(900_000)));
    }
    String transaction = "{\"then\":[" + puts + "{\"op\":\"delete\",\"key\":\"broad\"}]}";
    assertThat(sendLarge("POST /v1/txn", transaction)).isIn(200, 503);
    for (int count = 0; count < 20; count++) {
      assertServes();
    }
  }

  private int sendLarge(String request, String body) throws IOException {
    String head = " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length();
    return client().send(request + head + "\r\n\r\n" + body).read().status();
  }

  /** A small request is answered, whatever else goes on. */
  private void assertServes() throws IOException {
    try (RawClient client = new RawClient(server.port())) {
      assertThat(ClassicClient.insert(client, token, "small", "value").status()).isEqualTo(201);
      Answer found = ClassicClient.search(client, token, "key", "small");
      assertThat(found.text()).isEqualTo(ClassicClient.members("key", "small", "value", "value"));
    }
  }

  /** Small requests are answered, and such whose memory has to be reserved. */
  private void assertServesLarger() throws IOException {
    for (int count = 0; count < 20; count++) {
      assertServes();
      assertThat(ClassicClient.insert(client(), token, "larger", "v".repeat(20_000)).status())
          .isEqualTo(201);
    }
  }

  private RawClient client() throws IOException {
    RawClient client = new RawClient(server.port());
    clients.add(client);
    return client;
  }
}

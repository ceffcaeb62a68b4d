package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.kvapp.Batch;
import io.kvapp.KVServer;
import io.kvapp.StoreOptions;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.SteppedClock;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import io.kvapp.server.settings.HttpSetting;
import io.kvapp.server.v1.EventClient.Block;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class WatchEndpointTest {
  private final SteppedClock clock = new SteppedClock();
  private V1Client client;

  @BeforeEach
  void start() throws IOException {
    client = new V1Client(KVServer.builder().inMemory().clock(clock), HttpEndpoint.builder());
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
  }

  @Test
  void watch_withoutParameters_isSyncedAndThenTellsChanges() throws IOException {
    long before = client.store().put("old", "1");
    try (EventClient events = watch("")) {
      assertThat(events.header("KVApp-Revision")).isEqualTo(Long.toString(before));
      assertThat(events.header("Cache-Control")).isEqualTo("no-store");
      assertThat(events.header("X-Accel-Buffering")).isEqualTo("no");
      assertThat(events.block())
          .isEqualTo(
              new Block("" + before, "{\"type\":\"synced\",\"revision\":" + before + "}", null));
      long put = client.store().put("city:gyor", "Győr\n");
      assertThat(events.block())
          .isEqualTo(
              new Block(
                  "" + put,
                  "{\"type\":\"put\",\"key\":\"city:gyor\",\"value\":\"Győr\\n\",\"size\":6,"
                      + "\"revision\":"
                      + put
                      + "}",
                  null));
      long binary = client.store().put(new byte[] {(byte) 0xff}, new byte[] {(byte) 0xfe});
      assertThat(events.block().data())
          .isEqualTo(
              "{\"type\":\"put\",\"key_base64\":\"/w==\",\"value_base64\":\"/g==\",\"size\":1,"
                  + "\"revision\":"
                  + binary
                  + "}");
      client.store().delete("old");
      long deleted = client.store().revision();
      assertThat(events.block())
          .isEqualTo(
              new Block(
                  "" + deleted,
                  "{\"type\":\"delete\",\"key\":\"old\",\"revision\":" + deleted + "}",
                  null));
    }
  }

  @Test
  void watch_expiry_isToldAsSuch() throws IOException {
    client.call("PUT", "/v1/kv/session?ttl=1h");
    client.send("PUT", "/v1/kv/session?ttl=1h", "x");
    try (EventClient events = watch("?initial=true")) {
      assertThat(events.message().what()).isEqualTo("reset");
      assertThat(events.message().json().get("expires_at").getAsString())
          .isEqualTo("2026-01-02T04:04:05.000Z");
      assertThat(events.message().what()).isEqualTo("synced");
      clock.advance(Duration.ofHours(2));
      Block expired = events.message();
      assertThat(expired.what()).isEqualTo("expire session");
      assertThat(expired.json().keySet()).containsExactly("type", "key", "revision", "expires_at");
    }
  }

  @Test
  void watch_after_tellsWhatWasMissed() throws IOException {
    long first = client.store().put("a", "1");
    long second = client.store().put("a", "2");
    client.store().delete("a");
    try (EventClient events = watch("?after=" + first)) {
      Block put = events.message();
      assertThat(put.what()).isEqualTo("put a");
      assertThat(put.revision()).isEqualTo(second);
      assertThat(events.message().what()).isEqualTo("delete a");
      assertThat(events.message().what()).isEqualTo("synced");
      client.store().put("b", "1");
      assertThat(events.message().what()).isEqualTo("put b");
    }
  }

  @ParameterizedTest
  @CsvSource({"watch", "changes"})
  void after_outsideOfTheHistory_is410(String endpoint) throws IOException {
    long revision = client.store().put("a", "1");
    for (long after : new long[] {1, revision + 1}) {
      Answer gone = client.call("GET", "/v1/" + endpoint + "?after=" + after);
      assertThat(gone.status()).isEqualTo(410);
      JsonObject problem = V1Client.json(gone);
      assertThat(problem.get("code").getAsString()).isEqualTo("history-gone");
      assertThat(problem.get("revision").getAsLong()).isEqualTo(revision);
      assertThat(problem.get("oldest").getAsLong()).isBetween(1L, revision);
    }
  }

  @Test
  void watch_initial_isTheStateWithoutIds() throws IOException {
    for (int number = 0; number < 1_500; number++) {
      client.store().put("k%04d".formatted(number), "v");
    }
    long revision = client.store().revision();
    try (EventClient events = watch("?initial=true")) {
      Block reset = events.block();
      assertThat(reset.what()).isEqualTo("reset");
      assertThat(reset.id()).isNull();
      for (int number = 0; number < 1_500; number++) {
        Block put = events.block();
        assertThat(put.what()).isEqualTo("put k%04d".formatted(number));
        assertThat(put.id()).isNull();
      }
      Block synced = events.block();
      assertThat(synced.what()).isEqualTo("synced");
      assertThat(synced.id()).isEqualTo(Long.toString(revision));
    }
  }

  @Test
  void watch_initialAndAfter_goesOnOrBeginsAnew() throws IOException {
    long first = client.store().put("a", "1");
    client.store().put("b", "1");
    try (EventClient events = watch("?initial=true&after=" + first)) {
      assertThat(what(events, 2)).containsExactly("put b", "synced");
    }
    for (long after : new long[] {1, client.store().revision() + 9}) {
      try (EventClient events = watch("?initial=true&after=" + after)) {
        assertThat(what(events, 4)).containsExactly("reset", "put a", "put b", "synced");
      }
    }
  }

  @Test
  void watch_batch_hasOneIdAtItsEnd() throws IOException {
    try (EventClient events = watch("")) {
      events.message();
      long revision = client.store().commit(new Batch().put("a", "1").put("b", "2")).revision();
      List<Block> batch = List.of(events.block(), events.block());
      assertThat(batch.get(0).id()).isNull();
      assertThat(batch.get(1).id()).isEqualTo(Long.toString(revision));
    }
  }

  @Test
  void watch_resumedByLastEventId_missesAndRepeatsNothing() throws IOException {
    Random random = new Random(7);
    long start = client.store().put("a", "0");
    for (int number = 0; number < 60; number++) {
      Batch batch = new Batch();
      for (int count = random.nextInt(3); count >= 0; count--) {
        batch.put("k" + number + "/" + count, "v");
      }
      client.store().commit(batch);
    }
    List<String> whole = new ArrayList<>();
    try (EventClient events = watch("?after=" + start)) {
      for (Block next = events.message(); !next.what().equals("synced"); next = events.message()) {
        whole.add(next.data());
      }
    }
    List<String> told = new ArrayList<>();
    List<String> unfinished = new ArrayList<>();
    String last = Long.toString(start);
    boolean synced = false;
    while (!synced) {
      unfinished.clear();
      // What the header says counts, not the parameter of the first request.
      try (EventClient events = watch("?after=" + start, "Last-Event-ID: " + last)) {
        for (int left = 1 + random.nextInt(12); left > 0 && !synced; left--) {
          Block next = events.message();
          synced = next.what().equals("synced");
          if (!synced) {
            unfinished.add(next.data());
          }
          if (next.id() != null) {
            told.addAll(unfinished);
            unfinished.clear();
            last = next.id();
          }
        }
      }
    }
    assertThat(told).isEqualTo(whole);
  }

  @Test
  void watch_prefixesAndKeys_tellsTheseAlone() throws IOException {
    try (EventClient events = watch("?prefix=a/&prefix=b%2F&key=c&keys_only=true")) {
      events.message();
      for (String key : List.of("a/1", "a", "b/1", "c", "c1", "d", "a/2")) {
        client.store().put(key, "value");
      }
      assertThat(what(events, 4)).containsExactly("put a/1", "put b/1", "put c", "put a/2");
    }
    try (EventClient events = watch("?key=c&keys_only=true&initial=true")) {
      assertThat(what(events, 1)).containsExactly("reset");
      assertThat(events.message().data())
          .startsWith("{\"type\":\"put\",\"key\":\"c\",\"size\":5,\"revision\":");
    }
  }

  @Test
  void watch_largeValue_isLeftOut() throws IOException {
    try (EventClient events = watch("")) {
      events.message();
      client.store().put("large", "x".repeat((1 << 20) + 1));
      JsonObject large = events.message().json();
      assertThat(large.get("size").getAsInt()).isEqualTo((1 << 20) + 1);
      assertThat(large.has("value")).isFalse();
      client.store().put("less", "x".repeat(1 << 20));
      assertThat(events.message().json().get("value").getAsString()).hasSize(1 << 20);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET /v1/watch?tll=1, 400, unknown-parameter",
    "GET /v1/watch?after=1&after=2, 400, unknown-parameter",
    "GET /v1/watch?after=-1, 400, bad-parameter",
    "GET /v1/watch?initial=yes, 400, bad-parameter",
    "GET /v1/watch?key=, 400, bad-key",
    "GET /v1/changes?limit=0, 400, bad-parameter",
    "GET /v1/changes?limit=10001, 400, bad-parameter",
    "GET /v1/changes?wait=61s, 400, bad-parameter",
    "GET /v1/changes?initial=true, 400, unknown-parameter",
    "HEAD /v1/watch, 405, ''",
    "POST /v1/changes, 405, method-not-allowed",
  })
  void request_malformed_isRefused(String line, int status, String code) throws IOException {
    String[] parts = line.split(" ");
    Answer answer = client.call(parts[0], parts[1]);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.body().length == 0 ? "" : V1Client.code(answer)).isEqualTo(code);
  }

  @Test
  void request_manyPrefixesOrAStrangeId_isRefused() throws IOException {
    Answer many = client.call("GET", "/v1/watch?x".replace("x", "prefix=a&".repeat(17)));
    assertThat(V1Client.code(many)).isEqualTo("bad-parameter");
    for (String id : List.of("x", "-1", "1.5", "9".repeat(19))) {
      Answer strange = client.call("GET", "/v1/watch", "Last-Event-ID: " + id);
      assertThat(V1Client.code(strange)).isEqualTo("bad-parameter");
    }
  }

  @Test
  void watchers_beyondTheirLimit_are503() throws IOException {
    client.close();
    HttpEndpoint.Builder limited = HttpEndpoint.builder().set(HttpSetting.MAX_WATCHERS, 3);
    client = new V1Client(limited);
    try (EventClient first = watch("");
        EventClient second = watch("");
        EventClient third = watch("")) {
      Answer refused = client.call("GET", "/v1/watch");
      assertThat(refused.status()).isEqualTo(503);
      assertThat(V1Client.code(refused)).isEqualTo("busy");
      assertThat(refused.header("Retry-After")).isPresent();
      assertThat(List.of(first.message(), second.message(), third.message())).hasSize(3);
      String after = "/v1/changes?after=" + client.store().revision();
      assertThat(client.call("GET", after).status()).isEqualTo(200);
      assertThat(client.call("GET", after + "&wait=1s").status()).isEqualTo(503);
    }
  }

  @Test
  void close_stream_endsAtOnceWithItsLastId() throws IOException {
    long revision = client.store().put("a", "1");
    try (EventClient events = watch("?prefix=b");
        RawClient poll = new RawClient(client.port())) {
      assertThat(events.message().what()).isEqualTo("synced");
      long last = client.store().put("a", "2");
      poll.send("GET /v1/changes?prefix=b&wait=60s&after=" + revision + " HTTP/1.1\r\n");
      poll.send("Host: localhost\r\n\r\n");
      new Thread(this::closeServer).start();
      Block end = events.block();
      assertThat(end.data()).isNull();
      assertThat(Long.parseLong(end.id())).isBetween(revision, last);
      assertThat(events.block()).isNull();
      Answer answer = poll.read();
      assertThat(answer.status()).isIn(200, 503);
    }
  }

  @Test
  void watch_http10_goesOnToTheEndOfTheConnection() throws IOException {
    try (RawClient old = new RawClient(client.port())) {
      old.send("GET /v1/watch HTTP/1.0\r\nHost: localhost\r\n\r\n");
      byte[] head = new byte[12];
      assertThat(old.socket().getInputStream().readNBytes(head, 0, 12)).isEqualTo(12);
      assertThat(new String(head, StandardCharsets.ISO_8859_1)).isEqualTo("HTTP/1.1 200");
      long revision = client.store().put("a", "1");
      String told = old.until("id: " + revision + "\n");
      new Thread(this::closeServer).start();
      String rest = told + old.rest();
      assertThat(rest).contains("Connection: close\r\n", "\r\n\r\nretry: 2000\n\ni");
      assertThat(rest).doesNotContain("chunked").endsWith("id: " + revision + "\n\n");
    }
  }

  private EventClient watch(String query, String... headers) throws IOException {
    return new EventClient(client.port(), query, headers);
  }

  @Test
  void watch_slowerThanTheHistory_isToldSoOrBeginsAnew() throws IOException {
    client.close();
    StoreOptions options = StoreOptions.defaults().withWatchHistory(64 << 10);
    client = new V1Client(KVServer.builder().inMemory().options(options), HttpEndpoint.builder());
    try (EventClient without = watch("");
        EventClient with = watch("?initial=true")) {
      assertThat(what(without, 1)).containsExactly("synced");
      assertThat(what(with, 2)).containsExactly("reset", "synced");
      long revision = client.store().put("larger than the history", "x".repeat(80 << 10));
      Block gone = without.block();
      assertThat(gone.id()).isNull();
      assertThat(gone.data())
          .isEqualTo(
              "{\"type\":\"gone\",\"oldest\":" + revision + ",\"revision\":" + revision + "}");
      assertThat(without.block()).isNull();
      assertThat(what(with, 3)).containsExactly("reset", "put larger than the history", "synced");
    }
  }

  private void closeServer() {
    try {
      client.close();
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static List<String> what(EventClient events, int count) throws IOException {
    List<String> all = new ArrayList<>();
    while (all.size() < count) {
      all.add(events.message().what());
    }
    return all;
  }
}

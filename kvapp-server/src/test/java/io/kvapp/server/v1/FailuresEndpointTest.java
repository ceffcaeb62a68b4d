package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.kvapp.Batch;
import io.kvapp.KVException;
import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What requests are told when the server cannot do what they ask for. */
@Timeout(60)
final class FailuresEndpointTest {
  private static final String TRANSACTION = "{\"then\":[{\"op\":\"add\",\"key\":\"n\"}]}";
  private static final String LINE = "{\"key\":\"k%04d\",\"value\":\"1\"}\n";
  private static final String HEAD =
      " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n";
  private static final int LINES = 600;
  private static final int STEP = 500;

  private final FailingStore store = new FailingStore();

  @AfterEach
  void close() {
    store.close();
  }

  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(new IllegalStateException("secret"), 500, "internal"),
        Arguments.of(new KVException("secret"), 500, "internal"),
        Arguments.of(new KVException.Corrupt("secret"), 500, "damaged"),
        Arguments.of(new KVException.ReadOnly("secret", new IOException()), 500, "damaged"),
        Arguments.of(new KVException.ReadOnly("secret"), 503, "read-only"),
        Arguments.of(new KVException.Unavailable("secret"), 503, "unavailable"),
        Arguments.of(new KVException.NotPermitted("secret"), 503, "unavailable"),
        Arguments.of(new KVException.NotSignedIn("secret"), 503, "unavailable"),
        Arguments.of(new KVException.WrongState("secret"), 503, "stopping"),
        Arguments.of(new OutOfMemoryError("secret"), 503, "busy"),
        Arguments.of(new KVException.Unsupported("secret"), 501, "unsupported"),
        Arguments.of(new KVException.Uncertain("secret"), 504, "uncertain"),
        Arguments.of(new KVException.NoSpace("secret"), 507, "disk-full"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void write_failureOfTheStore_isItsProblem(Throwable failure, int status, String code)
      throws IOException {
    store.store().put("there", "1");
    store.failWrites(failure, 0);
    assertFails("PUT", "/v1/kv/new", "x", status, code);
    assertFails("PUT", "/v1/kv/there?ttl=keep", "x", status, code);
    assertFails("PATCH", "/v1/kv/there?ttl=1h", null, status, code);
    assertFails("POST", "/v1/kv/there?add=1", null, status, code);
    assertFails("DELETE", "/v1/kv/there", null, status, code);
    assertFails("DELETE", "/v1/kv?prefix=t", null, status, code);
    assertFails("POST", "/v1/txn", TRANSACTION, status, code);
    assertFails("POST", "/v1/import", LINE.formatted(1), status, code);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void read_failureOfTheStore_isItsProblem(Throwable failure, int status, String code)
      throws IOException {
    store.failReads(failure);
    for (String path : new String[] {"/v1/kv/a", "/v1/kv", "/v1/count", "/v1/export"}) {
      assertFails("GET", path, null, status, code);
    }
  }

  @Test
  void delete_diskThatGetsFull_tellsHowManyAreGone() throws IOException {
    Batch batch = new Batch();
    for (int number = 0; number < 1_500; number++) {
      batch.put("p" + number, "1");
    }
    store.store().commit(batch);
    store.failWrites(new KVException.NoSpace("secret"), 1);
    JsonObject problem = assertFails("DELETE", "/v1/kv?prefix=p", null, 507, "disk-full");
    assertThat(problem.get("deleted").getAsInt()).isEqualTo(1_000);
    assertThat(store.store().size()).isEqualTo(500);
  }

  @Test
  void import_diskThatGetsFull_tellsHowManyAreIn() throws IOException {
    store.failWrites(new KVException.NoSpace("secret"), 1);
    JsonObject problem = assertFails("POST", "/v1/import", lines(), 507, "disk-full");
    assertThat(problem.get("imported").getAsInt()).isEqualTo(STEP);
    assertThat(store.store().size()).isEqualTo(STEP);
  }

  @Test
  void scrape_afterTheDiskWasFull_countsEachRequestThatMetIt() throws IOException {
    store.store().put("p", "1");
    store.failWrites(new KVException.NoSpace("secret"), 0);
    try (V1Client client =
        new V1Client(KVServer.builder().store(store.store()), HttpEndpoint.builder())) {
      assertThat(client.send("PUT", "/v1/kv/a", "x").status()).isEqualTo(507);
      assertThat(client.send("DELETE", "/v1/kv?prefix=p", null).status()).isEqualTo(507);
      assertThat(client.send("POST", "/v1/import", lines()).status()).isEqualTo(507);
      assertThat(client.call("GET", "/metrics").text())
          .contains("\nkvapp_store_faults_total{kind=\"disk-full\"} 3.0\n");
      // Reads and deletes go on.
      assertThat(client.call("GET", "/readyz").status()).isEqualTo(200);
    }
  }

  @Test
  void body_thatTakesTooLong_is408AndOfAnImportTellsHowManyAreIn() throws IOException {
    HttpEndpoint.Builder endpoint = HttpEndpoint.builder().bodyTimeout(Duration.ofSeconds(1));
    try (V1Client server = new V1Client(KVServer.builder().store(store.store()), endpoint);
        RawClient put = new RawClient(server.port());
        RawClient transaction = new RawClient(server.port());
        RawClient importing = new RawClient(server.port())) {
      put.send("PUT /v1/kv/a" + HEAD + "x");
      transaction.send("POST /v1/txn" + HEAD + "{");
      importing.send("POST /v1/import" + HEAD + lines());
      assertProblem("PUT", "/v1/kv/a", put.read(), 408, "too-slow");
      assertProblem("POST", "/v1/txn", transaction.read(), 408, "too-slow");
      JsonObject problem = assertProblem("POST", "/v1/import", importing.read(), 408, "too-slow");
      assertThat(problem.get("imported").getAsInt()).isEqualTo(STEP);
      assertThat(put.isClosed()).isTrue();
    }
    assertThat(store.store().size()).isEqualTo(STEP);
  }

  @Test
  void write_storeThatIsOpenToReadOnly_is503ReadOnly(@TempDir Path folder) throws IOException {
    KVStore.open(folder).close();
    try (KVStore readOnly = KVStore.open(folder, StoreOptions.defaults().withReadOnly(true));
        V1Client client =
            new V1Client(KVServer.builder().store(readOnly), HttpEndpoint.builder())) {
      Answer answer = client.send("PUT", "/v1/kv/a", "x");
      assertProblem("PUT", "/v1/kv/a", answer, 503, "read-only");
      assertThat(client.call("GET", "/v1/kv").status()).isEqualTo(200);
    }
  }

  @Test
  void ready_storeThatCannotBeReached_is503Unavailable() throws IOException {
    store.failHealth(new KVException.Unavailable("secret"));
    assertFails("GET", "/readyz", null, 503, "unavailable");
  }

  @Test
  void scrape_storeThatCannotBeReached_hasWhatIsKnown() throws IOException {
    store.store().put("a", "1");
    try (V1Client client =
        new V1Client(KVServer.builder().store(store.store()), HttpEndpoint.builder())) {
      assertThat(client.call("GET", "/metrics").text()).contains("\nkvapp_entries 1.0\n");
      store.failFigures(new KVException.Unavailable("secret"));
      Answer answer = client.call("GET", "/metrics");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.text()).contains("\nkvapp_entries 1.0\n", "\nkvapp_read_only 0.0\n");
    }
  }

  @Test
  void scrape_storeWithoutFiguresOfItsOwn_hasThoseOfTheServer() throws IOException {
    try (V1Client client =
        new V1Client(KVServer.builder().store(store.store()), HttpEndpoint.builder())) {
      store.failFigures(new KVException.Unsupported("secret"));
      Answer answer = client.call("GET", "/metrics");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.text())
          .contains("\nkvapp_http_connections 1.0\n", "\nkvapp_read_only 0.0\n")
          .doesNotContain("\nkvapp_entries ");
    }
  }

  private static String lines() {
    StringBuilder lines = new StringBuilder();
    for (int number = 0; number < LINES; number++) {
      lines.append(LINE.formatted(number));
    }
    return lines.toString();
  }

  private JsonObject assertFails(String method, String target, String body, int status, String code)
      throws IOException {
    try (V1Client client =
        new V1Client(KVServer.builder().store(store.store()), HttpEndpoint.builder())) {
      return assertProblem(method, target, client.send(method, target, body), status, code);
    }
  }

  private static JsonObject assertProblem(
      String method, String target, Answer answer, int status, String code) {
    String request = method + " " + target;
    ContractRecorder.check(method, target, answer);
    assertThat(answer.status()).as(request).isEqualTo(status);
    assertThat(answer.header("Content-Type")).as(request).contains("application/problem+json");
    assertThat(answer.header("X-Request-Id")).as(request).isPresent();
    assertThat(answer.header("Retry-After").isPresent()).as(request).isEqualTo(status == 503);
    JsonObject problem = V1Client.json(answer);
    assertThat(problem.get("code").getAsString()).as(request).isEqualTo(code);
    assertThat(problem.get("status").getAsInt()).as(request).isEqualTo(status);
    assertThat(problem.get("detail").getAsString())
        .as(request)
        .isNotBlank()
        .doesNotContain("secret", "\n");
    return problem;
  }
}

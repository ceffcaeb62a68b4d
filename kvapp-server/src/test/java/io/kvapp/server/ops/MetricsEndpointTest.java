package io.kvapp.server.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVServer;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.auth.users.UserRegister;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import io.kvapp.server.settings.AuthSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MetricsEndpointTest {
  /** The families of the contract. */
  private static final List<String> NAMES =
      List.of(
          "kvapp_auth_failures_total",
          "kvapp_build_info",
          "kvapp_conflicts_total",
          "kvapp_disk_bytes",
          "kvapp_disk_free_bytes",
          "kvapp_entries",
          "kvapp_history_oldest_revision",
          "kvapp_http_buffered_bytes",
          "kvapp_http_buffered_bytes_max",
          "kvapp_http_connections",
          "kvapp_http_connections_max",
          "kvapp_http_connections_refused_total",
          "kvapp_http_request_bytes_total",
          "kvapp_http_request_duration_seconds",
          "kvapp_http_requests_total",
          "kvapp_http_response_bytes_total",
          "kvapp_last_flush_timestamp_seconds",
          "kvapp_live_bytes",
          "kvapp_read_only",
          "kvapp_revision",
          "kvapp_sstables",
          "kvapp_store_faults_total",
          "kvapp_watchers");

  @TempDir Path scratch;
  private KVServer server;

  @BeforeEach
  void start() {
    server = KVServer.builder().port(0).dataFolder(scratch.resolve("data")).build().start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void scrape_first_hasEveryFamilyOfTheContract() throws IOException {
    Answer answer = get("/metrics");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).hasValue("text/plain; version=0.0.4; charset=utf-8");
    Set<String> families =
        lines(answer)
            .filter(line -> line.startsWith("# TYPE kvapp_"))
            .map(line -> line.split(" ")[2])
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(families).containsExactlyElementsOf(NAMES);
    assertThat(answer.text()).contains("\njvm_memory_used_bytes{", "\nprocess_start_time_seconds ");
  }

  @Test
  void scrape_beforeAnyRequest_hasTheSeriesOfEveryRoute() throws IOException {
    String text = get("/metrics").text();
    assertThat(text)
        .contains(
            "kvapp_http_requests_total{method=\"GET\",route=\"/v1/kv/{key}\",status=\"200\"} 0.0")
        .contains(
            "kvapp_http_requests_total{method=\"PUT\",route=\"/v1/kv/{key}\",status=\"201\"} 0.0")
        .contains("kvapp_http_request_duration_seconds_count{route=\"/api/search\"} 0")
        .contains("kvapp_auth_failures_total{code=\"bad-credentials\"} 0.0")
        .contains("kvapp_store_faults_total{kind=\"disk-full\"} 0.0");
  }

  @Test
  void scrape_afterRequests_countsThemByRouteAndNeverByKey() throws IOException {
    send("PUT /v1/kv/city:szeged HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\nSzeged");
    send(
        "PUT /v1/kv/city:szeged HTTP/1.1\r\nHost: localhost\r\nIf-Match: 7\r\nContent-Length: 1\r\n\r\nx");
    send("BREW /v1/kv/city:szeged HTTP/1.1\r\nHost: localhost\r\n\r\n");
    send("GET /v1/kv/a HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n");
    // A request is counted once its response has been written.
    await("wrong-host\"} 1.0", "status=\"412\"} 1.0", "status=\"501\"} 1.0");
    String text = get("/metrics").text();
    assertThat(text)
        .contains(
            "kvapp_http_requests_total{method=\"PUT\",route=\"/v1/kv/{key}\",status=\"201\"} 1.0")
        .contains(
            "kvapp_http_requests_total{method=\"PUT\",route=\"/v1/kv/{key}\",status=\"412\"} 1.0")
        .contains(
            "kvapp_http_requests_total{method=\"other\",route=\"/v1/kv/{key}\",status=\"501\"} 1.0")
        .contains("kvapp_http_request_bytes_total{route=\"/v1/kv/{key}\"} 7.0")
        .contains("kvapp_conflicts_total{route=\"/v1/kv/{key}\"} 1.0")
        .contains("kvapp_auth_failures_total{code=\"wrong-host\"} 1.0")
        .contains("\nkvapp_entries 1.0\n")
        .doesNotContain("szeged", "BREW");
  }

  @Test
  void scrape_askedForOpenMetrics_isThat() throws IOException {
    Answer answer =
        send(
            "GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: application/openmetrics-text;version=1.0.0\r\n\r\n");
    assertThat(answer.header("Content-Type").orElseThrow())
        .startsWith("application/openmetrics-text");
    assertThat(answer.text()).endsWith("# EOF\n");
  }

  @Test
  void scrape_withUsers_takesAMonitorByBasicAndNobodyElse() throws IOException {
    Path file = scratch.resolve("users.json");
    UserRegister users = new UserRegister(file);
    users.add("mon", Role.MONITOR, List.of(""), "a password");
    users.add("lim", Role.WRITER, List.of("b/"), "a password");
    HttpEndpoint endpoint =
        HttpEndpoint.builder().auth(AuthSettings.defaults().withUsersFile(file)).build();
    try (KVServer closed = KVServer.builder().port(0).inMemory().endpoint(endpoint).build()) {
      int port = closed.start().port();
      assertThat(scrape(port, "").status()).isEqualTo(401);
      assertThat(scrape(port, basic("mon", "a password")).status()).isEqualTo(200);
      assertThat(scrape(port, basic("mon", "a password")).text()).contains("\nkvapp_entries 0.0\n");
      assertThat(scrape(port, basic("mon", "another one")).status()).isEqualTo(401);
      assertThat(scrape(port, basic("lim", "a password")).status()).isEqualTo(403);
      users.remove("mon");
      assertThat(awaitRefusal(port)).isEqualTo(401);
    }
  }

  /** A users file that has changed is read within a second or so. */
  private static int awaitRefusal(int port) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    int status = 200;
    while (status == 200 && System.nanoTime() < end) {
      status = scrape(port, basic("mon", "a password")).status();
    }
    return status;
  }

  private static Answer scrape(int port, String header) throws IOException {
    try (RawClient client = new RawClient(port)) {
      return client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n").read();
    }
  }

  private static String basic(String user, String password) {
    String pair = user + ":" + password;
    return "Authorization: Basic "
        + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8))
        + "\r\n";
  }

  private void await(String... parts) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    for (String text = ""; !Arrays.stream(parts).allMatch(text::contains); ) {
      assertThat(System.nanoTime()).as("awaited: %s", List.of(parts)).isLessThan(end);
      text = get("/metrics").text();
    }
  }

  private Answer get(String path) throws IOException {
    return send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  private Answer send(String request) throws IOException {
    try (RawClient client = new RawClient(server.port())) {
      return client.send(request).read();
    }
  }

  private static Stream<String> lines(Answer answer) {
    return Arrays.stream(new String(answer.body(), StandardCharsets.UTF_8).split("\n"));
  }
}

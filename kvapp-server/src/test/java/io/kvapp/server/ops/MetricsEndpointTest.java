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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MetricsEndpointTest {
  private static final Path DOC = Path.of("..", "docs", "operations.md");
  private static final Pattern SERIES =
      Pattern.compile("(?m)^(kvapp_[a-z_]+?)(?:_bucket|_sum|_count)?(?:\\{(.*)})? [^ ]+$");

  /** The names, types and labels of the contract. */
  private static final Map<String, String> CONTRACT =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("kvapp_auth_failures_total", "counter code"),
              Map.entry("kvapp_build_info", "gauge commit java version"),
              Map.entry("kvapp_compactions_total", "counter"),
              Map.entry("kvapp_conflicts_total", "counter route"),
              Map.entry("kvapp_disk_bytes", "gauge kind"),
              Map.entry("kvapp_disk_free_bytes", "gauge"),
              Map.entry("kvapp_entries", "gauge"),
              Map.entry("kvapp_expired_total", "counter"),
              Map.entry("kvapp_flushes_total", "counter"),
              Map.entry("kvapp_history_oldest_revision", "gauge"),
              Map.entry("kvapp_http_buffered_bytes", "gauge"),
              Map.entry("kvapp_http_buffered_bytes_max", "gauge"),
              Map.entry("kvapp_http_connections", "gauge"),
              Map.entry("kvapp_http_connections_max", "gauge"),
              Map.entry("kvapp_http_connections_refused_total", "counter"),
              Map.entry("kvapp_http_request_bytes_total", "counter route"),
              Map.entry("kvapp_http_request_duration_seconds", "histogram route"),
              Map.entry("kvapp_http_requests_total", "counter method route status"),
              Map.entry("kvapp_http_response_bytes_total", "counter route"),
              Map.entry("kvapp_last_flush_timestamp_seconds", "gauge"),
              Map.entry("kvapp_live_bytes", "gauge"),
              Map.entry("kvapp_read_only", "gauge"),
              Map.entry("kvapp_revision", "gauge"),
              Map.entry("kvapp_sstables", "gauge"),
              Map.entry("kvapp_store_faults_total", "counter kind"),
              Map.entry("kvapp_sync_duration_seconds", "histogram"),
              Map.entry("kvapp_watch_changes_total", "counter"),
              Map.entry("kvapp_watch_resets_total", "counter"),
              Map.entry("kvapp_watchers", "gauge")));

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
    assertThat(families(answer.text())).isEqualTo(CONTRACT);
    assertThat(answer.text()).contains("\njvm_memory_used_bytes{", "\nprocess_start_time_seconds ");
  }

  @Test
  void table_ofTheDocs_namesWhatAScrapeHas() throws IOException {
    Map<String, String> documented = new TreeMap<>();
    Matcher row =
        Pattern.compile("(?m)^\\| `(kvapp_[a-z_]+)` \\| ([a-z]+) \\| ([a-z`, ]*)\\|")
            .matcher(Files.readString(DOC));
    while (row.find()) {
      String labels = row.group(3).replaceAll("[` ]", "");
      documented.put(row.group(1), (row.group(2) + " " + labels.replace(',', ' ')).strip());
    }
    assertThat(documented).isEqualTo(CONTRACT);
  }

  @Test
  void scrape_first_hasEveryKindOfFileAndEveryBoundOfSyncs() throws IOException {
    String text = get("/metrics").text();
    for (String kind : List.of("journal", "sstables", "hashtable", "recycled", "history")) {
      assertThat(text).contains("\nkvapp_disk_bytes{kind=\"" + kind + "\"} ");
    }
    for (String bound : List.of("1.0E-4", "0.001", "1.0", "10.0", "+Inf")) {
      assertThat(text).contains("\nkvapp_sync_duration_seconds_bucket{le=\"" + bound + "\"} ");
    }
  }

  @Test
  void scrape_afterASyncAndAFlush_countsThem() throws IOException {
    send("PUT /v1/kv/a?sync=true HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx");
    server.store().admin().compact();
    Matcher syncs =
        Pattern.compile("\nkvapp_sync_duration_seconds_count (\\d+)\n")
            .matcher(get("/metrics").text());
    assertThat(syncs.find()).isTrue();
    assertThat(Long.parseLong(syncs.group(1))).isPositive();
    assertThat(get("/metrics").text()).contains("\nkvapp_flushes_total 1.0\n");
  }

  @Test
  void scrape_afterReadersOfChanges_countsWhatTheyWereTold() throws IOException {
    server.store().put("a", "1");
    server.store().put("b", "1");
    assertThat(get("/v1/changes?after=1").text()).contains("\"b\"").doesNotContain("\"a\"");
    assertThat(get("/v1/changes?after=1000").status()).isEqualTo(410);
    assertThat(get("/metrics").text())
        .contains("\nkvapp_watch_changes_total 1.0\n", "\nkvapp_watch_resets_total 1.0\n");
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
        "PUT /v1/kv/city:szeged HTTP/1.1\r\n"
            + "Host: localhost\r\n"
            + "If-Match: 7\r\n"
            + "Content-Length: 1\r\n\r\n"
            + "x");
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
            "GET /metrics HTTP/1.1\r\n"
                + "Host: localhost\r\n"
                + "Accept: application/openmetrics-text;version=1.0.0\r\n\r\n");
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

  /** Type and labels of each family of KVApp, as a scrape has them. */
  private static Map<String, String> families(String text) {
    Map<String, String> types = new TreeMap<>();
    Matcher type = Pattern.compile("(?m)^# TYPE (kvapp_[a-z_]+) ([a-z]+)$").matcher(text);
    while (type.find()) {
      types.put(type.group(1), type.group(2));
    }
    Map<String, Set<String>> labels = new TreeMap<>();
    Matcher series = SERIES.matcher(text);
    while (series.find()) {
      Set<String> names = labels.computeIfAbsent(series.group(1), name -> new TreeSet<>());
      Matcher label = Pattern.compile("([a-z]+)=\"").matcher(Objects.toString(series.group(2), ""));
      while (label.find()) {
        names.add(label.group(1));
      }
      names.remove("le");
    }
    assertThat(labels.keySet()).as("families with a series").isEqualTo(types.keySet());
    types.replaceAll((name, kind) -> String.join(" ", kind, String.join(" ", labels.get(name))));
    types.replaceAll((name, kind) -> kind.strip());
    return types;
  }
}

package io.kvapp.server.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.kvapp.KVServer;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.auth.users.UserRegister;
import io.kvapp.server.settings.AuthSettings;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The rules and the dashboard in docs/deploy, held against a Prometheus that scrapes a server. */
@Tag("once")
final class PrometheusTest {
  private static final Path PROMETHEUS = Path.of("/usr/bin/prometheus");
  private static final Path PROMTOOL = Path.of("/usr/bin/promtool");
  private static final Path DEPLOY = Path.of("..", "docs", "deploy");
  private static final String RULES = "prometheus-rules.yml";
  private static final String RULES_TEST = "prometheus-rules-test.yml";
  private static final Pattern LISTENING = Pattern.compile("Listening on\" address=(\\S+)");
  private static final String READY = "Server is ready to receive web requests.";
  private static final Pattern METRIC = Pattern.compile("\\b(?:kvapp|jvm|process)_[a-z_]+\\b");
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  @TempDir private Path folder;

  @Test
  void rules_areSoundAndFireWhenTheyShould() throws Exception {
    assumeThat(PROMTOOL).as("Debian's package prometheus").isExecutable();
    Files.copy(DEPLOY.resolve(RULES), folder.resolve(RULES));
    try (var test = PrometheusTest.class.getResourceAsStream(RULES_TEST)) {
      Files.copy(test, folder.resolve(RULES_TEST));
    }
    promtool("check", "rules", RULES);
    promtool("test", "rules", RULES_TEST);
    promtool("check", "config", "--syntax-only", DEPLOY.resolve("prometheus.yml").toRealPath());
  }

  @Test
  void alerts_all_areInTheDocs() throws IOException {
    String docs = Files.readString(Path.of("..", "docs", "operations.md"));
    List<JsonNode> rules = rules();
    assertThat(rules).hasSize(5);
    for (JsonNode rule : rules) {
      String name = rule.get("alert").asString();
      assertThat(docs).contains("#### " + name + "\n");
      assertThat(rule.at("/annotations/runbook").asString())
          .isEqualTo("docs/operations.md#" + name.toLowerCase(Locale.ROOT));
    }
  }

  @Test
  void scrape_ofAServer_hasEveryMetricOfRulesAndDashboard() throws Exception {
    assumeThat(PROMETHEUS).as("Debian's package prometheus").isExecutable();
    Path users = folder.resolve("users.json");
    new UserRegister(users).add("prometheus", Role.MONITOR, List.of(""), "a password");
    HttpEndpoint endpoint =
        HttpEndpoint.builder().auth(AuthSettings.defaults().withUsersFile(users)).build();
    List<String> expressions = expressions();
    Set<String> metrics = new TreeSet<>();
    expressions.forEach(
        each -> METRIC.matcher(each).results().forEach(m -> metrics.add(m.group())));
    assertThat(metrics).hasSizeGreaterThan(30);
    try (KVServer server =
            KVServer.builder()
                .dataFolder(folder.resolve("data"))
                .port(0)
                .endpoint(endpoint)
                .build()
                .start();
        Scraper prometheus = new Scraper(server.port())) {
      prometheus.await(
          "/api/v1/query?query=up", found -> found.at("/result/0/value/1").asInt() == 1);
      List<String> stored = new ArrayList<>();
      prometheus.get("/api/v1/label/__name__/values").forEach(name -> stored.add(name.asString()));
      assertThat(stored).containsAll(metrics);
      for (String expression : expressions) {
        prometheus.get("/api/v1/query?query=" + encoded(expression));
      }
      prometheus.await(
          "/api/v1/rules",
          found -> {
            List<String> health = found.findValuesAsString("health");
            return health.size() == 5 && health.stream().allMatch("ok"::equals);
          });
      assertThat(prometheus.get("/api/v1/alerts").get("alerts")).isEmpty();
    }
  }

  /** What rules and panels ask for, with the variables of the dashboard filled in. */
  private static List<String> expressions() throws IOException {
    List<String> expressions = new ArrayList<>();
    rules().forEach(rule -> expressions.add(rule.get("expr").asString()));
    JsonNode dashboard =
        new ObjectMapper().readTree(DEPLOY.resolve("grafana-dashboard.json").toFile());
    dashboard
        .findValuesAsString("expr")
        .forEach(
            each ->
                expressions.add(
                    each.replace("$__rate_interval", "1m")
                        .replace("$job", ".*")
                        .replace("$instance", ".*")));
    return expressions;
  }

  private static List<JsonNode> rules() throws IOException {
    List<JsonNode> rules = new ArrayList<>();
    new YAMLMapper()
        .readTree(DEPLOY.resolve(RULES).toFile())
        .at("/groups/0/rules")
        .forEach(rules::add);
    return rules;
  }

  private void promtool(Object... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(PROMTOOL.toString()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private interface Condition {
    boolean holds(JsonNode data);
  }

  /** A Prometheus that scrapes a server, as a process of its own. */
  private final class Scraper implements AutoCloseable {
    private final HttpClient client = HttpClient.newHttpClient();
    private final Path log = folder.resolve("prometheus.log");
    private final Process process;
    private final String address;

    private Scraper(int port) throws Exception {
      Path password = folder.resolve("password");
      Files.writeString(password, "a password");
      String documented = Files.readString(DEPLOY.resolve("prometheus.yml"));
      Path config = folder.resolve("prometheus.yml");
      Files.writeString(
          config,
          documented
              .replace(
                  "scrape_interval: 15s", "scrape_interval: 500ms\n  evaluation_interval: 500ms")
              .replace(RULES, DEPLOY.resolve(RULES).toRealPath().toString())
              .replace("/etc/prometheus/kvapp-password", password.toString())
              .replace("localhost:5000", "localhost:" + port));
      process =
          new ProcessBuilder(
                  PROMETHEUS.toString(),
                  "--config.file=" + config,
                  "--storage.tsdb.path=" + folder.resolve("tsdb"),
                  "--web.listen-address=127.0.0.1:0")
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      address = address();
    }

    /** It chooses a free port, and logs which; it answers in text until it is ready. */
    private String address() throws Exception {
      long end = System.nanoTime() + PATIENCE_NANOS;
      while (System.nanoTime() < end && process.isAlive()) {
        String logged = Files.readString(log);
        Matcher listening = LISTENING.matcher(logged);
        if (logged.contains(READY) && listening.find()) {
          return listening.group(1);
        }
        process.waitFor(20, TimeUnit.MILLISECONDS);
      }
      close();
      throw new AssertionError(Files.readString(log));
    }

    /** The data of an answer that has to be a success. */
    private JsonNode get(String path) throws Exception {
      HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + path)).build();
      var response = client.send(request, BodyHandlers.ofString());
      JsonNode answer = new ObjectMapper().readTree(response.body());
      assertThat(answer.get("status").asString()).as(path + response.body()).isEqualTo("success");
      return answer.get("data");
    }

    private void await(String path, Condition condition) throws Exception {
      long end = System.nanoTime() + PATIENCE_NANOS;
      while (!condition.holds(get(path))) {
        assertThat(System.nanoTime()).as(path + " " + get(path)).isLessThan(end);
        process.waitFor(50, TimeUnit.MILLISECONDS);
      }
    }

    @Override
    public void close() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }
  }
}

package io.kvapp.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.etcd.TestCluster;
import io.kvapp.server.command.CommandProcess.Outcome;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands on a store on a cluster, and servers over it, each a process of its own. */
@Tag("once")
@Timeout(120)
class ClusterCommandsTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private static final int SIGTERM = 128 + 15;

  @TempDir static Path data;

  private static TestCluster cluster;

  @TempDir private Path folder;

  @BeforeAll
  static void startCluster() {
    cluster = TestCluster.start(data);
  }

  @AfterAll
  static void endCluster() {
    cluster.close();
  }

  private static CommandRun.Done run(String... arguments) {
    return new CommandRun().run(arguments);
  }

  private static String out(String... arguments) {
    CommandRun.Done done = run(arguments);
    assertThat(done.err()).isEmpty();
    assertThat(done.exitCode()).isZero();
    return done.out();
  }

  @Test
  void entries_goFromAFolderToTheClusterAndBack() {
    String local = folder.resolve("local").toString();
    String back = folder.resolve("back").toString();
    String backup = folder.resolve("backup").toString();
    String export = folder.resolve("export").toString();
    String store = cluster.uri("moved");
    out("put", "city", "Szeged", "--data", local);
    out("put", "count", "41", "--ttl", "1h", "--data", local);
    out("backup", "--data", local, backup);

    assertThat(out("restore", "--store", store, backup)).isEqualTo("restored 2 entries\n");
    assertThat(out("get", "city", "--store", store)).isEqualTo("Szeged");
    assertThat(out("add", "count", "1", "--store", store)).isEqualTo("42\n");
    assertThat(out("scan", "--store", store)).contains("city", "count");
    assertThat(out("count", "--store", store)).isEqualTo("2\n");
    assertThat(out("backup", "--store", store, export))
        .isEqualTo("backed up 2 entries into " + export + "\n");
    assertThat(run("restore", "--store", store, export).err())
        .contains("the store holds 2 entries; restore into an empty store");

    assertThat(out("restore", "--data", back, export)).isEqualTo("restored 2 entries\n");
    assertThat(out("get", "count", "--data", back)).isEqualTo("42");
    String other = cluster.uri("other");
    assertThat(out("restore", "--store", other, export)).isEqualTo("restored 2 entries\n");
    assertThat(out("export", "--store", other)).contains("\"Szeged\"", "\"expires_at\"");
  }

  @Test
  void lines_areImportedInStepsThatTheClusterTakes() throws Exception {
    String store = cluster.uri("lines");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      lines.append("{\"key\":\"" + i + "\",\"value\":\"" + "x".repeat(20_000) + "\"}\n");
    }
    Path file = Files.writeString(folder.resolve("lines"), lines);
    assertThat(out("import", "--store", store, file.toString()))
        .isEqualTo("imported 100 entries\n");
    assertThat(out("delete", "--prefix", "1", "--yes", "--store", store)).contains("11");
  }

  @Test
  void mistakes_areToldInOneLine() {
    String store = cluster.uri("mistakes");
    assertThat(run("get", "key", "--store", store, "--data", "d").err())
        .contains("--store is in the place of --data and --server");
    assertThat(run("compact", "--store", store).err()).contains("--auto-compaction-retention");
    assertThat(run("stats", "--store", store).err()).contains("read /metrics of its members");
    assertThat(run("get", "key", "--store", "etcd://127.0.0.1:1/a?timeout-ms=50").err())
        .matches("kvapp: etcd at 127.0.0.1:1 cannot be reached .*\\n");
  }

  @Test
  void doctor_ofACluster_tellsOfEachPart() {
    CommandRun.Done done =
        run(
            "doctor",
            "--store",
            cluster.uri("doctor") + "?attempt-ms=30000&timeout-ms=60000",
            "--port",
            "0");
    assertThat(done.out().lines())
        .anyMatch(
            line -> line.matches("(ok|warn) +member +127.*: etcd 3\\.\\d+\\.\\d+.*, leader.*"))
        .anyMatch(line -> line.matches("ok +quota +127.*MiB, \\d % of 2048.0 MiB"))
        .anyMatch(line -> line.matches("ok +clock +127.* s apart"))
        .anyMatch(line -> line.matches("(ok|warn) +latency +20 reads .*"))
        .anyMatch(line -> line.matches("warn +members +1 member, .*; run three members"))
        .anyMatch(line -> line.matches("ok +alarm +none"))
        .anyMatch(line -> line.matches("ok +compaction .*"))
        .anyMatch(line -> line.matches("fail +signing key .*kvapp key create --file FILE"));
    assertThat(done.exitCode()).isEqualTo(1);

    assertThat(run("doctor", "--store", "etcd://127.0.0.1:1/a", "--port", "0").out())
        .containsPattern("fail +member +127.0.0.1:1 does not answer .*; start it");
    assertThat(run("doctor", "--store", "etcd://127.0.0.1/a?other=1", "--port", "0").out())
        .containsPattern("fail +store +.*no parameter 'other'; there are");
  }

  @Test
  void serve_storeOnACluster_serversShareEntriesAndTokens() throws Exception {
    String users = "u";
    CommandProcess.run(folder, "correct horse\n", "users", "add", "--file", users, "ann");
    assertThat(CommandProcess.run(folder, "", "key", "create", "--file", "k").exitCode()).isZero();
    try (CommandProcess first = serve("--signing-key", "k", "--users", users);
        CommandProcess second = serve("--signing-key", "k", "--users", users)) {
      int firstPort = first.awaitPort();
      int secondPort = second.awaitPort();
      HttpResponse<String> signedIn =
          CLIENT.send(
              HttpRequest.newBuilder(uri(firstPort, "/v1/auth"))
                  .POST(BodyPublishers.noBody())
                  .header("Authorization", "Basic YW5uOmNvcnJlY3QgaG9yc2U=")
                  .build(),
              BodyHandlers.ofString());
      String token = signedIn.body().replaceAll("(?s).*\"token\":\"([^\"]*)\".*", "$1");

      assertThat(send(secondPort, "PUT", "/v1/kv/shared", "value", token).statusCode())
          .isEqualTo(201);
      assertThat(send(firstPort, "GET", "/v1/kv/shared", null, token).body()).isEqualTo("value");
      assertThat(send(firstPort, "GET", "/v1", null, token).body())
          .contains("\"value_bytes\":1437696", "\"txn_operations\":42");
      assertThat(first.terminate()).isEqualTo(SIGTERM);
      assertThat(second.terminate()).isEqualTo(SIGTERM);
      assertThat(first.errors() + second.errors()).doesNotContain("Exception", "\tat ", "INFO");
    }
  }

  @Test
  void serve_storeOnACluster_withoutAKeyToShare_isRefused() throws Exception {
    Outcome outcome =
        CommandProcess.run(folder, "", "--port", "0", "--store", cluster.uri("servers"));

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err().lines().filter(line -> !line.startsWith("WARNING: ")))
        .singleElement()
        .asString()
        .matches("kvapp: .* \\(--signing-key FILE, made by: kvapp key create --file FILE\\)");
    assertThat(outcome.out()).isEmpty();
  }

  private CommandProcess serve(String... more) throws Exception {
    List<String> options =
        new ArrayList<>(List.of("--port", "0", "--store", cluster.uri("servers")));
    options.addAll(List.of(more));
    return CommandProcess.start(folder, Map.of(), options);
  }

  private static HttpResponse<String> send(
      int port, String method, String target, String body, String token) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(uri(port, target))
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .header("Authorization", "Bearer " + token)
            .build();
    return CLIENT.send(request, BodyHandlers.ofString());
  }

  private static URI uri(int port, String target) {
    return URI.create("http://localhost:" + port + target);
  }
}

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

/** Servers, each a process of its own, over one store on a cluster. */
@Tag("once")
@Timeout(120)
class ClusterServerTest {
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

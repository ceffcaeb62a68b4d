package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.kvapp.KVException;
import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.etcd.TestCluster;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.http.connection.RawClient.Answer;
import io.kvapp.server.settings.AuthSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a server over a store on a cluster tells, while there is a majority and while not. */
@Tag("once")
@Timeout(120)
final class ClusterEndpointTest {
  private static final String KEY = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=";
  private static final String IN_TIME = "?attempt-ms=300&timeout-ms=900";
  private static final String WRITE =
      """
      {"then":[{"op":"put","key":"key","value":"written"},{"op":"add","key":"count","by":1}]}
      """;

  @TempDir private Path folder;

  /** A store that has little time opens once the cluster is soon enough for it. */
  private V1Client serve(String uri) throws IOException {
    while (true) {
      try {
        return new V1Client(
            KVServer.builder().store(uri),
            HttpEndpoint.builder()
                .auth(AuthSettings.defaults().withSigningKeys(KEY))
                .backupDirectory(folder.resolve("backups")));
      } catch (KVException.Unavailable notYet) {
        // The test's own time limit ends this.
      }
    }
  }

  @Test
  void majority_lostAndBack_isFollowed() throws IOException {
    try (TestCluster cluster = TestCluster.start(folder.resolve("etcd"));
        V1Client client = serve(cluster.uri("ready") + IN_TIME)) {
      awaitReady(client);
      while (client.send("PUT", "/v1/kv/key", "value").status() != 204) {
        // The second one that is made in time finds the entry.
      }
      cluster.stop();

      Answer ready = client.call("GET", "/readyz");
      assertThat(ready.status()).isEqualTo(503);
      assertThat(V1Client.json(ready).get("code").getAsString()).isEqualTo("unavailable");
      assertThat(client.call("GET", "/healthz").status()).isEqualTo(200);
      for (Answer refused :
          new Answer[] {
            client.call("GET", "/v1/kv/key"),
            client.send("PUT", "/v1/kv/key", "other"),
            client.send("POST", "/v1/import", "{\"key\":\"key\",\"value\":\"other\"}\n"),
          }) {
        assertThat(refused.status()).isEqualTo(503);
        assertThat(V1Client.json(refused).get("code").getAsString()).isEqualTo("unavailable");
      }
      assertThat(client.call("GET", "/v1/stats").status()).isEqualTo(200);
      assertThat(client.call("GET", "/metrics").status()).isEqualTo(200);
      cluster.startAgain();

      awaitReady(client);
      Answer read = client.call("GET", "/v1/kv/key");
      while (read.status() == 503) {
        read = client.call("GET", "/v1/kv/key");
      }
      assertThat(read.text()).isEqualTo("value");
    }
  }

  @Test
  void write_whoseReceiptCannotBeRead_is504_andMadeOnceOrNot() throws IOException {
    try (TestCluster cluster = TestCluster.start(folder.resolve("etcd"));
        V1Client client = serve(cluster.uri("uncertain") + IN_TIME)) {
      cluster.loseAnswersFrom("written");
      Answer answer = client.send("POST", "/v1/txn", WRITE);
      while (answer.status() == 503) {
        answer = client.send("POST", "/v1/txn", WRITE);
      }
      // What is still on its way ends with the member.
      cluster.stop();
      cluster.startAgain();
      JsonObject problem = V1Client.json(answer);
      assertThat(answer.status()).isEqualTo(504);
      assertThat(answer.header("Content-Type")).contains("application/problem+json");
      assertThat(answer.header("Retry-After")).isEmpty();
      assertThat(problem.get("code").getAsString()).isEqualTo("uncertain");
      assertThat(problem.get("status").getAsInt()).isEqualTo(504);
      assertThat(problem.get("detail").getAsString())
          .isEqualTo("the store did not answer; whether the write was made is not known");

      try (KVStore patient = KVStore.open(cluster.uri("uncertain"))) {
        long made = patient.get("count").map(Long::parseLong).orElse(0L);
        assertThat(made).isBetween(0L, 1L);
        assertThat(patient.get("key").isPresent()).isEqualTo(made == 1);
        assertThat(patient.add("count", 1)).isEqualTo(made + 1);
      }
    }
  }

  /** Calls have little time here, so that one on a busy machine may not be answered in it. */
  private static void awaitReady(V1Client client) throws IOException {
    int status = client.call("GET", "/readyz").status();
    while (status == 503) {
      status = client.call("GET", "/readyz").status();
    }
    assertThat(status).isEqualTo(200);
  }

  @Test
  void limits_areThoseOfTheCluster_andNameItsFlags() throws IOException {
    try (TestCluster cluster = TestCluster.start(folder.resolve("etcd"));
        V1Client client = serve(cluster.uri("limits"))) {
      JsonObject limits = V1Client.json(client.call("GET", "/v1")).getAsJsonObject("limits");
      int valueBytes = limits.get("value_bytes").getAsInt();
      assertThat(valueBytes).isLessThan(3 << 19);
      assertThat(client.sendBytes("PUT", "/v1/kv/large", new byte[valueBytes]).status())
          .isEqualTo(201);
      int operations = limits.get("txn_operations").getAsInt();
      assertThat(client.send("POST", "/v1/txn", transaction(operations)).status()).isEqualTo(200);
      assertTooLarge(
          client.send("POST", "/v1/txn", transaction(operations + 1)), operations, "--max-txn-ops");

      String lines =
          IntStream.range(0, 150)
              .mapToObj(
                  i -> "{\"key\":\"line " + i + "\",\"value\":\"" + "x".repeat(20_000) + "\"}\n")
              .collect(Collectors.joining());
      JsonObject imported = V1Client.json(client.send("POST", "/v1/import", lines));
      assertThat(imported.get("imported").getAsInt()).isEqualTo(150);
      assertThat(client.call("DELETE", "/v1/kv?prefix=line").status()).isEqualTo(200);
      // The last one, as the connection ends with what is left of the body.
      assertTooLarge(
          client.sendBytes("PUT", "/v1/kv/large", new byte[valueBytes + 1]),
          valueBytes,
          "--max-request-bytes");
    }
  }

  private static String transaction(int operations) {
    return IntStream.range(0, operations)
        .mapToObj(i -> "{\"op\":\"put\",\"key\":\"key " + i + "\",\"value\":\"value\"}")
        .collect(Collectors.joining(",", "{\"then\":[", "]}"));
  }

  private static void assertTooLarge(Answer refused, int limit, String flag) {
    JsonObject problem = V1Client.json(refused);
    assertThat(refused.status()).isEqualTo(413);
    assertThat(problem.get("code").getAsString()).isEqualTo("too-large");
    assertThat(problem.get("limit").getAsInt()).isEqualTo(limit);
    assertThat(problem.get("detail").getAsString()).contains(Integer.toString(limit), flag);
  }

  @Test
  void figures_areThoseOfTheServer_andBackupsAreExports() throws IOException {
    try (TestCluster cluster = TestCluster.start(folder.resolve("etcd"));
        V1Client client = serve(cluster.uri("figures"))) {
      assertThat(client.send("PUT", "/v1/kv/key", "value").status()).isEqualTo(201);
      JsonObject stats = V1Client.json(client.call("GET", "/v1/stats"));
      assertThat(stats.get("store").isJsonNull()).isTrue();
      assertThat(stats.get("recovery").isJsonNull()).isTrue();
      assertThat(stats.getAsJsonObject("server").get("requests").getAsInt()).isPositive();
      assertThat(client.call("GET", "/metrics").text())
          .contains("kvapp_http_connections ")
          .doesNotContain("kvapp_sstables");
      for (String path : new String[] {"compact", "verify"}) {
        assertThat(client.call("POST", "/v1/admin/" + path).status()).as(path).isEqualTo(501);
      }
      assertThat(client.call("GET", "/v1/admin/recovery").status()).isEqualTo(501);

      Answer made = client.call("POST", "/v1/admin/backup?name=monday");
      assertThat(made.status()).isEqualTo(201);
      assertThat(V1Client.json(made).get("entries").getAsInt()).isOne();
      assertThat(Files.readString(folder.resolve("backups/monday/export.ndjson")))
          .startsWith("{\"key\":\"key\",\"value\":\"value\"");
      assertThat(client.call("POST", "/v1/admin/backup?name=monday").status()).isEqualTo(409);
    }
  }

  @Test
  void quota_thatIsUsedUp_is507() throws IOException {
    try (TestCluster cluster =
            TestCluster.start(folder.resolve("etcd"), "--quota-backend-bytes=" + (4 << 20));
        V1Client client = serve(cluster.uri("quota"))) {
      byte[] value = new byte[1_000_000];
      Answer answer = client.sendBytes("PUT", "/v1/kv/0", value);
      for (int i = 1; answer.status() == 201 && i < 100; i++) {
        answer = client.sendBytes("PUT", "/v1/kv/" + i, value);
      }
      assertThat(answer.status()).isEqualTo(507);
      assertThat(V1Client.json(answer).get("code").getAsString()).isEqualTo("disk-full");
      assertThat(client.call("GET", "/v1/kv/0").status()).isEqualTo(200);
      assertThat(client.call("DELETE", "/v1/kv/0").status()).isEqualTo(204);
    }
  }
}

package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.StoreAdmin;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AdminEndpointTest {
  private static final Duration SHORT = Duration.ofMillis(150);

  @TempDir private Path folder;

  @Test
  void backup_isAStoreWithWhatTheReplySays() throws IOException {
    Path backups = folder.resolve("new").resolve("backups");
    KVServer.Builder server = KVServer.builder().dataFolder(folder.resolve("data"));
    try (V1Client client = new V1Client(server, HttpEndpoint.builder().backupDirectory(backups))) {
      client.store().put("a", "1");
      client.store().put("b", "2");
      Answer answer = client.call("POST", "/v1/admin/backup?name=monday");
      assertThat(answer.status()).isEqualTo(201);
      JsonObject made = V1Client.json(answer);
      assertThat(made.get("name").getAsString()).isEqualTo("monday");
      assertThat(made.get("entries").getAsLong()).isEqualTo(2);
      assertThat(made.get("bytes").getAsLong()).isPositive();
      assertThat(made.get("revision").getAsLong()).isEqualTo(client.store().revision());
      Answer again = client.call("POST", "/v1/admin/backup?name=monday");
      assertThat(again.status()).isEqualTo(409);
      assertThat(V1Client.code(again)).isEqualTo("name-taken");
    }
    try (KVStore copy = KVStore.open(backups.resolve("monday"))) {
      assertThat(copy.get("b")).contains("2");
    }
  }

  @Test
  void backup_bySchedule_isMadeAtTheStartAndToldInStats() throws IOException {
    Path backups = folder.resolve("backups");
    HttpEndpoint.Builder endpoint =
        HttpEndpoint.builder().backupDirectory(backups).backupEvery(Duration.ofDays(1));
    KVServer.Builder server = KVServer.builder().dataFolder(folder.resolve("data"));
    try (V1Client client = new V1Client(server, endpoint)) {
      JsonObject state = backups(client);
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (state.get("made").getAsLong() == 0 && System.nanoTime() < end) {
        state = backups(client);
      }
      assertThat(state.get("made").getAsLong()).isOne();
      assertThat(state.get("failed").getAsLong()).isZero();
      assertThat(state.get("last").getAsString()).endsWith("Z");
      assertThat(state.get("last_failure").isJsonNull()).isTrue();
      try (Stream<Path> made = Files.list(backups)) {
        assertThat(made.map(each -> each.getFileName().toString()))
            .singleElement()
            .asString()
            .startsWith("auto-");
      }
    }
  }

  private static JsonObject backups(V1Client client) throws IOException {
    return V1Client.json(client.call("GET", "/v1/stats")).getAsJsonObject("backups");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?name=", "?name=.a", "?name=..", "?name=a/b", "?name=%2e%2e%2fa"})
  void backup_withAnotherKindOfName_is400(String query) throws IOException {
    try (V1Client client = new V1Client(HttpEndpoint.builder().backupDirectory(folder))) {
      Answer answer = client.call("POST", "/v1/admin/backup" + query);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(V1Client.code(answer)).isEqualTo("bad-parameter");
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void backup_withoutAFolderForThem_is404() throws IOException {
    try (V1Client client = new V1Client()) {
      Answer answer = client.call("POST", "/v1/admin/backup?name=a");
      assertThat(answer.status()).isEqualTo(404);
      assertThat(V1Client.code(answer)).isEqualTo("unknown-path");
    }
  }

  @Test
  void compactVerifyAndRecovery_ofAStoreOnDisk() throws IOException {
    KVServer.Builder server = KVServer.builder().dataFolder(folder.resolve("data"));
    try (V1Client client = new V1Client(server, HttpEndpoint.builder())) {
      client.store().put("a", "1");
      assertThat(client.call("POST", "/v1/admin/compact").status()).isEqualTo(204);
      assertThat(client.store().admin().stats().sstables()).isOne();
      JsonObject verified = V1Client.json(client.call("POST", "/v1/admin/verify"));
      assertThat(verified.get("entries").getAsLong()).isOne();
      assertThat(verified.getAsJsonArray("faults")).isEmpty();
      JsonObject recovery = V1Client.json(client.call("GET", "/v1/admin/recovery"));
      assertThat(recovery.get("entries").getAsLong()).isZero();
    }
  }

  @Test
  void verify_thatOutlastsEveryDeadline_isAnsweredAndKeepsOthersOut() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    HttpEndpoint.Builder endpoint =
        HttpEndpoint.builder()
            .headTimeout(SHORT)
            .bodyTimeout(SHORT)
            .idleTimeout(SHORT)
            .writeTimeout(SHORT);
    try (KVStore store = KVStore.inMemory();
        KVServer server =
            KVServer.builder()
                .store(slow(store, entered, release))
                .port(0)
                .endpoint(endpoint.build())
                .build()
                .start();
        RawClient admin = new RawClient(server.port());
        RawClient other = new RawClient(server.port())) {
      admin.send("POST /v1/admin/verify HTTP/1.1\r\nHost: localhost\r\n\r\n");
      entered.await();
      try (RawClient second = new RawClient(server.port())) {
        second.send("POST /v1/admin/compact HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Answer refused = second.read();
        assertThat(refused.status()).isEqualTo(503);
        assertThat(V1Client.code(refused)).isEqualTo("busy");
        // It ends by a deadline of the same length, which began later.
        assertThat(second.isClosed()).isTrue();
      }
      release.countDown();
      assertThat(admin.read().status()).isEqualTo(200);
      assertThat(other.isClosed()).isTrue();
    }
  }

  private static KVStore slow(KVStore store, CountDownLatch entered, CountDownLatch release) {
    StoreAdmin admin =
        (StoreAdmin)
            Proxy.newProxyInstance(
                StoreAdmin.class.getClassLoader(),
                new Class<?>[] {StoreAdmin.class},
                (proxy, method, arguments) -> {
                  entered.countDown();
                  release.await();
                  return method.invoke(store.admin(), arguments);
                });
    return (KVStore)
        Proxy.newProxyInstance(
            KVStore.class.getClassLoader(),
            new Class<?>[] {KVStore.class},
            (proxy, method, arguments) ->
                method.getName().equals("admin") ? admin : method.invoke(store, arguments));
  }
}

package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.kvapp.KVServer;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.http.connection.RawClient;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StatsEndpointTest {
  @Test
  void stats_ofAStoreOnDisk_showStoreAndRecovery(@TempDir Path folder) throws IOException {
    KVServer.Builder server = KVServer.builder().dataFolder(folder.resolve("data"));
    try (V1Client client = new V1Client(server, HttpEndpoint.builder())) {
      client.store().put("a", "1");
      client.store().put("b", "2");
      JsonObject stats = V1Client.json(client.call("GET", "/v1/stats"));
      JsonObject store = stats.getAsJsonObject("store");
      assertThat(store.get("entries").getAsLong()).isEqualTo(2);
      assertThat(store.get("revision").getAsLong()).isEqualTo(client.store().revision());
      assertThat(store.get("disk_bytes").getAsLong()).isPositive();
      assertThat(store.get("disk_free_bytes").getAsLong()).isPositive();
      JsonObject recovery = stats.getAsJsonObject("recovery");
      assertThat(recovery.get("entries").getAsLong()).isZero();
      assertThat(recovery.getAsJsonArray("dropped")).isEmpty();
    }
  }

  @Test
  void stats_ofTheServer_countConnectionsWatchersAndRequests() throws IOException {
    try (V1Client client = new V1Client();
        RawClient other = new RawClient(client.port());
        EventClient watcher = new EventClient(client.port(), "")) {
      assertThat(watcher.message().what()).isEqualTo("synced");
      other.send("GET /v1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(other.read().status()).isEqualTo(200);
      client.call("GET", "/v1/kv/none");
      JsonObject server = V1Client.json(client.call("GET", "/v1/stats")).getAsJsonObject("server");
      assertThat(server.get("connections").getAsInt()).isEqualTo(2);
      assertThat(server.get("watchers").getAsInt()).isOne();
      assertThat(server.get("requests").getAsLong()).isBetween(1L, 2L);
      assertThat(server.get("buffered_bytes").getAsLong()).isNotNegative();
      assertThat(server.get("uptime_seconds").getAsLong()).isNotNegative();
      assertThat(server.get("version").getAsString()).matches("\\d+\\.\\d+\\.\\d+\\S*");
      assertThat(server.get("commit").getAsString()).matches("[0-9a-f]{12}|unknown");
    }
  }
}

package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVException;
import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReadyEndpointTest {
  private static final String REQUEST = " HTTP/1.1\r\nHost: localhost\r\n\r\n";

  @TempDir private Path folder;

  @Test
  void ready_whileAllConnectionsAreTaken_is200() throws IOException {
    HttpEndpoint.Builder endpoint = HttpEndpoint.builder().maxConnections(1);
    try (KVServer server =
            KVServer.builder().inMemory().port(0).endpoint(endpoint.build()).build().start();
        RawClient holder = new RawClient(server.port())) {
      holder.send("PUT /v1/kv/a HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n");
      holder.send("Content-Length: 1\r\n\r\n");
      assertThat(holder.read().status()).isEqualTo(100);
      try (RawClient other = new RawClient(server.port())) {
        other.send("GET /readyz" + REQUEST);
        Answer ready = other.read();
        assertThat(ready.status()).isEqualTo(200);
        assertThat(ready.text()).isEqualTo("ok\n");
      }
    }
  }

  @Test
  void ready_ofAStoreThatFailed_is503ReadOnly() throws IOException {
    Path data = folder.resolve("data");
    KVStore store = KVStore.open(data);
    try (V1Client client = new V1Client(KVServer.builder().store(store), HttpEndpoint.builder())) {
      assertThat(client.call("GET", "/readyz").status()).isEqualTo(200);
      Files.move(data, folder.resolve("moved"));
      boolean refused = false;
      while (!refused) {
        refused = refuses(store);
      }
      Answer answer = client.call("GET", "/readyz");
      assertThat(answer.status()).isEqualTo(503);
      assertThat(V1Client.code(answer)).isEqualTo("read-only");
      assertThat(client.call("GET", "/healthz").status()).isEqualTo(200);
    } finally {
      closeFailed(store);
    }
  }

  @Test
  void ready_ofAStoreThatIsClosed_is503Stopping() throws IOException {
    KVStore store = KVStore.inMemory();
    try (V1Client client = new V1Client(KVServer.builder().store(store), HttpEndpoint.builder())) {
      store.close();
      Answer answer = client.call("GET", "/readyz");
      assertThat(answer.status()).isEqualTo(503);
      assertThat(V1Client.code(answer)).isEqualTo("stopping");
    }
  }

  @Test
  void ready_ofAStoreThatIsOpenToReadOnly_is200() throws IOException {
    Path data = folder.resolve("data");
    KVStore.open(data).close();
    try (KVStore store = KVStore.open(data, StoreOptions.defaults().withReadOnly(true));
        V1Client client = new V1Client(KVServer.builder().store(store), HttpEndpoint.builder())) {
      assertThat(client.call("GET", "/readyz").status()).isEqualTo(200);
    }
  }

  private static boolean refuses(KVStore store) {
    try {
      store.put("key", "value");
      return false;
    } catch (KVException.ReadOnly expected) {
      return true;
    }
  }

  private static void closeFailed(KVStore store) {
    try {
      store.close();
    } catch (KVException.ReadOnly expected) {
      assertThat(expected).hasMessageContaining("read-only");
    }
  }
}

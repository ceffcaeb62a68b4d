package io.kvapp.server.v1;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVException;
import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.engine.DiskStore;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.http.connection.RawClient;
import io.kvapp.server.http.connection.RawClient.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
      try (RawClient other = new RawClient(server.port())) {
        assertThat(other.send("GET /healthz" + REQUEST).read().status()).isEqualTo(200);
      }
      try (RawClient other = new RawClient(server.port())) {
        assertThat(other.send("GET /v1/kv/a" + REQUEST).read().status()).isEqualTo(503);
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
  void ready_ofAStoreThatIsOpenToReadOnly_is503ReadOnly() throws IOException {
    Path data = folder.resolve("data");
    KVStore.open(data).close();
    try (KVStore store = KVStore.open(data, StoreOptions.defaults().withReadOnly(true));
        V1Client client = new V1Client(KVServer.builder().store(store), HttpEndpoint.builder())) {
      Answer answer = client.call("GET", "/readyz");
      assertThat(answer.status()).isEqualTo(503);
      assertThat(V1Client.code(answer)).isEqualTo("read-only");
      assertThat(client.call("GET", "/healthz").status()).isEqualTo(200);
      assertThat(client.call("GET", "/metrics").text()).contains("\nkvapp_read_only 1.0\n");
    }
  }

  @Test
  void ready_whileTheHashTableIsFilled_is200() throws Exception {
    Path data = folder.resolve("data");
    try (KVStore store = KVStore.open(data)) {
      store.put("a", "1");
    }
    breakHashTable(data);
    CountDownLatch goOn = new CountDownLatch(1);
    try (KVStore store =
            DiskStore.open(
                data, StoreOptions.defaults(), new HoldingDisk(goOn), EngineOptions.standard());
        V1Client client = new V1Client(KVServer.builder().store(store), HttpEndpoint.builder())) {
      assertThat(store.admin().recovery().rebuilt()).isTrue();
      assertThat(client.call("GET", "/readyz").status()).isEqualTo(200);
      assertThat(client.call("GET", "/v1/kv/a").status()).isEqualTo(200);
      goOn.countDown();
    } finally {
      goOn.countDown();
    }
  }

  @Test
  void drain_untilItsEnd_isNotReadyButServes() throws Exception {
    HttpEndpoint.Builder endpoint =
        HttpEndpoint.builder().drain(Duration.ofHours(1)).maxConnections(2);
    KVServer server =
        KVServer.builder().inMemory().port(0).endpoint(endpoint.build()).build().start();
    int port = server.port();
    Thread closing = new Thread(server::close);
    try (RawClient kept = new RawClient(port)) {
      assertThat(kept.send("GET /readyz" + REQUEST).read().status()).isEqualTo(200);
      closing.start();
      Answer answer = awaitNotReady(kept);
      assertThat(answer.status()).isEqualTo(503);
      assertThat(V1Client.code(answer)).isEqualTo("stopping");
      assertThat(kept.send("GET /healthz" + REQUEST).read().status()).isEqualTo(200);
      try (RawClient another = new RawClient(port)) {
        another.send("PUT /v1/kv/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx");
        assertThat(another.read().status()).isEqualTo(201);
      }
    } finally {
      closing.interrupt();
      closing.join();
    }
    RawClient.awaitRefusal(port);
  }

  @Test
  void drain_thatHasEnded_closesThePort() throws IOException {
    HttpEndpoint endpoint = HttpEndpoint.builder().drain(Duration.ofMillis(1)).build();
    KVServer server = KVServer.builder().inMemory().port(0).endpoint(endpoint).build().start();
    int port = server.port();
    server.close();
    RawClient.awaitRefusal(port);
  }

  /** The order to stop comes from another thread. */
  private static Answer awaitNotReady(RawClient client) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    Answer answer = client.send("GET /readyz" + REQUEST).read();
    while (answer.status() == 200 && System.nanoTime() < end) {
      answer = client.send("GET /readyz" + REQUEST).read();
    }
    return answer;
  }

  private static void breakHashTable(Path data) throws IOException {
    for (Path table : Disk.list(data, "live-*.map")) {
      Files.write(table, new byte[] {1}, StandardOpenOption.APPEND);
    }
  }

  /**
   * A disk on which the hash table of before is not deleted, nor the new one filled, until told.
   */
  private static final class HoldingDisk extends Disk {
    private final CountDownLatch goOn;

    private HoldingDisk(CountDownLatch goOn) {
      this.goOn = goOn;
    }

    @Override
    public void delete(Path file) throws IOException {
      if (file.getFileName().toString().endsWith(".map")) {
        try {
          goOn.await();
        } catch (InterruptedException nobodyDoesThat) {
          throw new AssertionError(nobodyDoesThat);
        }
      }
      super.delete(file);
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

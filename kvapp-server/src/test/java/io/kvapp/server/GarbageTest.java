package io.kvapp.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.kvapp.KVServer;
import io.kvapp.server.classic.ClassicClient;
import io.kvapp.server.http.connection.RawClient;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the thread of a connection allocates for a request, on a persistent store. */
final class GarbageTest {
  private static final int WARM_UP = 2_000;
  private static final int MEASURED = 2_000;
  private static final long MAX_BYTES = 2 << 10;
  private static final String KEY = "key-0123456789012345678";
  private static final String VALUE = "v".repeat(100);
  private static final int ENTRY_BYTES = KEY.length() + VALUE.length();

  @TempDir Path folder;
  private KVServer server;
  private RawClient client;
  private String token;

  @BeforeEach
  void start() throws IOException {
    server = KVServer.builder().dataFolder(folder).port(0).build().start();
    client = new RawClient(server.port());
    token = ClassicClient.token(client);
    ClassicClient.insert(client, token, KEY, VALUE);
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    server.close();
  }

  @Test
  void searchByKey_allocatesLittleBeyondTheEntry() throws IOException {
    String body = ClassicClient.members("key", KEY);
    assertThat(bytesPerRequest(ClassicClient.post("/api/search", token, body), 200))
        .isLessThan(MAX_BYTES + ENTRY_BYTES);
  }

  @Test
  void insert_allocatesLittleBeyondTheEntry() throws IOException {
    String body = ClassicClient.members("key", KEY, "value", VALUE);
    assertThat(bytesPerRequest(ClassicClient.post("/api/insert", token, body), 201))
        .isLessThan(MAX_BYTES + ENTRY_BYTES);
  }

  private long bytesPerRequest(byte[] request, int status) throws IOException {
    send(request, status, WARM_UP);
    long before = allocatedBytes();
    send(request, status, MEASURED);
    long bytes = (allocatedBytes() - before) / MEASURED;
    System.out.println("GarbageTest: " + bytes + " bytes a request of status " + status);
    return bytes;
  }

  private void send(byte[] request, int status, int count) throws IOException {
    for (int sent = 0; sent < count; sent++) {
      assertThat(client.send(request).read().status()).isEqualTo(status);
    }
  }

  private static long allocatedBytes() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("kvapp-http-"))
        .mapToLong(thread -> threads.getThreadAllocatedBytes(thread.getId()))
        .sum();
  }
}

package io.kvapp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.Endpoint;
import io.kvapp.KVException;
import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.server.classic.ClassicClient;
import io.kvapp.server.http.connection.RawClient;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class HttpEndpointTest {
  @Test
  void endpoint_onTheClassPath_isFound() {
    assertThat(ServiceLoader.load(Endpoint.class)).hasOnlyElementsOfType(HttpEndpoint.class);
  }

  @Test
  void start_foreignContextLoader_servesAllTheSame() throws IOException {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader foreign = new URLClassLoader(new URL[0], null)) {
      thread.setContextClassLoader(foreign);
      try (KVServer server = KVServer.builder().inMemory().port(0).build().start();
          RawClient client = new RawClient(server.port())) {
        client.send("POST /api/auth HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
        assertThat(client.read().status()).isEqualTo(200);
      }
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void start_storeThatIsGiven_servesItAndLeavesItOpen() throws IOException {
    try (KVStore store = KVStore.inMemory()) {
      try (KVServer server = KVServer.builder().store(store).port(0).build().start();
          RawClient client = new RawClient(server.port())) {
        store.put("key", "value");
        String token = ClassicClient.token(client);
        assertThat(ClassicClient.search(client, token, "key", "key").text()).contains("value");
      }
      assertThat(store.get("key")).hasValue("value");
    }
  }

  @Test
  void start_portInUse_saysSoAndLeavesNothingOpen() throws IOException {
    try (KVServer first = server(HttpEndpoint.builder().build(), 0).start()) {
      int port = first.port();
      KVServer second = server(HttpEndpoint.builder().build(), port);
      assertThatThrownBy(second::start)
          .isInstanceOf(KVException.PortInUse.class)
          .hasMessageContaining("port " + port + " on localhost");
      first.close();
      try (KVServer third = server(HttpEndpoint.builder().build(), port).start()) {
        assertThat(third.port()).isEqualTo(port);
      }
    }
  }

  @Test
  void start_secondTime_throws() {
    HttpEndpoint endpoint = new HttpEndpoint();
    assertThatThrownBy(endpoint::port).isInstanceOf(KVException.WrongState.class);
    try (KVServer server = server(endpoint, 0).start()) {
      assertThat(endpoint.port()).isEqualTo(server.port());
      assertThatThrownBy(() -> server(endpoint, 0).start())
          .isInstanceOf(KVException.WrongState.class);
    }
  }

  @Test
  void builder_limit_isTheServers() throws IOException {
    HttpEndpoint endpoint = HttpEndpoint.builder().maxBodyBytes(10).maxHeaders(2).build();
    try (KVServer server = server(endpoint, 0).start();
        RawClient client = new RawClient(server.port())) {
      client.send(
          "POST /api/auth HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n0123456789");
      assertThat(client.read().status()).isEqualTo(200);
      client.send("POST /api/auth HTTP/1.1\r\nHost: localhost\r\nA: b\r\nC: d\r\n\r\n");
      assertThat(client.read().status()).isEqualTo(431);
    }
  }

  @ParameterizedTest
  @MethodSource
  void build_settingOutsideItsRange_namesIt(String name, Consumer<HttpEndpoint.Builder> setting) {
    HttpEndpoint.Builder builder = HttpEndpoint.builder();
    setting.accept(builder);
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(name + ": ");
  }

  static Stream<Object[]> build_settingOutsideItsRange_namesIt() {
    return Stream.of(
        bad("maxRequestLineBytes", builder -> builder.maxRequestLineBytes(1)),
        bad("maxHeadBytes", builder -> builder.maxHeadBytes(0)),
        bad("maxHeaders", builder -> builder.maxHeaders(0)),
        bad("maxBodyBytes", builder -> builder.maxBodyBytes(-1)),
        bad("maxTxnBytes", builder -> builder.maxTxnBytes(0)),
        bad("maxTxnOperations", builder -> builder.maxTxnOperations(0)),
        bad("headTimeout", builder -> builder.headTimeout(Duration.ZERO)),
        bad("bodyTimeout", builder -> builder.bodyTimeout(Duration.ofDays(2))),
        bad("idleTimeout", builder -> builder.idleTimeout(Duration.ofNanos(1))),
        bad("writeTimeout", builder -> builder.writeTimeout(Duration.ofMillis(-1))),
        bad("stopTimeout", builder -> builder.stopTimeout(Duration.ZERO)),
        bad("drain", builder -> builder.drain(Duration.ofMillis(-1))),
        bad("slow", builder -> builder.slow(Duration.ZERO)),
        bad("keepBackups", builder -> builder.keepBackups(0)),
        bad("keepBackups", builder -> builder.keepBackups(1)),
        bad("backupEvery", builder -> builder.backupEvery(Duration.ofHours(1))),
        bad("backupEvery", builder -> builder.backupEvery(Duration.ofMillis(1))),
        bad("maxConnections", builder -> builder.maxConnections(0)),
        bad("maxWatchers", builder -> builder.maxWatchers(-1)),
        bad("maxSearchEntries", builder -> builder.maxSearchEntries(0)),
        bad("maxSearchBytes", builder -> builder.maxSearchBytes(-1)),
        bad("backlog", builder -> builder.backlog(0)));
  }

  private static Object[] bad(String name, Consumer<HttpEndpoint.Builder> setting) {
    return new Object[] {name, setting};
  }

  private static KVServer server(HttpEndpoint endpoint, int port) {
    return KVServer.builder().inMemory().port(port).endpoint(endpoint).build();
  }
}

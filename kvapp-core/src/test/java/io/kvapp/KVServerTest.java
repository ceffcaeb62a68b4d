package io.kvapp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KVServerTest {
  @TempDir Path folder;

  @BeforeEach
  void forgetEvents() {
    RecordingEndpoint.EVENTS.clear();
  }

  @Test
  void start_opensTheStoreAndReturnsTheServer() {
    try (KVServer server = withoutEndpoint()) {
      assertThat(server.start()).isSameAs(server);
      server.store().put("key", "value");
      assertThat(server.store().get("key")).hasValue("value");
    }
  }

  @Test
  void data_survivesARestart() {
    try (KVServer server = withoutEndpoint().start()) {
      server.store().put("key", "value");
    }
    try (KVServer server = withoutEndpoint().start()) {
      assertThat(server.store().get("key")).hasValue("value");
    }
  }

  @Test
  void inMemory_keepsNothing() {
    KVServer.Builder builder = KVServer.builder().inMemory().withoutEndpoint();
    try (KVServer server = builder.build().start()) {
      server.store().put("key", "value");
    }
    try (KVServer server = builder.build().start()) {
      assertThat(server.store().size()).isZero();
    }
  }

  @Test
  void defaults_areThoseOfTheOriginal() {
    StoreOptions options = StoreOptions.defaults();

    assertThat(ServerSettings.DEFAULT_DATA_FOLDER).isEqualTo(Path.of("kv_store"));
    assertThat(ServerSettings.DEFAULT_HOST).isEqualTo("localhost");
    assertThat(ServerSettings.DEFAULT_PORT).isEqualTo(5000);
    assertThat(options.durability()).isEqualTo(Durability.OS);
    assertThat(options.maxValueBytes()).isEqualTo(16 << 20);
    assertThat(options.openDamaged()).isFalse();
    assertThat(options.clock()).isEqualTo(InstantSource.system());
    assertThat(new KVServer()).isNotNull();
    assertThat(Path.of("kv_store")).doesNotExist();
  }

  @Test
  void endpoint_isToldWhatTheServerWasSetUpWith() {
    TestClock clock = new TestClock();
    RecordingEndpoint endpoint = new RecordingEndpoint();
    try (KVServer server =
        KVServer.builder()
            .dataFolder(folder.resolve("store"))
            .host("127.0.0.1")
            .port(17)
            .clock(clock)
            .maxValueBytes(10)
            .endpoint(endpoint)
            .build()
            .start()) {
      assertThat(endpoint.settings)
          .isEqualTo(
              new ServerSettings("127.0.0.1", 17, Optional.of(folder.resolve("store")), clock));
      assertThat(server.store().limits().maxValueBytes()).isEqualTo(10);
    }
    RecordingEndpoint other = new RecordingEndpoint();
    try (KVServer server = KVServer.builder().inMemory().endpoint(other).build().start()) {
      assertThat(other.settings.host()).isEqualTo("localhost");
      assertThat(other.settings.port()).isEqualTo(5000);
      assertThat(other.settings.dataFolder()).isEmpty();
      assertThat(server.store().limits().maxValueBytes()).isEqualTo(16 << 20);
    }
  }

  @Test
  void storeAtAUri_isOpenedAndClosed() {
    RecordingEndpoint endpoint = new RecordingEndpoint();
    URI uri = folder.resolve("store").toUri();
    KVStore store;
    try (KVServer server = KVServer.builder().store(uri).endpoint(endpoint).build().start()) {
      store = server.store();
      store.put("key", "value");
      assertThat(endpoint.settings.dataFolder()).hasValue(folder.resolve("store"));
    }
    assertThatThrownBy(store::size).isInstanceOf(KVException.WrongState.class);

    try (KVServer server =
        KVServer.builder().store("mem:").endpoint(new RecordingEndpoint()).build().start()) {
      assertThat(server.store().size()).isZero();
    }
    KVServer missing = KVServer.builder().store("http://localhost").withoutEndpoint().build();
    assertThatThrownBy(missing::start).hasMessageContaining("kvapp-client");
    assertThatIllegalArgumentException().isThrownBy(() -> KVServer.builder().store(" "));
  }

  @Test
  void storeThatIsGiven_isNotClosed() {
    try (KVStore store = KVStore.open(folder.resolve("store"))) {
      RecordingEndpoint endpoint = new RecordingEndpoint();
      KVServer.Builder builder = KVServer.builder().store(store);
      try (KVServer server = builder.endpoint(endpoint).build().start()) {
        assertThat(server.store()).isSameAs(store);
        assertThat(endpoint.store).isSameAs(store);
        assertThat(endpoint.settings.dataFolder()).isEmpty();
      }
      store.put("after a close", "value");

      endpoint.failure = new KVException.PortInUse("localhost", 4711, null);
      KVServer failing = builder.build();
      assertThatThrownBy(failing::start).isSameAs(endpoint.failure);
      store.put("after a start that failed", "value");
      assertThat(store.size()).isEqualTo(2);
    }
    assertThatNullPointerException().isThrownBy(() -> KVServer.builder().store((KVStore) null));
  }

  @Test
  void storeAndFolder_theLastCallCounts() {
    try (KVStore store = KVStore.inMemory();
        KVServer server =
            KVServer.builder()
                .store(store)
                .dataFolder(folder.resolve("store"))
                .withoutEndpoint()
                .build()
                .start()) {
      assertThat(server.store()).isNotSameAs(store);
      assertThat(folder.resolve("store")).isDirectory();
    }
  }

  @Test
  void settings_outsideTheirRange_areNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KVServer.builder().port(65_536).build())
        .withMessageContaining("port")
        .withMessageContaining("65536");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KVServer.builder().port(-1).build())
        .withMessageContaining("port");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KVServer.builder().maxValueBytes(0).build())
        .withMessageContaining("maxValueBytes");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KVServer.builder().maxValueBytes((256 << 20) + 1).build())
        .withMessageContaining("maxValueBytes")
        .withMessageContaining("268435456");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KVServer.builder().host(" ").build())
        .withMessageContaining("host");
    assertThatNullPointerException().isThrownBy(() -> new KVServer(null));
    assertThatNullPointerException().isThrownBy(() -> KVServer.builder().dataFolder(null));
    assertThatNullPointerException().isThrownBy(() -> KVServer.builder().clock(null).build());
  }

  @Test
  void start_twice_isRefused() {
    try (KVServer server = withoutEndpoint().start()) {
      assertThatThrownBy(server::start)
          .isInstanceOf(KVException.WrongState.class)
          .hasMessageContaining("started already");
      assertThat(server.store().size()).isZero();
    }
  }

  @Test
  void use_beforeStart_isRefused() {
    KVServer server = withoutEndpoint();

    assertThatThrownBy(server::store)
        .isInstanceOf(KVException.WrongState.class)
        .hasMessageContaining("start()");
    assertThatThrownBy(server::port)
        .isInstanceOf(KVException.WrongState.class)
        .hasMessageContaining("start()");
    server.close();
  }

  @Test
  void use_afterClose_isRefused() {
    KVServer server = withoutEndpoint().start();
    KVStore store = server.store();
    server.close();
    server.close();

    assertThatThrownBy(server::store)
        .isInstanceOf(KVException.WrongState.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(() -> store.put("key", "value")).isInstanceOf(KVException.WrongState.class);
    assertThatThrownBy(server::start)
        .isInstanceOf(KVException.WrongState.class)
        .hasMessageContaining("new KVServer");
  }

  @Test
  void port_withoutEndpoint_saysWhatIsMissing() {
    try (KVServer server = withoutEndpoint().start()) {
      assertThatThrownBy(server::port)
          .isInstanceOf(KVException.WrongState.class)
          .hasMessageContaining("kvapp-server");
    }
  }

  @Test
  void endpoint_isStartedWithTheStoreAndClosedBeforeIt() {
    RecordingEndpoint endpoint = new RecordingEndpoint();
    try (KVServer server = withEndpoint(endpoint).start()) {
      assertThat(server.port()).isEqualTo(4711);
      assertThat(endpoint.store).isSameAs(server.store());
    }

    assertThat(RecordingEndpoint.EVENTS).containsExactly("start", "close with an open store");
  }

  @Test
  void endpoint_thatFailsToStart_leavesNothingOpenAndCanBeTriedAgain() {
    RecordingEndpoint endpoint = new RecordingEndpoint();
    endpoint.failure = new KVException.PortInUse("localhost", 4711, null);
    KVServer server = withEndpoint(endpoint);

    assertThatThrownBy(server::start).isSameAs(endpoint.failure);
    assertThat(RecordingEndpoint.EVENTS).containsExactly("start", "close with an open store");
    assertThatThrownBy(() -> endpoint.store.size()).isInstanceOf(KVException.WrongState.class);
    try (KVServer other = withoutEndpoint().start()) {
      other.store().put("key", "value");
    }

    endpoint.failure = null;
    server.start();
    assertThat(server.store().get("key")).hasValue("value");
    server.close();
  }

  @Test
  void endpoint_thatFailsToClose_closesTheStoreAllTheSame() {
    RecordingEndpoint endpoint = new RecordingEndpoint();
    endpoint.closeFailure = new KVException("no way out");
    KVServer server = withEndpoint(endpoint).start();

    assertThatThrownBy(server::close).isSameAs(endpoint.closeFailure);
    try (KVServer other = withoutEndpoint().start()) {
      assertThat(other.store().size()).isZero();
    }
  }

  @Test
  void folder_thatCannotBeMade_isNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "text");
    KVServer server =
        KVServer.builder().dataFolder(file.resolve("store")).withoutEndpoint().build();

    assertThatThrownBy(server::start)
        .isInstanceOf(KVException.FolderUnusable.class)
        .hasMessageContaining(file.resolve("store").toString());
  }

  @Test
  void folder_openInAnotherProcess_isNamedWithThatProcess() throws Exception {
    Process process = child();
    // A child that hangs ends, and with it the wait for its output.
    CompletableFuture.delayedExecutor(60, TimeUnit.SECONDS).execute(process::destroyForcibly);
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).isEqualTo("ready");
      assertThatThrownBy(() -> withoutEndpoint().start())
          .isInstanceOf(KVException.FolderInUse.class)
          .hasMessageContaining(folder.resolve("store").toString())
          .hasMessageContaining(Long.toString(process.pid()));

      process.getOutputStream().close();
      assertThat(output.readLine()).isEqualTo("closed");
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    } finally {
      process.destroyForcibly();
    }
    try (KVServer server = withoutEndpoint().start()) {
      assertThat(server.store().get("written by")).hasValue("the child");
    }
  }

  /** The other process: opens the store, and closes it when its input ends. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws IOException {
      KVServer.Builder builder = KVServer.builder().dataFolder(Path.of(arguments[0]));
      try (KVServer server = builder.withoutEndpoint().build().start()) {
        server.store().put("written by", "the child");
        System.out.println("ready");
        System.in.transferTo(System.err);
      }
      System.out.println("closed");
    }
  }

  private KVServer withoutEndpoint() {
    return KVServer.builder().dataFolder(folder.resolve("store")).withoutEndpoint().build();
  }

  private KVServer withEndpoint(Endpoint endpoint) {
    return KVServer.builder().dataFolder(folder.resolve("store")).endpoint(endpoint).build();
  }

  private Process child() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Child.class.getName(),
            folder.resolve("store").toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}

package io.kvapp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KVServerTest {
  @TempDir Path folder;
  private ClassLoader contextLoader;

  @BeforeEach
  void rememberContextLoader() {
    contextLoader = Thread.currentThread().getContextClassLoader();
    RecordingEndpoint.EVENTS.clear();
  }

  @AfterEach
  void restoreContextLoader() {
    Thread.currentThread().setContextClassLoader(contextLoader);
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
      assertThat(server.settings().dataFolder()).isNull();
    }
    try (KVServer server = builder.build().start()) {
      assertThat(server.store().size()).isZero();
    }
  }

  @Test
  void defaults_areThoseOfTheOriginal() {
    Settings settings = new KVServer().settings();

    assertThat(settings.dataFolder()).isEqualTo(Path.of("kv_store"));
    assertThat(settings.host()).isEqualTo("localhost");
    assertThat(settings.port()).isEqualTo(5000);
    assertThat(settings.prefixScope()).isEqualTo(PrefixScope.KEYS);
    assertThat(settings.durability()).isEqualTo(Durability.OS);
    assertThat(settings.maxValueBytes()).isEqualTo(16 << 20);
    assertThat(settings.openDamaged()).isFalse();
    assertThat(new KVServer(folder).settings().dataFolder()).isEqualTo(folder);
    assertThat(Path.of("kv_store")).doesNotExist();
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
      assertThat(endpoint.settings).isEqualTo(server.settings());
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
  void endpointOnTheClassPath_isFoundWhateverTheContextClassLoader() throws Exception {
    try (URLClassLoader loader = classPathWith(RecordingEndpoint.class);
        URLClassLoader foreign = classPathWith(OtherEndpoint.class)) {
      Function<Path, String> start = starterIn(loader);
      for (ClassLoader context :
          Arrays.asList(null, ClassLoader.getPlatformClassLoader(), foreign, loader)) {
        Thread.currentThread().setContextClassLoader(context);
        assertThat(start.apply(folder.resolve("store")))
            .isEqualTo(RecordingEndpoint.class.getName() + " at 4711, or none");
      }
    }
  }

  @Test
  void endpointOfTheContextClassLoaderAlone_isNotFound() throws Exception {
    try (URLClassLoader foreign = classPathWith(RecordingEndpoint.class)) {
      Thread.currentThread().setContextClassLoader(foreign);
      try (KVServer server = new KVServer(folder.resolve("store")).start()) {
        assertThatThrownBy(server::port).isInstanceOf(KVException.WrongState.class);
      }
    }
  }

  @Test
  void twoEndpointsOnTheClassPath_areNamedAndNothingIsOpened() throws Exception {
    try (URLClassLoader loader = classPathWith(RecordingEndpoint.class, OtherEndpoint.class)) {
      assertThat(starterIn(loader).apply(folder.resolve("store")))
          .startsWith(KVException.WrongState.class.getName())
          .contains(RecordingEndpoint.class.getName())
          .contains(OtherEndpoint.class.getName())
          .contains("endpoint(..)")
          .endsWith("[]");
    }
    assertThat(folder.resolve("store")).doesNotExist();

    try (KVServer chosen = withEndpoint(new RecordingEndpoint()).start()) {
      assertThat(chosen.port()).isEqualTo(4711);
    }
  }

  @Test
  void noEndpointOnTheClassPath_isSaidOnce() {
    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try (KVServer server = new KVServer(folder.resolve("store")).start()) {
      server.store().put("key", "value");
    } finally {
      System.setErr(before);
    }

    assertThat(log.toString(StandardCharsets.UTF_8))
        .containsOnlyOnce("no endpoint on the class path");
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

  /** An endpoint that serves nobody and writes down what is done with it. */
  public static class RecordingEndpoint implements Endpoint {
    static final List<String> EVENTS = new ArrayList<>();
    static String started;

    KVStore store;
    Settings settings;
    KVException failure;
    KVException closeFailure;

    @Override
    public void start(KVStore startedStore, Settings startedSettings) {
      EVENTS.add("start");
      started = getClass().getName();
      store = startedStore;
      settings = startedSettings;
      if (failure != null) {
        throw failure;
      }
    }

    @Override
    public int port() {
      return 4711;
    }

    @Override
    public void close() {
      store.size();
      EVENTS.add("close with an open store");
      if (closeFailure != null) {
        throw closeFailure;
      }
    }
  }

  /** A second one. */
  public static final class OtherEndpoint extends RecordingEndpoint {}

  private KVServer withoutEndpoint() {
    return KVServer.builder().dataFolder(folder.resolve("store")).withoutEndpoint().build();
  }

  private KVServer withEndpoint(Endpoint endpoint) {
    return KVServer.builder().dataFolder(folder.resolve("store")).endpoint(endpoint).build();
  }

  /** Starts servers in a class loader of its own; says how that went. */
  public static final class Starter implements Function<Path, String> {
    @Override
    public String apply(Path data) {
      RecordingEndpoint.EVENTS.clear();
      String found;
      try (KVServer server = new KVServer(data).start()) {
        found = RecordingEndpoint.started + " at " + server.port();
      } catch (KVException failure) {
        return failure + " " + RecordingEndpoint.EVENTS;
      }
      KVServer.Builder builder = KVServer.builder().dataFolder(data);
      try (KVServer server = builder.withoutEndpoint().build().start()) {
        return found + ", or one at " + server.port();
      } catch (KVException.WrongState noEndpoint) {
        return found + ", or none";
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static Function<Path, String> starterIn(ClassLoader loader) throws Exception {
    return (Function<Path, String>)
        loader.loadClass(Starter.class.getName()).getConstructor().newInstance();
  }

  /** A class path of its own: that of this test, with these endpoints. */
  private URLClassLoader classPathWith(Class<?>... endpoints) throws IOException {
    Path classes = Files.createTempDirectory(folder, "classes");
    Path services = Files.createDirectories(classes.resolve("META-INF/services"));
    Files.write(
        services.resolve(Endpoint.class.getName()),
        List.of(endpoints).stream().map(Class::getName).toList());
    List<URL> classPath = new ArrayList<>(List.of(classes.toUri().toURL()));
    for (String part : System.getProperty("java.class.path").split(File.pathSeparator)) {
      classPath.add(Path.of(part).toUri().toURL());
    }
    return new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
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

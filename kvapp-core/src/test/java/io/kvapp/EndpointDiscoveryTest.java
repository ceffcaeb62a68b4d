package io.kvapp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a server finds its endpoint where none is named. */
final class EndpointDiscoveryTest {
  @TempDir private Path folder;
  private final ClassLoader contextLoader = Thread.currentThread().getContextClassLoader();

  @AfterEach
  void restoreContextLoader() {
    Thread.currentThread().setContextClassLoader(contextLoader);
  }

  @Test
  void endpointOnTheClassPath_isFound() throws Exception {
    assertThat(startWith(RecordingEndpoint.class.getName())).isEqualTo("port 4711");
  }

  @Test
  void endpointOnTheClassPath_isFoundBesideOneThatCannotBeLoaded() throws Exception {
    assertThat(startWith("does.not.Exist", RecordingEndpoint.class.getName()))
        .isEqualTo("port 4711");
  }

  @Test
  void endpointThatCannotBeLoaded_isNamedAndNothingIsOpened() throws Exception {
    assertThat(startWith("does.not.Exist"))
        .startsWith("io.kvapp.KVException: ")
        .contains("does.not.Exist")
        .doesNotContain("\n");
  }

  @Test
  void twoEndpointsOnTheClassPath_areNamedAndNothingIsOpened() throws Exception {
    assertThat(startWith(RecordingEndpoint.class.getName(), OtherEndpoint.class.getName()))
        .startsWith("io.kvapp.KVException$WrongState: ")
        .contains(RecordingEndpoint.class.getName())
        .contains(OtherEndpoint.class.getName())
        .contains("endpoint(..)");
  }

  private String startWith(String... endpoints) throws Exception {
    try (LibraryCopy copy = LibraryCopy.with(folder, Endpoint.class, endpoints)) {
      return copy.call(Starts.class);
    }
  }

  /** Starts a server with the endpoint on the class path, under a context loader that has none. */
  static final class Starts implements Callable<String> {
    @Override
    public String call() throws IOException {
      Thread.currentThread().setContextClassLoader(null);
      Path data = Files.createTempDirectory("kvapp-server").resolve("store");
      try (KVServer server = new KVServer(data).start()) {
        return "port " + server.port();
      } catch (KVException failure) {
        return Files.exists(data) ? "a store was opened" : failure.toString();
      }
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

  /** A second one. */
  public static final class OtherEndpoint extends RecordingEndpoint {}
}

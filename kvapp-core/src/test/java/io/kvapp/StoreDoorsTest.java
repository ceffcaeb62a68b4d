package io.kvapp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way to open a store, and every way that does not. */
class StoreDoorsTest {
  @TempDir Path scratch;
  private ClassLoader contextLoader;

  @BeforeEach
  void rememberContextLoader() {
    contextLoader = Thread.currentThread().getContextClassLoader();
  }

  @AfterEach
  void restoreContextLoader() {
    Thread.currentThread().setContextClassLoader(contextLoader);
  }

  @Test
  void open_byPathStringAndUri_isTheSameStore() {
    Path folder = scratch.resolve("a store, 100% ű");
    try (KVStore store = KVStore.open(folder)) {
      store.put("by path", "value");
    }
    try (KVStore store = KVStore.open(folder.toString())) {
      store.put("by string", "value");
    }
    try (KVStore store = KVStore.open(folder.toUri())) {
      store.put("by URI", "value");
    }
    try (KVStore store = KVStore.open(folder.toUri().toString().replace("file:", "FILE:"))) {
      assertThat(StoreFixture.keys(store, Scan.all()))
          .containsExactly("by URI", "by path", "by string");
    }
  }

  @Test
  void open_ofAStringWithoutAScheme_isAPath() {
    // A drive letter is not a scheme.
    for (String name : List.of("C:data", "http:", "colon:x")) {
      String path = scratch.resolve("x").resolve(name).toString();
      try (KVStore store = KVStore.open(path)) {
        store.put("key", "value");
      }
      assertThat(Path.of(path)).isDirectory();
    }
    assertThat(StoreAddress.of("C:\\data").folder()).isPresent();
    assertThat(StoreAddress.of("relative").folder()).hasValue(Path.of("relative").toAbsolutePath());
    assertThat(StoreAddress.of("file:relative").folder())
        .hasValue(Path.of("relative").toAbsolutePath());
  }

  @Test
  void open_ofAnEmptyPath_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KVStore.open(Path.of("")))
        .withMessageContaining("an empty path");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KVServer.builder().dataFolder(Path.of("")))
        .withMessageContaining("an empty path");
  }

  @Test
  void open_ofAPathThatIsNone_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KVStore.open("a\0b"))
        .withMessageContaining("not a path")
        .withMessageContaining("LC_ALL");
  }

  @Test
  void inMemory_andMem_areNewStoresEachTime() {
    try (KVStore one = KVStore.inMemory();
        KVStore other = KVStore.open("mem:");
        KVStore third = KVStore.open(URI.create("mem:/"))) {
      one.put("key", "value");
      assertThat(other.size()).isZero();
      assertThat(third.size()).isZero();
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KVStore.open("mem:name"))
        .withMessageContaining("mem:");
  }

  @Test
  void open_withOptions_goesByThem() {
    StoreOptions options = StoreOptions.defaults().withMaxValueBytes(10);
    for (KVStore opened :
        List.of(
            KVStore.open(scratch.resolve("path"), options),
            KVStore.open(scratch.resolve("string").toString(), options),
            KVStore.open(scratch.resolve("uri").toUri(), options),
            KVStore.inMemory(options))) {
      try (KVStore store = opened) {
        assertThat(store.limits().maxValueBytes()).isEqualTo(10);
        assertThatIllegalArgumentException().isThrownBy(() -> store.put("key", "x".repeat(11)));
      }
    }
  }

  @Test
  void open_ofNull_isRefused() {
    assertThatNullPointerException().isThrownBy(() -> KVStore.open((Path) null));
    assertThatNullPointerException().isThrownBy(() -> KVStore.open((String) null));
    assertThatNullPointerException().isThrownBy(() -> KVStore.open((URI) null));
    assertThatNullPointerException().isThrownBy(() -> KVStore.open(scratch, null));
    assertThatNullPointerException().isThrownBy(() -> KVStore.inMemory(null));
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost:5000, io.kvapp:kvapp-client",
    "HTTPS://user:secret@host/x, io.kvapp:kvapp-client",
    "etcd://one:2379, io.kvapp:kvapp-etcd",
    "redis://host, 'file, mem'",
    "data:2024, 'file, mem'"
  })
  void open_whereNoProviderServesTheScheme_saysWhatToAdd(String uri, String remedy) {
    assertThatThrownBy(() -> KVStore.open(uri))
        .isExactlyInstanceOf(KVException.class)
        .hasMessageContaining(URI.create(uri).getScheme().toLowerCase() + ":")
        .hasMessageContaining(remedy)
        .hasMessageNotContaining("secret")
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "file:",
        "file:///a?b=c",
        "file:///a#b",
        "file://host/a",
        "http://a b:secret@c"
      })
  void open_ofWhatNamesNoStore_isRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KVStore.open(text))
        .withMessageStartingWith("store: ")
        .withMessageNotContaining("secret");
  }

  @Test
  void open_ofARelativeUri_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KVStore.open(URI.create("data")))
        .withMessageContaining("scheme");
  }

  @Test
  void open_ofAPathInAnotherFileSystem_isRefused() throws IOException {
    URI zip = URI.create("jar:" + scratch.resolve("a.zip").toUri());
    try (FileSystem other = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> KVStore.open(other.getPath("/data")))
          .withMessageContaining("default file system");
    }
  }

  @Test
  void open_underAForeignContextLoader_findsTheProviders() throws IOException {
    try (URLClassLoader foreign = new URLClassLoader(new URL[0], null)) {
      Thread.currentThread().setContextClassLoader(foreign);
      openBoth("foreign");
    }
    Thread.currentThread().setContextClassLoader(new HostileLoader());
    openBoth("hostile");
    Thread.currentThread().setContextClassLoader(null);
    openBoth("none");
  }

  private void openBoth(String name) {
    try (KVStore store = KVStore.open(scratch.resolve(name));
        KVStore heap = KVStore.inMemory()) {
      store.put("key", "value");
      heap.put("key", "value");
    }
  }

  /** A class loader that has nothing and breaks on every question. */
  static final class HostileLoader extends ClassLoader {
    @Override
    public Class<?> loadClass(String name) {
      throw new IllegalStateException("no class " + name);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      throw new IOException("no resource " + name);
    }
  }

  @Test
  void open_withoutChronicle_namesItsJar_andTheHeapNeedsNone() throws Exception {
    try (LibraryCopy copy =
        LibraryCopy.without(entry -> entry.getFileName().toString().startsWith("chronicle-"))) {
      assertThat(copy.call(OpensBoth.class))
          .contains("io.kvapp.KVException: ")
          .contains("net.openhft:chronicle-map")
          .contains("heap: value")
          .doesNotContain("\n");
    }
  }

  @Test
  void open_withoutTheRestOfChronicle_namesItsJarToo() throws Exception {
    try (LibraryCopy copy =
        LibraryCopy.without(entry -> entry.getFileName().toString().startsWith("chronicle-core"))) {
      assertThat(copy.call(OpensBoth.class))
          .contains("io.kvapp.KVException: ")
          .contains("net.openhft:chronicle-map")
          .contains("heap: value");
    }
  }

  @Test
  void providers_thatCannotBeLoaded_doNotHideOthers() throws Exception {
    try (LibraryCopy copy =
        LibraryCopy.with(
            scratch,
            StoreProvider.class,
            "does.not.Exist",
            ThrowingProvider.class.getName(),
            "not a class name")) {
      assertThat(copy.call(OpensBoth.class)).contains("folder: value").contains("heap: value");
    }
    try (LibraryCopy copy =
        LibraryCopy.with(scratch, StoreProvider.class, ThrowingProvider.class.getName())) {
      assertThat(copy.call(OpensTest.class))
          .contains("io.kvapp.KVException: ")
          .contains("test:")
          .contains(ThrowingProvider.class.getName());
    }
  }

  @Test
  void provider_ofAnotherScheme_isFound() throws Exception {
    try (LibraryCopy copy =
        LibraryCopy.with(scratch, StoreProvider.class, TestProvider.class.getName())) {
      assertThat(copy.call(OpensTest.class)).isEqualTo("TEST://here 70");
    }
  }

  @Test
  void providers_ofOneScheme_areNamed() throws Exception {
    try (LibraryCopy copy =
        LibraryCopy.with(
            scratch,
            StoreProvider.class,
            TestProvider.class.getName(),
            OtherTestProvider.class.getName())) {
      assertThat(copy.call(OpensTest.class))
          .contains("io.kvapp.KVException: ")
          .contains(TestProvider.class.getName())
          .contains(OtherTestProvider.class.getName());
    }
  }

  /** Opens a folder and a store in memory. */
  static final class OpensBoth implements Callable<String> {
    @Override
    public String call() throws IOException {
      Path folder = Files.createTempDirectory("kvapp-doors");
      String found;
      try (KVStore store = KVStore.open(folder)) {
        store.put("key", "value");
        found = "folder: " + store.get("key").orElseThrow();
        store.admin().compact();
      } catch (KVException failure) {
        found = failure.toString();
      }
      try (KVStore store = KVStore.inMemory()) {
        store.put("key", "value");
        return found + ", heap: " + store.get("key").orElseThrow();
      }
    }
  }

  /** Opens a URI of the scheme of the test. */
  static final class OpensTest implements Callable<String> {
    @Override
    public String call() {
      try (KVStore store =
          KVStore.open("TEST://here", StoreOptions.defaults().withMaxValueBytes(70))) {
        return store.get("uri").orElseThrow() + " " + store.limits().maxValueBytes();
      } catch (KVException failure) {
        return failure.toString();
      }
    }
  }

  /** Serves a scheme with a store in memory that names the URI. */
  public static class TestProvider implements StoreProvider {
    @Override
    public Set<String> schemes() {
      return Set.of("test");
    }

    @Override
    public KVStore open(URI uri, StoreOptions options) {
      KVStore store = KVStore.inMemory(options);
      store.put("uri", uri.toString());
      return store;
    }
  }

  /** A second one. */
  public static final class OtherTestProvider extends TestProvider {}

  /** Cannot be made. */
  public static final class ThrowingProvider extends TestProvider {
    /** Fails. */
    public ThrowingProvider() {
      throw new IllegalStateException("no provider today");
    }
  }
}

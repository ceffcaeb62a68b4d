package io.kvapp.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVServer;
import java.io.File;
import java.io.InputStream;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A web application with a server in it that is deployed again and again in one JVM. */
final class RedeployTest {
  private static final int ROUNDS = 5;
  private static final int PATIENCE_MILLIS = 20_000;

  @TempDir Path folder;

  /** The application, whose classes are KVApp's and its own. */
  public static final class Application implements BiFunction<Path, ExecutorService, String> {
    @Override
    public String apply(Path data, ExecutorService container) {
      try (KVServer server = KVServer.builder().dataFolder(data).port(0).build().start()) {
        server.store().put("key", "value");
        container.submit(() -> server.store().get("key").orElseThrow()).get();
        return server.store().get("key").orElseThrow() + ", " + status(server.port());
      } catch (Exception failure) {
        throw new IllegalStateException(failure);
      }
    }

    private static String status(int port) throws Exception {
      try (Socket socket = new Socket("localhost", port)) {
        socket
            .getOutputStream()
            .write(
                "GET /api/auth HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        InputStream in = socket.getInputStream();
        return new String(in.readAllBytes(), StandardCharsets.US_ASCII).substring(9, 12);
      }
    }
  }

  @Test
  void redeployed_leavesNoThreadAndNoMoreThanOneClassLoader() throws Exception {
    ExecutorService container = Executors.newSingleThreadExecutor();
    try {
      container.submit(() -> {}).get();
      Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
      ReferenceQueue<ClassLoader> collected = new ReferenceQueue<>();
      List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
      for (int i = 0; i < ROUNDS; i++) {
        loaders.add(new WeakReference<>(deploy(container), collected));
      }

      for (Thread thread : Thread.getAllStackTraces().keySet()) {
        // The JDK's own, for the programs that anybody has run.
        boolean isOfJdk = thread.getName().equals("process reaper");
        if (!isOfJdk && !before.contains(thread)) {
          thread.join(PATIENCE_MILLIS);
          assertThat(thread.isAlive()).as(thread.getName() + " is left").isFalse();
        }
      }
      assertThat(Thread.getAllStackTraces().keySet().stream().map(Thread::getContextClassLoader))
          .as("class loaders that threads keep")
          .doesNotContainAnyElementsOf(
              loaders.stream().map(Reference::get).filter(Objects::nonNull).toList());
      int kept = ROUNDS;
      // One collection may not do where a finalizer or a cleaner has to run first.
      long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
      while (kept > 1 && System.nanoTime() < deadline) {
        System.gc();
        kept -= collected.remove(500) == null ? 0 : 1;
      }
      assertThat(kept).as("class loaders kept of " + loaders.size()).isLessThanOrEqualTo(1);
    } finally {
      container.shutdown();
    }
  }

  /** Runs the application, and closes its class loader. */
  @SuppressWarnings("unchecked")
  private ClassLoader deploy(ExecutorService container) throws Exception {
    List<URL> classPath = new ArrayList<>();
    for (String part : System.getProperty("java.class.path").split(File.pathSeparator)) {
      classPath.add(Path.of(part).toUri().toURL());
    }
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader =
        new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      thread.setContextClassLoader(loader);
      BiFunction<Path, ExecutorService, String> application =
          (BiFunction<Path, ExecutorService, String>)
              loader.loadClass(Application.class.getName()).getConstructor().newInstance();
      assertThat(application.apply(folder.resolve("data"), container)).isEqualTo("value, 200");
      return loader;
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}

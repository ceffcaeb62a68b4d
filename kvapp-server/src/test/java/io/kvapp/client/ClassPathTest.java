package io.kvapp.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import io.kvapp.Batch;
import io.kvapp.Changes;
import io.kvapp.KVException;
import io.kvapp.KVServer;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The client with nothing on its class path but itself, the core and Gson. */
@Timeout(60)
final class ClassPathTest {
  @RegisterExtension final TestServers servers = new TestServers();

  @Test
  void client_withoutChronicleAndLog_doesEverything() throws Exception {
    KVServer server = servers.start(KVStore.inMemory());
    String classPath =
        Stream.of(KVStore.class, RemoteStore.class, Gson.class, ClassPathTest.class)
            .map(ClassPathTest::place)
            .distinct()
            .collect(Collectors.joining(File.pathSeparator));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                Program.class.getName(),
                TestServers.uri(server).toString())
            .redirectErrorStream(true)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(out.lines().toList())
        .containsExactly(
            "value", "1", "[key]", "true", "PUT key", "a store in a folder needs Chronicle Map");
    assertThat(process.waitFor()).isZero();
  }

  private static String place(Class<?> of) {
    try {
      return Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** What a client does, told line by line. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) {
      try (KVStore store = KVStore.open(arguments[0])) {
        store.put("key", "value");
        System.out.println(store.get("key").orElseThrow());
        System.out.println(store.add("count", 1));
        System.out.println(List.of(store.scan(Scan.prefix("k")).entries().get(0).keyString()));
        System.out.println(store.commit(new Batch().ifAbsent("b").delete("count")).applied());
        try (Changes changes = store.changes(Changes.of("k").withState())) {
          changes.next(Duration.ofSeconds(10));
          var change = changes.next(Duration.ofSeconds(10)).get(0);
          System.out.println(change.kind() + " " + change.keyString());
        }
      }
      try {
        KVStore.open(Path.of("nowhere"));
      } catch (KVException needed) {
        System.out.println(needed.getMessage().split(",")[0]);
      }
    }
  }
}

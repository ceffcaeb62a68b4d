package io.kvapp.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.server.command.CommandProcess.Outcome;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The runnable jar as it was packaged. */
@EnabledIfSystemProperty(
    named = "kvapp.standaloneJar",
    matches = ".+",
    disabledReason = "the jar is packaged and tested by mvn verify")
class StandaloneJarIT {
  private final Path jarFile = Path.of(System.getProperty("kvapp.standaloneJar"));

  @TempDir private Path folder;

  @Test
  void jar_content_isCompleteAndWithoutWhatDoesNotBelong() throws IOException {
    try (JarFile jar = new JarFile(jarFile.toFile())) {
      List<String> names = jar.stream().map(JarEntry::getName).toList();

      assertThat(names)
          .contains("META-INF/services/io.kvapp.Endpoint", "META-INF/LICENSE")
          .noneMatch(name -> name.contains("chronicle/analytics"))
          .noneMatch(name -> name.endsWith("module-info.class"))
          .noneMatch(name -> name.matches("META-INF/[^/]*\\.(SF|DSA|RSA)"));
      assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class"))
          .isEqualTo("io.kvapp.server.command.Main");
    }
  }

  @Test
  void jar_version_isTheOneOfTheBuild() throws Exception {
    try (CommandProcess child = start("--version")) {
      Outcome outcome = child.outcome("");
      assertThat(outcome.exitCode()).isZero();
      assertThat(outcome.out())
          .matches("KVApp \\d+\\.\\d+\\.\\d+\\S* \\(([0-9a-f]{12}|unknown)\\)\\R");
      assertThat(outcome.err()).isEmpty();
    }
  }

  @Test
  void jar_withoutFlags_serves() throws Exception {
    try (CommandProcess server = start("--port", "0", "--data", "data")) {
      URI uri = URI.create("http://localhost:" + server.awaitPort() + "/api/auth");
      HttpRequest request = HttpRequest.newBuilder(uri).build();

      assertThat(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body())
          .startsWith("{\"token\":\"ey");
      server.terminate();
      assertThat(server.errors()).doesNotContain("Exception", "WARNING", "ERROR");
    }
  }

  private CommandProcess start(String... arguments) throws IOException {
    return CommandProcess.start(
        folder, Map.of(), List.of("-jar", jarFile.toString()), List.of(arguments));
  }
}

package io.kvapp.server.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kvapp.server.auth.users.Role;
import io.kvapp.server.auth.users.UserRegister;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The console in a browser, over the jar as it was packaged: the scenarios in {@code
 * src/test/browser}, which need Node.js, Chromium and what {@code npm ci} installs beside them.
 * Where these are missing it is skipped, unless {@code KVAPP_BROWSER_TESTS} says that it must run.
 */
@EnabledIfSystemProperty(
    named = "kvapp.standaloneJar",
    matches = ".+",
    disabledReason = "the jar is packaged and tested by mvn verify")
final class ConsoleBrowserIT {
  private static final Path SCENARIOS = Path.of("src/test/browser").toAbsolutePath();
  private static final Path OUTPUT = Path.of("target/console").toAbsolutePath();
  private static final int MAX_MINUTES = 8;

  @TempDir private Path scratch;

  @Test
  void console_inABrowser_passesEveryScenario() throws Exception {
    Optional<Path> node = onPath("node");
    Optional<Path> chromium = onPath("chromium", "chromium-browser", "google-chrome");
    List<String> missing = new ArrayList<>();
    if (node.isEmpty()) {
      missing.add("node");
    }
    if (chromium.isEmpty()) {
      missing.add("chromium");
    }
    if (!Files.isDirectory(SCENARIOS.resolve("node_modules/playwright-core"))) {
      missing.add("playwright-core (run npm ci in " + SCENARIOS + ")");
    }
    if (System.getenv("KVAPP_BROWSER_TESTS") == null) {
      assumeTrue(missing.isEmpty(), () -> "missing: " + missing);
    }
    assertThat(missing).isEmpty();

    Path users = scratch.resolve("users.json");
    UserRegister register = new UserRegister(users);
    register.add("ann", Role.ADMIN, List.of(""), "ann's password");
    register.add("rea", Role.READER, List.of("app/"), "rea's password");
    register.add("mona", Role.MONITOR, List.of(""), "mona's password");
    run(node.orElseThrow(), chromium.orElseThrow(), users);
  }

  private void run(Path node, Path chromium, Path users) throws Exception {
    Path log = Files.createDirectories(OUTPUT).resolve("scenarios.log");
    ProcessBuilder builder =
        new ProcessBuilder(node.toString(), "console.test.mjs")
            .directory(SCENARIOS.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().put("KVAPP_JAVA", java());
    builder.environment().put("KVAPP_CHROMIUM", chromium.toString());
    builder.environment().put("KVAPP_USERS", users.toString());
    builder.environment().put("KVAPP_SCRATCH", scratch.toString());
    builder.environment().put("KVAPP_SHOTS", OUTPUT.toString());
    Process process = builder.start();
    try {
      boolean ended = process.waitFor(MAX_MINUTES, TimeUnit.MINUTES);
      assertThat(ended && process.exitValue() == 0).as(() -> read(log)).isTrue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** The command that runs the jar, as a JSON array. */
  private static String java() {
    return Stream.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "-jar",
            System.getProperty("kvapp.standaloneJar"))
        .map(each -> '"' + each + '"')
        .reduce((one, two) -> one + "," + two)
        .map(each -> "[" + each + "]")
        .orElseThrow();
  }

  private static Optional<Path> onPath(String... names) {
    return Stream.of(names)
        .flatMap(
            name ->
                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                    .map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (java.io.IOException unreadable) {
      return "no log: " + unreadable;
    }
  }
}

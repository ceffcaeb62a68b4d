package io.kvapp.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kvapp.KVServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {
  private static final int ENDED_BY_SIGTERM = 128 + 15;

  @TempDir Path folder;

  @Test
  void launcher_printsCallsThatWork_andKeepsTheDataWhenItIsStopped() throws Exception {
    assumeTrue(Program.areInstalled("sh", "curl", "cut"), "curl is not installed");
    try (Program launcher = launch("--port", "0", "--data", data())) {
      List<String> welcome = launcher.linesUntil("{\"prefix\":\"city:\"}");
      assertThat(welcome).anyMatch(line -> line.contains("listens on http://localhost:"));
      assertThat(welcome).contains("Its data is in " + data());

      List<String> calls =
          welcome.stream().filter(line -> line.matches("  (TOKEN=|curl ).*")).toList();
      assertThat(calls).hasSize(4);
      try (Program shell = Program.start(List.of("sh", "-c", String.join("\n", calls)))) {
        assertThat(shell.output())
            .containsExactly(
                "{\"key\":\"city:szeged\",\"value\":\"Szeged\"}",
                "{\"key\":\"city:szeged\",\"value\":\"Szeged\"}",
                "{\"prefix\":\"city:\",\"result\":[{\"key\":\"city:szeged\",\"value\":\"Szeged\"}]}");
        assertThat(shell.exitCode()).isZero();
      }
      assertThat(launcher.stop()).isEqualTo(ENDED_BY_SIGTERM);
      assertThat(launcher.errors()).noneMatch(line -> line.contains("Exception"));
    }
    try (KVServer server =
        KVServer.builder().dataFolder(Path.of(data())).withoutEndpoint().build().start()) {
      assertThat(server.store().admin().recovery().clean()).isTrue();
      assertThat(server.store().get("city:szeged")).hasValue("Szeged");
    }
  }

  @Test
  void launcher_onAPortInUse_saysSoInOneLine() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
      String port = Integer.toString(taken.getLocalPort());
      assertFails(1, List.of("port " + port, "in use"), "--port", port, "--data", data());
    }
  }

  @Test
  void launcher_onAFolderThatCannotBe_saysSoInOneLine() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "text");

    assertFails(1, List.of(file.toString()), "--port", "0", "--data", file.resolve("x").toString());
  }

  @Test
  void launcher_onAFolderInUse_saysSoInOneLine() throws Exception {
    try (KVServer server =
        KVServer.builder().dataFolder(Path.of(data())).withoutEndpoint().build().start()) {
      server.store().put("key", "value");
      assertFails(1, List.of(data(), "in use"), "--port", "0", "--data", data());
    }
  }

  @Test
  void launcher_calledWrongly_saysSoInOneLine() throws Exception {
    assertFails(2, List.of("--prot"), "--prot", "1");
    assertFails(2, List.of("--port", "many"), "--port", "many");
    assertFails(1, List.of("port", "70000"), "--port", "70000", "--data", data());
  }

  private static void assertFails(int exitCode, List<String> texts, String... arguments)
      throws Exception {
    try (Program launcher = launch(arguments)) {
      List<String> errors = launcher.errors();
      assertThat(launcher.exitCode()).isEqualTo(exitCode);
      assertThat(errors).hasSize(1);
      assertThat(errors.get(0)).startsWith("launcher: ").contains(texts);
      assertThat(launcher.output()).isEmpty();
    }
  }

  private static Program launch(String... arguments) throws IOException {
    return Program.java(Launcher.class, arguments);
  }

  private String data() {
    return folder.resolve("data").toString();
  }
}

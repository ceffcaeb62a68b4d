package io.kvapp.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The distribution as it was packaged, unpacked as a person would. */
@EnabledOnOs(OS.LINUX)
@EnabledIfSystemProperty(
    named = "kvapp.distribution",
    matches = ".+",
    disabledReason = "the distribution is packaged and tested by mvn verify")
class DistributionIT {
  private static final Map<String, String> JAVA =
      Map.of("JAVA_HOME", System.getProperty("java.home"));
  private static final long TIMEOUT_SECONDS = 60;

  @TempDir private Path folder;
  private Path home;

  @BeforeEach
  void unpack() throws IOException {
    Path file = Path.of(System.getProperty("kvapp.distribution"));
    home = folder.resolve(file.getFileName().toString().replaceFirst("\\.zip$", ""));
    try (FileSystem zip =
            FileSystems.newFileSystem(file, Map.of("enablePosixFileAttributes", "true"));
        Stream<Path> entries = Files.walk(zip.getPath("/"))) {
      for (Path entry : entries.filter(Files::isRegularFile).toList()) {
        Path target = folder.resolve(entry.toString().substring(1));
        Files.createDirectories(target.getParent());
        Files.copy(entry, target, StandardCopyOption.COPY_ATTRIBUTES);
        Files.setPosixFilePermissions(target, Files.getPosixFilePermissions(entry));
      }
    }
  }

  @Test
  void script_throughALink_doesWhatIsTyped() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("kvapp"), home.resolve("bin/kvapp"));

    assertThat(run(link, JAVA, "--version")).matches("KVApp \\d+\\.\\d+\\.\\d+\\S* \\(\\w+\\)\\R");
    assertThat(run(link, JAVA, "put", "kulcs", "érték", "--data", "my data")).isEqualTo("1\n");
    assertThat(run(link, JAVA, "get", "kulcs", "--data", "my data")).isEqualTo("érték");
    assertThat(run(link, Map.of("JAVA_HOME", "/nowhere"), "--version"))
        .isEqualTo("kvapp: there is no /nowhere/bin/java; correct JAVA_HOME\n");
    assertThat(run(link, Map.of(), "--version"))
        .startsWith("kvapp: there is no java on the path; install Java 17");
  }

  @Test
  void lib_furtherJar_joins() throws Exception {
    String provider = SharedStoreProvider.class.getName();
    Path jar = home.resolve("lib/further.jar");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      zip.putNextEntry(new ZipEntry("META-INF/services/io.kvapp.StoreProvider"));
      zip.write(provider.getBytes(StandardCharsets.UTF_8));
      zip.putNextEntry(new ZipEntry(provider.replace('.', '/') + ".class"));
      zip.write(
          SharedStoreProvider.class
              .getResourceAsStream(SharedStoreProvider.class.getSimpleName() + ".class")
              .readAllBytes());
    }

    String uri = "shared:" + folder.resolve("data");
    assertThat(run(home.resolve("bin/kvapp"), JAVA, "add", "n", "7", "--server", uri))
        .isEqualTo("7\n");
  }

  @Test
  void lib_storeOnEtcd_isThere() throws Exception {
    String uri = "etcd://127.0.0.1:1/myapp?timeout-ms=50";

    assertThat(run(home.resolve("bin/kvapp"), JAVA, "get", "key", "--server", uri))
        .matches("kvapp: etcd at 127\\.0\\.0\\.1:1 cannot be reached .*\n");
    assertThat(home.resolve("THIRD-PARTY")).content().contains("grpc", "Apache License");
  }

  /** The command of the documentation makes it, and no other Java is there to run it. */
  @Test
  void image_needsNoOtherJava() throws Exception {
    List<String> jlink = new ArrayList<>(List.of(documented("jlink ").split(" ")));
    assertThat(jlink.get(jlink.size() - 1)).isEqualTo("kvapp-0.1.0-SNAPSHOT/jre");
    jlink.set(0, Path.of(System.getProperty("java.home"), "bin", "jlink").toString());
    jlink.set(jlink.size() - 1, home.getFileName() + "/jre");
    assertThat(output(new ProcessBuilder(jlink).directory(folder.toFile()))).isEmpty();

    Path script = home.resolve("bin/kvapp");
    Process server = start(script, Map.of(), "serve", "--port", "0", "--data", "data");
    try {
      String address = address(server);
      URI uri = URI.create(address + "/v1/kv/city");
      HttpRequest put = HttpRequest.newBuilder(uri).PUT(BodyPublishers.ofString("Szeged")).build();
      assertThat(HttpClient.newHttpClient().send(put, BodyHandlers.discarding()).statusCode())
          .isEqualTo(201);
      assertThat(run(script, Map.of("KVAPP_SERVER", address), "get", "city")).isEqualTo("Szeged");
      server.destroy();
      assertThat(server.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      server.destroyForcibly();
    }
    assertThat(run(script, Map.of(), "get", "city", "--data", "data")).isEqualTo("Szeged");
  }

  /** The line of the documentation that begins like this. */
  private static String documented(String begin) throws IOException {
    Path page = Path.of("..", "docs", "command-line.md");
    return Files.readAllLines(page).stream()
        .filter(line -> line.startsWith(begin))
        .findFirst()
        .orElseThrow();
  }

  private static String address(Process server) throws IOException {
    BufferedReader out = server.inputReader(StandardCharsets.UTF_8);
    String line = out.readLine();
    assertThat(line).startsWith("KVApp listens on http://");
    return line.substring("KVApp listens on ".length());
  }

  private String run(Path script, Map<String, String> environment, String... arguments)
      throws Exception {
    return output(builder(script, environment, arguments));
  }

  private Process start(Path script, Map<String, String> environment, String... arguments)
      throws Exception {
    return builder(script, environment, arguments).redirectErrorStream(true).start();
  }

  /** All that a process prints until its end. */
  private static String output(ProcessBuilder builder) throws Exception {
    Process process = builder.redirectErrorStream(true).start();
    try (OutputStream nothing = process.getOutputStream()) {
      nothing.flush();
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
    return said;
  }

  /** A process with no Java on the path and no locale. */
  private ProcessBuilder builder(Path script, Map<String, String> environment, String... arguments)
      throws IOException {
    Path tools = Files.createDirectories(folder.resolve("tools"));
    for (String tool : List.of("sh", "readlink", "dirname", "sed", "mkdir")) {
      Path there = Path.of(Files.exists(Path.of("/usr/bin", tool)) ? "/usr/bin" : "/bin", tool);
      Path caller =
          Files.writeString(tools.resolve(tool), "#!/bin/sh\nexec " + there + " \"$@\"\n");
      assertThat(caller.toFile().setExecutable(true)).isTrue();
    }
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", tools.toString());
    builder.environment().put("HOME", folder.toString());
    builder.environment().putAll(environment);
    return builder;
  }
}

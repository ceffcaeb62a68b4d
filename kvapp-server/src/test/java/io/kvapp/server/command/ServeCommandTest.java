package io.kvapp.server.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kvapp.KVStore;
import io.kvapp.server.command.CommandProcess.Outcome;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("once")
class ServeCommandTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final int SIGTERM = 128 + 15;

  @TempDir private Path folder;

  @Test
  void call_stoppedAndStartedAgain_hasItsDataAndItsTokens() throws Exception {
    String token;
    try (CommandProcess server = start("--port", "0", "--data", "data")) {
      int port = server.awaitPort();
      token = token(post(port, "/api/auth", "", Map.of()));
      String body = "{\"key\":\"kulcs\",\"value\":\"érték\"}";
      assertThat(post(port, "/api/insert", body, Map.of("x-access-tokens", token)).statusCode())
          .isEqualTo(201);
      assertThat(server.terminate()).isEqualTo(SIGTERM);
      assertThat(server.errors()).doesNotContain("Exception");
    }
    try (CommandProcess server = start("--port", "0", "--data", "data")) {
      HttpResponse<String> found =
          post(
              server.awaitPort(),
              "/api/search",
              "{\"key\":\"kulcs\"}",
              Map.of("x-access-tokens", token));
      assertThat(found.body()).isEqualTo("{\"key\":\"kulcs\",\"value\":\"érték\"}");
    }
  }

  @Test
  void readOnly_servesWhatIsThere_andLeavesTheFolderAsItIs() throws Exception {
    Path data = folder.resolve("data");
    try (KVStore store = KVStore.open(data)) {
      store.put("kulcs", "value");
    }
    List<String> before = names(data);
    try (CommandProcess server = start("--port", "0", "--data", "data", "--read-only")) {
      int port = server.awaitPort();
      Map<String, String> token =
          Map.of("x-access-tokens", token(post(port, "/api/auth", "", Map.of())));
      String body = "{\"key\":\"kulcs\",\"value\":\"other\"}";
      HttpResponse<String> refused = post(port, "/api/insert", body, token);
      assertThat(refused.statusCode()).isEqualTo(500);
      assertThat(refused.body()).contains("the store is read-only");
      assertThat(post(port, "/api/search", "{\"key\":\"kulcs\"}", token).body())
          .isEqualTo("{\"key\":\"kulcs\",\"value\":\"value\"}");
      assertThat(server.terminate()).isEqualTo(SIGTERM);
      assertThat(server.errors()).contains("is open to read only").doesNotContain("\tat ");
    }
    assertThat(names(data)).isEqualTo(before);
    assertFailed(run("--read-only", "--data", "other"), 1, "there is no such folder");
  }

  private static List<String> names(Path data) throws IOException {
    try (Stream<Path> files = Files.list(data)) {
      return files.map(Path::getFileName).map(Path::toString).sorted().toList();
    }
  }

  @Test
  void call_usersAndEveryAddress_asksForCredentials() throws Exception {
    CommandProcess.run(folder, "correct horse\n", "users", "add", "--file", "u", "ann");
    try (CommandProcess server =
        start("--port", "0", "--host", "0.0.0.0", "--users", "u", "--in-memory")) {
      int port = server.awaitPort();
      HttpResponse<String> none = post(port, "/api/auth", "", Map.of());
      assertThat(none.statusCode()).isEqualTo(401);
      assertThat(none.headers().firstValue("www-authenticate"))
          .contains("Basic realm=\"KVApp\", charset=\"UTF-8\"");
      assertThat(post(port, "/api/auth", "", basic("ann", "wrong")).statusCode()).isEqualTo(401);
      assertThat(post(port, "/api/auth", "", basic("ann", "correct horse")).statusCode())
          .isEqualTo(200);
      String json = "{\"user\":\"ann\",\"password\":\"correct horse\"}";
      assertThat(post(port, "/api/auth", json, Map.of()).statusCode()).isEqualTo(200);
      assertThat(server.errors()).containsOnlyOnce("without TLS").doesNotContain("horse");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"::1", "[::1]"})
  void call_loopbackOfIpv6_andStoreAtAUri_serves(String host) throws Exception {
    try (CommandProcess server = start("--port", "0", "--host", host, "--store", "mem:")) {
      URI address = URI.create("http://[::1]:" + server.awaitPort() + "/api/auth");
      assertThat(server.address()).startsWith("http://[::1]:");
      HttpRequest request = HttpRequest.newBuilder(address).build();
      assertThat(CLIENT.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void call_portInUse_isToldInOneLine() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      assertFailed(
          run("--in-memory", "--port", port), 1, "port " + port + " on localhost is in use");
    }
  }

  @Test
  void call_folderInUse_isToldInOneLine() throws Exception {
    try (CommandProcess server = start("--port", "0", "--data", "data")) {
      server.awaitPort();
      assertFailed(run("--port", "0", "--data", "data"), 1, "data is in use by");
    }
  }

  @Test
  void call_folderThatOthersCanWrite_isToldInOneLineBeforeItIsUsed() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThat(CommandProcess.run(folder, "", "--port", "0", "--data", "data"))
        .isEqualTo(
            new Outcome(
                1,
                "",
                "kvapp: data folder data cannot be used: other users can write data; run:"
                    + " chmod go-w data\n"));
    assertThat(data).isEmptyDirectory();
  }

  @Test
  void call_folderThatIsAFile_isToldInOneLine() throws Exception {
    Files.writeString(folder.resolve("file"), "x");

    assertFailed(run("--port", "0", "--data", "file"), 1, "file cannot be used");
    assertFailed(run("--port", "0", "--data", "file/data"), 1, "file/data cannot be used");
  }

  @Test
  void call_danglingSymbolicLink_isToldInOneLine() throws Exception {
    Files.createSymbolicLink(folder.resolve("link"), Path.of("nowhere"));

    assertFailed(
        run("--port", "0", "--data", "link"), 1, "is a symbolic link to what is not there");
  }

  @Test
  void call_nameThatTheLocaleCannotExpress_isToldInOneLine() throws Exception {
    Outcome outcome =
        CommandProcess.run(folder, Map.of("LC_ALL", "C"), "", "verify", "--data", "köln");

    assertFailed(outcome, 2, "set LC_ALL=C.UTF-8");
    assertThat(outcome.err()).contains("cannot express");
  }

  @Test
  void termination_withTheFolderGone_isToldInOneLine() throws Exception {
    Path data = folder.resolve("data");
    try (CommandProcess server = start("--port", "0", "--data", "data")) {
      server.awaitPort();
      // The server may make its next journal segment meanwhile.
      do {
        deleteAll(data, "*");
      } while (!data.toFile().delete());
      assertThat(server.terminate()).isEqualTo(SIGTERM);
      assertThat(server.errors()).contains("its folder was deleted").doesNotContain("\tat ");
      assertThat(server.errors().lines().filter(line -> line.startsWith("kvapp: "))).hasSize(1);
    }
    assertThat(data).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void termination_onAFullDisk_isCleanOrToldInOneLine_andLosesNothing(boolean isReserveLost)
      throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    boolean mounted = isDone("mount", "-t", "tmpfs", "-o", "size=48m", "none", disk.toString());
    assumeTrue(mounted, "skipped: mounting a small file system takes root on Linux");
    try {
      List<String> acknowledged = new ArrayList<>();
      String errors;
      try (CommandProcess server = start("--port", "0", "--data", "disk/data")) {
        int port = server.awaitPort();
        Map<String, String> token =
            Map.of("x-access-tokens", token(post(port, "/api/auth", "", Map.of())));
        String value = "v".repeat(50_000);
        for (int status = 201; status == 201; ) {
          String key = "key " + acknowledged.size();
          String body = "{\"key\":\"" + key + "\",\"value\":\"" + value + "\"}";
          status = post(port, "/api/insert", body, token).statusCode();
          if (status == 201) {
            acknowledged.add(key);
          }
        }
        if (isReserveLost) {
          deleteAll(disk.resolve("data"), "reserve-*");
        }
        takeAllSpace(disk.resolve("of another program"));
        assertThat(server.terminate()).isEqualTo(SIGTERM);
        errors = server.errors();
      }
      assertThat(errors).doesNotContain("\tat ").doesNotContain("Exception");
      Files.delete(disk.resolve("of another program"));
      try (KVStore store = KVStore.open(disk.resolve("data"))) {
        String told = "to close its store cleanly; nothing is lost";
        assertThat(errors.lines().filter(line -> line.contains(told)))
            .hasSize(store.admin().recovery().clean() ? 0 : 1);
        assertThat(acknowledged).hasSizeGreaterThan(50);
        assertThat(acknowledged).allMatch(key -> store.get(key).orElse("").length() == 50_000);
      }
    } finally {
      isDone("umount", disk.toString());
    }
  }

  private static boolean isDone(String... command) throws Exception {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException absent) {
      return false;
    }
  }

  private static void deleteAll(Path data, String names) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(data, names)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Writes until not a byte more fits. */
  private static void takeAllSpace(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer page = ByteBuffer.allocate(4096);
      while (channel.write(page.clear()) > 0) {
        assertThat(channel.size()).isLessThan(64 << 20);
      }
    } catch (IOException full) {
      assertThat(Files.getFileStore(file).getUsableSpace()).isLessThan(4096);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 600, 900, 1_200, 1_500})
  void termination_duringTheStart_leavesNoStackTrace(int millis) throws Exception {
    try (CommandProcess server = start("--port", "0", "--data", "data")) {
      server.awaitEnd(millis);
      assertThat(server.terminate()).isEqualTo(SIGTERM);
      assertThat(server.errors()).doesNotContain("\tat ").doesNotContain("Exception");
    }
  }

  @Test
  void call_keyFromTheEnvironmentThatIsTooShort_isToldWithoutIt() throws Exception {
    Outcome outcome =
        CommandProcess.run(
            folder, Map.of("KVAPP_SIGNING_KEY", "c2VjcmV0"), "", "--in-memory", "--port", "0");

    assertFailed(outcome, 1, "the given signing key has a key of 48 bits");
    assertThat(outcome.err()).doesNotContain("c2VjcmV0");
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void call_mistake_isToldInOneLine(int exitCode, String message, List<String> arguments)
      throws Exception {
    assertFailed(run(arguments.toArray(String[]::new)), exitCode, message);
  }

  private static Stream<Arguments> mistakes() {
    return Stream.of(
        mistake(2, "'x' is not an int", "--port", "x"),
        mistake(2, "port: 0 to 65535, not 65536", "--port", "65536"),
        mistake(2, "backlog: 1 to 65536, not 0", "--backlog", "0"),
        mistake(2, "Unknown option: '--nope'", "--nope"),
        mistake(2, "there is no command nope", "nope"),
        mistake(2, "Missing required parameter for option '--data'", "--data"),
        mistake(2, "the path is empty", "--data", ""),
        mistake(2, "the path is empty", "verify", "--data", ""),
        mistake(2, "--data comes behind the command get", "--data", "d", "get", "key"),
        mistake(2, "together with --data", "--in-memory", "--data", "d"),
        mistake(2, "together with --read-only", "--in-memory", "--read-only"),
        mistake(2, "in the place of --data", "--store", "mem:", "--data", "d"),
        mistake(2, "go together with --read-only", "--open-damaged", "--read-only"),
        mistake(2, "(kvapp serve --help lists the options)", "serve", "--nonsense"),
        mistake(2, "in the place of --in-memory", "--store", "mem:", "--in-memory"),
        mistake(2, "'30' is not a duration", "--token-lifetime", "30"),
        mistake(2, "'1TiB' is not a size", "--max-value", "1TiB"),
        mistake(2, "--tls-cert and --tls-key belong together", "--tls-cert", "c"),
        mistake(2, "environment variable KVAPP_TLS_PASSWORD", "--tls-key-store", "k"),
        mistake(1, "there are no users", "--host", "0.0.0.0", "--in-memory", "--port", "0"),
        mistake(
            1,
            "host no.such.host.invalid is not known",
            "--host",
            "no.such.host.invalid",
            "--in-memory"),
        mistake(
            1,
            "Unable to resolve host no.such.host.invalid); nothing was done, correct the host",
            "get",
            "--store",
            "etcd://no.such.host.invalid/app?attempt-ms=1000&timeout-ms=2000",
            "key"),
        mistake(2, "no user before its hosts", "--store", "etcd://user:secret@host"),
        mistake(2, "uri: no user or password", "--store", "http://user:secret@host"),
        mistake(2, "store: a path or a URI, not blank", "--store", " "),
        mistake(1, "users file absent cannot be read", "--users", "absent", "--in-memory"),
        mistake(1, "signing key file absent cannot", "--signing-key", "absent", "--in-memory"),
        mistake(
            1, "absent cannot be read", "--tls-cert", "absent", "--tls-key", "k", "--in-memory"));
  }

  @Test
  void call_storeOnEtcd_withoutItsJar_namesTheJar() throws Exception {
    String others =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("kvapp-etcd"))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> java = List.of("-cp", others, "io.kvapp.server.command.Main");
    List<String> store = List.of("--store", "etcd://localhost:1/myapp");
    try (CommandProcess server = CommandProcess.start(folder, Map.of(), java, store)) {
      assertFailed(server.outcome(""), 1, "add io.kvapp:kvapp-etcd");
    }
  }

  private static Arguments mistake(int exitCode, String message, String... arguments) {
    return Arguments.of(exitCode, message, List.of(arguments));
  }

  @Test
  void call_help_listsTheOptions() throws Exception {
    Outcome outcome = run("--help");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).contains("--port", "--host", "--data", "--users", "--tls-cert");
    assertThat(outcome.out().indexOf("  scan ")).isBetween(1, outcome.out().indexOf("--port"));
  }

  private Outcome run(String... arguments) throws Exception {
    return CommandProcess.run(folder, "", arguments);
  }

  private CommandProcess start(String... arguments) throws IOException {
    return CommandProcess.start(folder, Map.of(), List.of(arguments));
  }

  private static void assertFailed(Outcome outcome, int exitCode, String message) {
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(exitCode);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err().lines()).singleElement().asString().startsWith("kvapp: ");
    assertThat(outcome.err()).contains(message);
  }

  private static HttpResponse<String> post(
      int port, String path, String body, Map<String, String> headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
            .POST(BodyPublishers.ofString(body));
    headers.forEach(request::header);
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  private static String token(HttpResponse<String> response) {
    return response.body().replaceAll("\\{\"token\":\"(.*)\"}", "$1");
  }

  private static Map<String, String> basic(String user, String password) {
    String pair = Base64.getEncoder().encodeToString((user + ":" + password).getBytes());
    return Map.of("Authorization", "Basic " + pair);
  }
}

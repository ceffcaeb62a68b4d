package io.kvapp.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVServer;
import io.kvapp.server.HttpEndpoint;
import io.kvapp.server.auth.users.Role;
import io.kvapp.server.auth.users.UserRegister;
import io.kvapp.server.command.CommandRun.Done;
import io.kvapp.server.settings.AuthSettings;
import io.kvapp.server.tls.TestCertificates;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The commands on a server, over HTTP. */
class ServerCommandsTest {
  private static final byte[] BINARY = {(byte) 0xff, 0, '\n', (byte) 0x80};
  private static final String PASSWORD = "a password";

  @TempDir private static Path shared;
  private static KVServer open;
  private static KVServer guarded;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws IOException {
    open = KVServer.builder().dataFolder(shared.resolve("data")).port(0).build().start();
    Path file = shared.resolve("users.json");
    UserRegister users = new UserRegister(file);
    users.add("ann", Role.ADMIN, List.of(""), PASSWORD);
    users.add("mon", Role.MONITOR, List.of(""), PASSWORD);
    AuthSettings auth = AuthSettings.defaults().withUsersFile(file);
    guarded =
        KVServer.builder()
            .inMemory()
            .port(0)
            .endpoint(HttpEndpoint.builder().auth(auth).build())
            .build()
            .start();
  }

  @AfterAll
  static void stop() {
    open.close();
    guarded.close();
  }

  @Test
  void entries_areWrittenAndRead() {
    on("put", "city", "Szeged", "--ttl", "1h", "--sync");
    assertThat(on("get", "city")).isEqualTo("Szeged");
    on("touch", "city", "--ttl", "none");
    assertThat(on("get", "city", "--json")).contains("\"value\":\"Szeged\"").doesNotContain("exp");
    fails(3, "the entry has revision", "put", "city", "x", "--if-absent");
    fails(3, "there is no entry with the key none", "get", "none");
    fails(3, "there is no entry with the key none", "delete", "none");
    fails(3, "there is no entry with the key none", "touch", "none", "--ttl", "1m");
    assertThat(run(open, client().input(BINARY), "put", "bin").exitCode()).isZero();
    assertThat(run(open, client(), "get", "bin").bytes()).isEqualTo(BINARY);
    assertThat(on("add", "n", "-5")).isEqualTo("-5\n");
    fails(1, "not a decimal 64-bit integer", "add", "city");
    for (String key : List.of("d/a/1", "d/a/2", "d/b", "d/../x", "d//y")) {
      on("put", key, "1");
    }
    assertThat(on("scan", "d/", "--folders", "--keys")).isEqualTo("d/../\nd//\nd/a/\nd/b\n");
    assertThat(on("count", "d/")).isEqualTo("5\n");
    assertThat(on("get", "d/../x")).isEqualTo("1");
    assertThat(on("delete", "--prefix", "d/", "--yes")).isEqualTo("deleted 5 entries\n");
    String txn = "{\"then\":[{\"op\":\"add\",\"key\":\"n\",\"by\":6}]}";
    assertThat(run(open, client().input(txn), "txn").out()).contains("[{\"value\":1}]");
  }

  @Test
  void export_import_carryEverything() throws IOException {
    on("put", "é%/1", "x");
    run(open, client().input(BINARY), "put", "é%/2");
    String lines = on("export", "é%/");
    assertThat(lines.lines()).hasSize(3);
    assertThat(lines).contains("{\"end\":true,\"entries\":2,\"revision\":");
    Path file = Files.writeString(folder.resolve("lines"), lines);
    assertThat(on("import", file.toString(), "--under", "copy/")).isEqualTo("imported 2 entries\n");
    assertThat(run(open, client(), "get", "copy/é%/2").bytes()).isEqualTo(BINARY);
    assertThat(on("export", "nothing").lines()).singleElement();
  }

  @Test
  void keeping_worksWhileTheServerRuns() {
    on("put", "kept", "x");
    assertThat(on("stats").lines())
        .anyMatch(line -> line.startsWith("store.entries\t"))
        .anyMatch(line -> line.startsWith("recovery.clean\t"))
        .anyMatch(line -> line.startsWith("server.version\t"));
    assertThat(on("stats", "--json")).startsWith("{\"store\":{\"entries\":");
    assertThat(on("verify")).endsWith(" 0 faults\n");
    assertThat(on("compact")).startsWith("the store takes ");
    String backup = folder.resolve("backup").toString();
    assertThat(on("backup", backup)).startsWith("backed up ").endsWith(" into " + backup + "\n");
  }

  @Test
  void watch_tellsTheStateAndGoesOn_untilItsReaderEnds() {
    on("put", "w/1", "x");
    ByteArrayOutputStream seen = new ByteArrayOutputStream();
    OutputStream head =
        new OutputStream() {
          @Override
          public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
          }

          @Override
          public void write(byte[] bytes, int from, int length) throws IOException {
            if (seen.toString(StandardCharsets.UTF_8).contains("delete")) {
              throw new IOException("Broken pipe");
            }
            seen.write(bytes, from, length);
            if (seen.toString(StandardCharsets.UTF_8).endsWith("synced\n")) {
              open.store().delete("w/1");
              open.store().put("w/2", "y");
            }
          }
        };
    Done done = run(open, client().output(head, true), "watch", "w/", "--initial");
    assertThat(done.err()).isEmpty();
    assertThat(done.exitCode()).isZero();
    assertThat(seen.toString(StandardCharsets.UTF_8))
        .startsWith("reset\nput\tw/1\tx\nsynced\ndelete\tw/1\n");
  }

  @Test
  void login_keepsATokenThatLaterCommandsUse_untilLogout() throws IOException {
    assertThat(guardedErr(client(), 1, "get", "a"))
        .contains("the server wants a sign-in; run kvapp login");
    assertThat(guardedErr(client().input(PASSWORD + "\n"), 0, "login", "--user", "ann"))
        .isEqualTo("kvapp: signed in as ann\n".replace("\n", System.lineSeparator()));
    Path file = folder.resolve("kvapp/token");
    assertThat(run(guarded, client(), "put", "a", "1").exitCode()).isZero();
    assertThat(run(guarded, client(), "export").exitCode()).isZero();
    assertThat(run(open, client(), "count").exitCode()).isZero();

    String old = Files.readString(file);
    Files.writeString(file, old.replaceFirst(" \\S+\n", " 2020-01-01T00:00:00Z\n"));
    assertThat(run(guarded, client(), "get", "a").out()).isEqualTo("1");
    assertThat(file).content().doesNotContain("2020-01-01");

    assertThat(guardedErr(client(), 0, "logout")).isEmpty();
    assertThat(file).isEmptyFile();
    assertThat(guardedErr(client(), 1, "get", "a")).contains("run kvapp login");
    assertThat(guardedErr(client(), 0, "logout")).isEmpty();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void login_tokenFile_isItsOwners() throws IOException {
    guardedErr(client().input(PASSWORD + "\n"), 0, "login", "--user", "ann");
    Path file = folder.resolve("kvapp/token");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
        .isEqualTo("rwx------");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw--w--w-"));
    assertThat(guardedErr(client(), 1, "get", "a")).contains(file + " cannot be used");
  }

  @Test
  void user_signsInForOneCommand() {
    CommandRun ann = client().environment("KVAPP_PASSWORD", PASSWORD);
    assertThat(run(guarded, ann, "put", "b", "1", "--user", "ann").exitCode()).isZero();
    assertThat(folder.resolve("kvapp")).doesNotExist();
    assertThat(guardedErr(client(), 2, "get", "b", "--user", "ann")).contains("KVAPP_PASSWORD");
    CommandRun mon = client().environment("KVAPP_PASSWORD", PASSWORD);
    assertThat(run(guarded, mon, "stats", "--user", "mon").exitCode()).isZero();
    assertThat(guardedErr(mon, 1, "get", "b", "--user", "mon")).startsWith("kvapp: ");
    Done json =
        run(
            guarded,
            client().environment("KVAPP_PASSWORD", "x"),
            "get",
            "b",
            "--user",
            "a",
            "--json");
    assertThat(json.err()).contains("\"status\":401,\"code\":\"bad-credentials\"");
    assertThat(guardedErr(client(), 2, "login")).contains("--user");
  }

  @Test
  void server_thatIsNotThere_isToldAtOnce() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    String url = "http://localhost:" + port;
    Done done = client().environment("KVAPP_SERVER", url).run("get", "a");
    assertThat(done.exitCode()).isEqualTo(1);
    assertThat(done.err().lines())
        .singleElement()
        .asString()
        .startsWith("kvapp: cannot reach the server " + url + " (connection refused); ")
        .contains("kvapp serve", "--server", "--data");
    assertThat(client().run("get", "a", "--server", url, "--json").err())
        .contains("\"status\":503,\"code\":\"unavailable\"");
  }

  @Test
  void server_whoseCertificateIsNotTrusted_isToldAtOnce() throws Exception {
    TestCertificates certificates = TestCertificates.make(folder, "tls", "-keyalg", "EC");
    HttpEndpoint tls = HttpEndpoint.builder().tls(certificates.pemFiles(folder)).build();
    try (KVServer secured = KVServer.builder().inMemory().port(0).endpoint(tls).build().start()) {
      String url = "https://localhost:" + secured.port();
      Done done = client().run("get", "a", "--server", url);
      assertThat(done.exitCode()).isEqualTo(1);
      assertThat(done.err().lines())
          .singleElement()
          .asString()
          .startsWith("kvapp: the server " + url + " cannot be used over TLS (")
          .contains("KVAPP_OPTS=-Djavax.net.ssl.trustStore=FILE");
    }
  }

  private CommandRun client() {
    return new CommandRun().environment("XDG_CONFIG_HOME", folder.toString());
  }

  private static Done run(KVServer server, CommandRun run, String... words) {
    return run.environment("KVAPP_SERVER", "http://localhost:" + server.port()).run(words);
  }

  private String guardedErr(CommandRun run, int exitCode, String... words) {
    Done done = run(guarded, run, words);
    assertThat(done.exitCode()).as(done.err()).isEqualTo(exitCode);
    assertThat(done.out()).isEmpty();
    return done.err();
  }

  private String on(String... words) {
    Done done = run(open, client(), words);
    assertThat(done.err()).isEmpty();
    assertThat(done.exitCode()).isZero();
    return done.out();
  }

  private void fails(int exitCode, String message, String... words) {
    Done done = run(open, client(), words);
    assertThat(done.exitCode()).as(done.err()).isEqualTo(exitCode);
    assertThat(done.out()).isEmpty();
    assertThat(done.err().lines()).singleElement().asString().startsWith("kvapp: ");
    assertThat(done.err()).contains(message);
  }
}

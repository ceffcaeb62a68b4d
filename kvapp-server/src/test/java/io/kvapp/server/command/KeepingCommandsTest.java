package io.kvapp.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that look after a data folder. */
class KeepingCommandsTest {
  @TempDir private Path folder;
  private final StringBuilder out = new StringBuilder();
  private final StringBuilder err = new StringBuilder();

  @Test
  void backup_restore_verify_compact_work() {
    write("city", "Szeged");

    assertThat(run("backup", "--data", path("data"), path("backup"))).isZero();
    assertThat(run("restore", "--data", path("other"), path("backup"))).isZero();
    assertThat(run("verify", "--data", path("other"))).isZero();
    assertThat(run("compact", "--data", path("other"))).isZero();

    assertThat(out.toString().lines().toList())
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("backed up 1 entries into " + path("backup")),
            line -> assertThat(line).isEqualTo("restored 1 entries"),
            line -> assertThat(line).startsWith("1 entries and ").endsWith(" 0 faults"),
            line -> assertThat(line).matches("the store takes [1-9]\\d* bytes"));
    assertThat(err.toString()).isEmpty();
    try (KVServer server = server("other")) {
      assertThat(server.store().get("city")).hasValue("Szeged");
    }
  }

  @Test
  void restore_ofTheBackupOfAServer_fillsAFolder() throws Exception {
    Path backup = folder.resolve("backup");
    try (KVServer server = KVServer.builder().inMemory().port(0).build().start()) {
      server.store().put("city", "Szeged", Duration.ofDays(1));
      server.store().put(new byte[] {0, -1}, new byte[] {-2});
      String url = "http://localhost:" + server.port();
      assertThat(run("backup", "--server", url, backup.toString())).isZero();
    }
    Path export = backup.resolve("export.ndjson");
    assertThat(run("restore", "--data", path("new"), backup.toString())).isZero();
    assertThat(run("restore", "--data", path("file"), export.toString())).isZero();
    assertThat(out.toString().lines().skip(1)).hasSize(2).containsOnly("restored 2 entries");
    assertThat(run("restore", "--data", path("new"), backup.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("the store holds 2 entries; restore into an empty store");
    try (KVServer server = server("new")) {
      assertThat(server.store().entry("city").orElseThrow().expiresAt()).isPresent();
      assertThat(server.store().get(new byte[] {0, -1})).hasValue(new byte[] {-2});
    }

    List<String> lines = Files.readAllLines(export);
    Files.write(export, lines.subList(0, 2));
    assertThat(run("restore", "--data", path("torn"), backup.toString())).isEqualTo(1);
    assertThat(err.toString()).contains(export + " is damaged: its last line");
    Files.write(export, List.of(lines.get(0), "{}", lines.get(2)));
    assertThat(run("restore", "--data", path("torn"), backup.toString())).isEqualTo(1);
    try (KVServer server = server("torn")) {
      assertThat(server.store().size()).isZero();
    }
  }

  @Test
  void verify_ofABackup_changesNothing() throws Exception {
    write("city", "Szeged");
    assertThat(run("backup", "--data", path("data"), path("backup"))).isZero();
    List<Path> before;
    try (var files = Files.list(folder.resolve("backup"))) {
      before = files.sorted().toList();
    }

    assertThat(run("verify", "--data", path("backup"))).isZero();

    assertThat(folder.resolve("backup")).isDirectoryNotContaining(file -> !before.contains(file));
  }

  @Test
  void import_takesInWhatPythonWrote() throws Exception {
    Files.writeString(folder.resolve("python.dir"), "'city', (0, 6)\n");
    Files.writeString(folder.resolve("python.dat"), "Szeged");

    assertThat(run("import", "--dbm", "--data", path("data"), path("python"))).isZero();

    assertThat(out.toString().lines()).containsExactly("imported 1 entries");
    try (KVServer server = server("data")) {
      assertThat(server.store().get("city")).hasValue("Szeged");
    }
  }

  @Test
  void import_leavesOutWhatTheStoreDoesNotTake_andSaysSo() throws Exception {
    Files.writeString(folder.resolve("python.dir"), "'city', (0, 6)\n'', (512, 1)\n");
    Files.writeString(folder.resolve("python.dat"), "Szeged" + "x".repeat(507));

    assertThat(run("import", "--dbm", "--data", path("data"), path("python"))).isZero();

    assertThat(out.toString().lines()).containsExactly("imported 1 entries");
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .contains("python.dir at offset 15 has a key of 0 bytes");
  }

  @Test
  void mistakes_areToldInOneLineEach() throws Exception {
    write("city", "Szeged");
    Files.writeString(folder.resolve("long.dir"), "'', (0, 6)\n");
    Files.writeString(folder.resolve("long.dat"), "Szeged");

    assertThat(run("import", "--strict")).isEqualTo(2);
    assertThat(run("backup", "--data", path("data"))).isEqualTo(2);
    assertThat(run("verify", "--data", path("nothing"))).isEqualTo(1);
    assertThat(run("backup", "--data", path("data"), path("data"))).isEqualTo(1);
    assertThat(run("restore", "--data", path("new"), path("nothing"))).isEqualTo(1);
    assertThat(run("import", "--dbm", "--data", path("data"), path("nothing"))).isEqualTo(1);
    assertThat(run("import", "--dbm", "--strict", "--data", path("data"), path("long")))
        .isEqualTo(1);
    assertThat(run("import", "--dbm", "--data", path("data"), path("long.dir"))).isEqualTo(1);
    assertThat(run("import", "--dbm", "--data", path("data"), "/")).isEqualTo(2);

    assertThat(err.toString().lines()).hasSize(9).allMatch(line -> line.startsWith("kvapp: "));
    assertThat(out.toString()).isEmpty();
    assertThat(folder.resolve("nothing")).doesNotExist();
    assertThat(folder.resolve("new")).doesNotExist();
  }

  @Test
  void commandsThatOnlyRead_leaveAFolderAsItIs_alsoByItsUri() throws Exception {
    write("city", "Szeged");
    String uri = folder.resolve("data").toUri().toString();
    Map<Path, FileTime> before = times();

    assertThat(run("backup", "--data", path("data"), path("backup"))).isZero();
    assertThat(run("get", "--store", uri, "city")).isZero();
    assertThat(run("get", "--store", folder.resolve("nothing").toUri().toString(), "city"))
        .isEqualTo(1);

    assertThat(times()).isEqualTo(before);
    assertThat(folder.resolve("nothing")).doesNotExist();
    assertThat(err.toString()).contains("there is no such folder");
  }

  private Map<Path, FileTime> times() throws IOException {
    Map<Path, FileTime> times = new TreeMap<>();
    try (var files = Files.newDirectoryStream(folder.resolve("data"))) {
      for (Path file : files) {
        times.put(file, Files.getLastModifiedTime(file));
      }
    }
    return times;
  }

  @Test
  void verify_ofADamagedStore_fails() throws Exception {
    write("city", "Szeged");
    Path snapshot;
    try (var files = Files.newDirectoryStream(folder.resolve("data"), "snapshot-*")) {
      snapshot = files.iterator().next();
    }
    byte[] bytes = Files.readAllBytes(snapshot);
    bytes[16 + 31] ^= 1;
    Files.write(snapshot, bytes);

    assertThat(run("verify", "--data", path("data"))).isEqualTo(1);

    assertThat(out.toString()).contains(snapshot + " at offset 16 is damaged").contains("1 faults");
  }

  private int run(String... words) {
    CommandRun.Done done = new CommandRun().run(words);
    out.append(done.out());
    err.append(done.err());
    return done.exitCode();
  }

  private void write(String key, String value) {
    try (KVServer server = server("data")) {
      server.store().put(key, value);
    }
  }

  private KVServer server(String name) {
    return KVServer.builder().dataFolder(folder.resolve(name)).withoutEndpoint().build().start();
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }
}

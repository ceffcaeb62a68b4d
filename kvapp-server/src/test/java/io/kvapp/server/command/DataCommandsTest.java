package io.kvapp.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVStore;
import io.kvapp.server.command.CommandRun.Done;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on entries, on a store that others have open too, and on a data folder. */
class DataCommandsTest {
  private static final byte[] BINARY = {(byte) 0xff, 0, '\n', (byte) 0x80};

  @TempDir private Path folder;
  private List<String> place;

  @BeforeEach
  void useShared() {
    place = List.of("--server", shared("data"));
  }

  @AfterEach
  void close() {
    SharedStoreProvider.close(shared("data"));
    SharedStoreProvider.close(shared("other"));
  }

  @Test
  void get_afterPut_isTheBytesAlone() {
    assertThat(on("put", "city", "Szeged")).isEqualTo("1\n");
    assertThat(on("get", "city")).isEqualTo("Szeged");
    assertThat(new CommandRun().input(BINARY).run(args("put", "bin")).exitCode()).isZero();
    assertThat(new CommandRun().run(args("get", "bin")).bytes()).isEqualTo(BINARY);
  }

  @Test
  void folder_hasWhatWasWritten() {
    useFolder();
    assertThat(on("put", "city", "Szeged", "--sync")).isEqualTo("1\n");
    assertThat(on("get", "city")).isEqualTo("Szeged");
    place = List.of("--data", folder.resolve("none").toString());
    fails(1, "there is no data folder", "delete", "city");
    place = List.of();
    fails(
        2,
        "--data or --server, not both",
        List.of("get", "city", "--data", "d", "--server", "http://localhost")
            .toArray(String[]::new));
  }

  @Test
  void server_wrongUrl_isToldInOneLine() {
    place = List.of();
    for (String url : List.of("localhost:5000", "http:/x", "http://a b", "", "http://")) {
      fails(2, "is not the URL of a server", "get", "a", "--server", url);
    }
    Done done = new CommandRun().environment("KVAPP_SERVER", "none").run("get", "a");
    assertThat(done.err()).startsWith("kvapp: 'none' is not the URL of a server, such as http://");
  }

  @Test
  void get_outputAndMeta_goWhereTheyShould() throws IOException {
    on("put", "city", "Szeged", "--ttl", "1h");
    Path file = folder.resolve("value");

    Done done = new CommandRun().run(args("get", "city", "-o", file.toString(), "--meta"));

    assertThat(done.out()).isEmpty();
    assertThat(done.err()).matches("revision 1, 6 bytes, expires \\S+Z\\R");
    assertThat(file).hasContent("Szeged");
  }

  @Test
  void put_file_isItsBytes() throws IOException {
    Path file = Files.write(folder.resolve("value"), BINARY);
    on("put", "bin", "--file", file.toString());
    assertThat(new CommandRun().run(args("get", "bin")).bytes()).isEqualTo(BINARY);
  }

  @Test
  void put_conditionThatDoesNotHold_is3AndChangesNothing() {
    on("put", "city", "Szeged");

    fails(3, "the entry has revision 1", "put", "city", "x", "--if-absent");
    fails(3, "the entry has revision 1", "put", "city", "x", "--if-revision", "7");
    fails(3, "there is no entry", "put", "other", "x", "--if-revision", "7");
    fails(3, "the entry has revision 1", "delete", "city", "--if-revision", "7");
    assertThat(on("put", "city", "Szeged!", "--if-revision", "1", "--sync")).isEqualTo("2\n");
    assertThat(on("put", "lock", "x", "--if-absent")).isEqualTo("3\n");
    assertThat(on("get", "city")).isEqualTo("Szeged!");
  }

  @Test
  void missingKey_is3() {
    on("put", "city", "Szeged");

    fails(3, "there is no entry with the key nothing", "get", "nothing");
    fails(3, "there is no entry with the key nothing", "delete", "nothing");
    fails(3, "there is no entry with the key nothing", "touch", "nothing", "--ttl", "1s");
    fails(3, "there is no entry with the key \\x1b[2J", "get", "\u001b[2J");
  }

  @Test
  void put_ttlKeep_touch_changeTheExpiry() {
    on("put", "s", "1", "--ttl", "1h");
    on("put", "s", "2", "--ttl", "keep");
    assertThat(on("get", "s", "--json")).contains("\"expires_at\":\"");
    assertThat(on("touch", "s", "--ttl", "none")).isEqualTo("3\n");
    assertThat(on("get", "s", "--json"))
        .isEqualTo("{\"key\":\"s\",\"value\":\"2\",\"size\":1,\"revision\":3}\n");
  }

  @Test
  void add_countsUpAndDown() {
    assertThat(on("add", "hits")).isEqualTo("1\n");
    assertThat(on("add", "hits", "41")).isEqualTo("42\n");
    assertThat(on("add", "hits", "-50")).isEqualTo("-8\n");
    assertThat(on("add", "hits", "--json")).isEqualTo("{\"value\":-7,\"revision\":4}\n");
    on("put", "word", "x");
    fails(1, "not a decimal 64-bit integer", "add", "word");
    fails(2, "'x' is not a long", "add", "hits", "x");
  }

  @Test
  void delete_prefix_asksUnlessToldNotTo() {
    for (String key : List.of("a/1", "a/2", "b/1")) {
      on("put", key, "x");
    }
    fails(2, "2 entries whose keys start with a/ would be deleted", "delete", "--prefix", "a/");
    Done no = new CommandRun().atTerminal().input("n\n").run(args("delete", "--prefix", "a/"));
    assertThat(no.exitCode()).isEqualTo(1);
    assertThat(no.err()).contains("Delete 2 entries whose keys start with a/? [y/N]");
    assertThat(on("count")).isEqualTo("3\n");
    Done yes = new CommandRun().atTerminal().input("y\n").run(args("delete", "--prefix", "a/"));
    assertThat(yes.out()).isEqualTo("deleted 2 entries\n");
    assertThat(on("delete", "--prefix", "b/", "--yes", "--json"))
        .startsWith("{\"deleted\":1,\"revision\":");
    fails(2, "the prefix is empty", "delete", "--prefix", "", "--yes");
    fails(2, "name a key, or a prefix", "delete");
    assertThat(on("count")).isEqualTo("0\n");
  }

  @Test
  void scan_showsLinesThatSayTheBytes() {
    on("put", "city", "Szeged");
    on("put", "lines", "a\tb\n\u001b\\");
    on("put", "--hex", "ff00", "bytes");
    on("put", "mark", "base64:x");

    assertThat(on("scan"))
        .isEqualTo(
            "city\tSzeged\n"
                + "lines\ta\\tb\\n\\x1b\\\\\n"
                + "mark\tbase64:YmFzZTY0Ong=\n"
                + "base64:/wA=\tbytes\n");
    assertThat(on("scan", "--keys", "--reverse", "--limit", "2")).isEqualTo("base64:/wA=\nmark\n");
    assertThat(on("scan", "ci", "--json"))
        .isEqualTo("{\"key\":\"city\",\"value\":\"Szeged\",\"size\":6,\"revision\":1}\n");
    assertThat(on("scan", "--base64", "/w==", "--keys", "--json"))
        .isEqualTo("{\"key_base64\":\"/wA=\",\"size\":5,\"revision\":3}\n");
    assertThat(on("get", "--base64", "/wA=")).isEqualTo("bytes");
  }

  @Test
  void scan_folders_isOneLevel() {
    try (KVStore store = store()) {
      for (int number = 0; number < 3_000; number++) {
        store.put("docs/2026/" + number, "x");
        store.put("docs/z" + number, "");
      }
      store.put("docs/a", "1");
      store.put("docs/img/x", "1");
      store.put("other", "1");
    }
    String all = on("scan", "docs/", "--folders", "--keys");
    assertThat(all.lines()).hasSize(3_003).startsWith("docs/2026/", "docs/a", "docs/img/");
    assertThat(on("scan", "docs/", "--folders", "--limit", "2", "--json"))
        .isEqualTo(
            "{\"prefix\":\"docs/2026/\"}\n"
                + "{\"key\":\"docs/a\",\"value\":\"1\",\"size\":1,\"revision\":6001}\n");
    assertThat(on("scan", "--folders", "--keys")).isEqualTo("docs/\nother\n");
    assertThat(on("scan", "--keys").lines()).hasSize(6_003);
    assertThat(on("count", "docs/z")).isEqualTo("3000\n");
  }

  @Test
  void txn_isAllOrNothing() throws IOException {
    String json =
        "{\"if\":[{\"key\":\"b\",\"exists\":false}],"
            + "\"then\":[{\"op\":\"put\",\"key\":\"b\",\"value\":\"1\"},"
            + "{\"op\":\"add\",\"key\":\"n\"}]}";
    Done done = new CommandRun().input(json).run(args("txn"));
    assertThat(done.out())
        .isEqualTo("{\"revision\":1,\"results\":[{\"created\":true},{\"value\":1}]}\n");
    Path file = Files.writeString(folder.resolve("txn.json"), json);
    fails(3, "1 condition does not hold", "txn", file.toString());
    Done refused = new CommandRun().run(args("txn", "--json", file.toString()));
    assertThat(refused.err())
        .contains("\"code\":\"conflict\"", "\"failed\":[{\"index\":0,\"current\":{\"key\":\"b\"");
    assertThat(new CommandRun().input("{").run(args("txn")).exitCode()).isEqualTo(2);
    fails(
        1,
        "absent cannot be read (there is no such file or folder)",
        "txn",
        folder.resolve("absent").toString());
  }

  @Test
  void export_import_under_isTheSameElsewhere() throws IOException {
    on("put", "a/1", "Szeged");
    new CommandRun().input(BINARY).run(args("put", "a/2"));
    on("put", "b", "x");
    String lines = on("export", "a/");
    assertThat(lines.lines()).hasSize(3);
    assertThat(lines).endsWith("{\"end\":true,\"entries\":2,\"revision\":3}\n");

    place = List.of("--server", shared("other"));
    assertThat(new CommandRun().input(lines).run(args("import")).out())
        .isEqualTo("imported 2 entries\n");
    Path file = Files.writeString(folder.resolve("lines"), lines);
    assertThat(on("import", file.toString(), "--under", "x/", "--json"))
        .isEqualTo("{\"imported\":2,\"skipped\":0,\"revision\":2}\n");
    assertThat(on("scan", "--keys")).isEqualTo("a/1\na/2\nx/a/1\nx/a/2\n");
    assertThat(new CommandRun().run(args("get", "x/a/2")).bytes()).isEqualTo(BINARY);
    Done bad = new CommandRun().input("{\"key\":\"k\"}\n").run(args("import", "--json"));
    assertThat(bad.exitCode()).isEqualTo(1);
    assertThat(bad.err()).contains("\"code\":\"bad-line\"", "\"line\":1,\"imported\":0");
  }

  @Test
  void import_ofWhatIsNotThere_makesNoFolder() {
    Path data = folder.resolve("new");
    place = List.of("--data", data.toString());
    String absent = folder.resolve("absent").toString();

    fails(1, "absent cannot be read (there is no such file or folder)", "import", absent);
    fails(1, "absent.dat cannot be read (there is no such file", "import", "--dbm", absent);
    fails(1, "is a folder; name a file", "import", folder.toString());

    assertThat(data).doesNotExist();
  }

  @Test
  void watch_ofAFolder_tellsTheStateAndEnds() {
    useFolder();
    on("put", "a", "1");
    on("put", "b", "2");

    assertThat(on("watch", "--initial")).isEqualTo("reset\nput\ta\t1\nput\tb\t2\nsynced\n");
    assertThat(on("watch", "b", "--initial", "--json", "--keys"))
        .isEqualTo(
            "{\"type\":\"reset\",\"revision\":2}\n"
                + "{\"type\":\"put\",\"key\":\"b\",\"size\":1,\"revision\":2}\n"
                + "{\"type\":\"synced\",\"revision\":2}\n");
    assertThat(on("watch")).isEmpty();
    fails(1, "the changes asked for are gone", "watch", "--after", "0");
  }

  @Test
  void stats_arePairsOrJson() {
    useFolder();
    on("put", "a", "1");
    assertThat(on("stats").lines()).contains("store.entries\t1", "recovery.clean\ttrue");
    assertThat(on("stats", "--json")).startsWith("{\"store\":{\"entries\":1,");
  }

  @Test
  void json_everyFault_isAProblem() {
    on("put", "a", "1");
    assertThat(problem(3, "get", "b"))
        .isEqualTo(
            "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,"
                + "\"code\":\"not-found\",\"detail\":\"there is no entry with the key b\"}\n");
    assertThat(problem(3, "put", "a", "2", "--if-absent"))
        .contains(
            "\"code\":\"conflict\"",
            "\"current\":{\"key\":\"a\",\"value\":\"1\",\"size\":1,\"revision\":1}}");
    assertThat(problem(2, "get")).contains("\"status\":400,\"code\":\"bad-parameter\"");
    assertThat(problem(2, "get", "--hex", "x")).contains("'x' is not pairs of hexadecimal");
    assertThat(problem(2, "put", "k".repeat(5_000), "x")).contains("\"code\":\"bad-request\"");
    place = List.of("--data", folder.resolve("nothing").toString());
    assertThat(problem(1, "get", "a")).contains("\"code\":\"internal\"", "no such folder");
  }

  @Test
  void folderInUse_namesTheProcess() {
    useFolder();
    on("put", "a", "1");
    try (KVStore open = KVStore.open(folder.resolve("data"))) {
      assertThat(open.size()).isEqualTo(1);
      fails(1, "is in use by", "get", "a");
      fails(1, "is in use by", "put", "a", "x");
    }
  }

  @Test
  void brokenPipe_endsQuietly_andAFullDiskDoesNot() {
    try (KVStore store = store()) {
      store.put("large", "x".repeat(1 << 20));
    }
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int octet) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    for (String command : List.of("scan", "export")) {
      Done quiet = new CommandRun().output(broken, true).run(args(command));
      assertThat(quiet.exitCode()).isZero();
      assertThat(quiet.err()).isEmpty();
      Done full = new CommandRun().output(broken, false).run(args(command));
      assertThat(full.exitCode()).isEqualTo(1);
      assertThat(full.err()).startsWith("kvapp: standard output cannot be written (Broken pipe)");
    }
  }

  @Test
  void colours_areForTerminalsAlone() {
    on("put", "a", "1");
    CommandRun run = new CommandRun().atTerminal();
    assertThat(run.run(args("scan")).out()).isEqualTo("\u001b[36ma\u001b[0m\t1\n");
    assertThat(run.environment("NO_COLOR", "1").run(args("scan")).out()).isEqualTo("a\t1\n");
  }

  @Test
  void completion_isAScript() {
    Done done = new CommandRun().run("completion");
    assertThat(done.exitCode()).isZero();
    assertThat(done.out())
        .contains("complete -F _complete_kvapp", "bashcompinit", "--if-absent", "watch");
  }

  @Test
  void put_expiryPasses_isGone() {
    on("put", "a", "1");
    try (KVStore store = store()) {
      store.put("a".getBytes(StandardCharsets.UTF_8), BINARY, Duration.ofNanos(1));
      while (store.get("a").isPresent()) {
        Thread.onSpinWait();
      }
    }
    fails(3, "there is no entry", "get", "a");
  }

  private String shared(String name) {
    return "shared:" + folder.resolve(name);
  }

  private void useFolder() {
    place = List.of("--data", folder.resolve("data").toString());
  }

  /** The store that the commands work on, unless it is a folder. */
  private KVStore store() {
    return KVStore.open(place.get(1));
  }

  private String problem(int exitCode, String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.add("--json");
    Done done = new CommandRun().run(args(all.toArray(String[]::new)));
    assertThat(done.exitCode()).as(done.err()).isEqualTo(exitCode);
    assertThat(done.out()).isEmpty();
    return done.err();
  }

  private void fails(int exitCode, String message, String... words) {
    Done done = new CommandRun().run(args(words));
    assertThat(done.exitCode()).as(done.err()).isEqualTo(exitCode);
    assertThat(done.out()).isEmpty();
    assertThat(done.err().lines()).singleElement().asString().startsWith("kvapp: ");
    assertThat(done.err()).contains(message);
  }

  private String on(String... words) {
    Done done = new CommandRun().run(args(words));
    assertThat(done.err()).isEmpty();
    assertThat(done.exitCode()).isZero();
    return done.out();
  }

  private String[] args(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(1, place);
    return all.toArray(String[]::new);
  }
}

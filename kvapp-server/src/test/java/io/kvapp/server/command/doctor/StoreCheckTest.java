package io.kvapp.server.command.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVStore;
import io.kvapp.StoreInspection;
import io.kvapp.server.command.ChildServer;
import io.kvapp.server.command.doctor.Finding.Status;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of stores in each condition, none of which is changed. */
class StoreCheckTest {
  private static final int JOURNAL_HEADER = 64;

  @TempDir private static Path killed;
  @TempDir private Path temp;

  /** Has a server end as by kill -9, with a write in its journal. */
  @BeforeAll
  static void kill() throws Exception {
    try (ChildServer server = ChildServer.start(killed, List.of())) {
      URI url = URI.create("http://localhost:" + server.port() + "/v1/kv/city");
      HttpRequest put = HttpRequest.newBuilder(url).PUT(BodyPublishers.ofString("Szeged")).build();
      HttpResponse<Void> done = HttpClient.newHttpClient().send(put, BodyHandlers.discarding());
      assertThat(done.statusCode()).isEqualTo(201);
    }
  }

  @Test
  void store_thatIsNotThere_saysNothing() {
    assertThat(findings(temp.resolve("none"))).isEmpty();
  }

  @Test
  void store_thatWasClosed_isOk() throws IOException {
    Path folder = closed();
    Map<String, Long> before = sizes(folder);

    assertThat(findings(folder))
        .allMatch(found -> found.status() == Status.OK)
        .extracting(Finding::check)
        .containsExactly("lock", "format", "close", "damage");
    assertThat(found(folder, "damage").found()).contains("1 entries");
    assertThat(sizes(folder)).isEqualTo(before);
  }

  @Test
  void store_thatIsLarge_isNotReadWhole() {
    Path folder = closed();

    List<Finding> findings =
        new StoreCheck(folder, StoreInspection.of(folder), false, 10).findings();

    assertThat(findings.get(3).found()).contains("for verify to read");
  }

  @Test
  void store_thatIsABackup_isOk() {
    Path backup = temp.resolve("backup");
    try (KVStore store = KVStore.open(closed())) {
      store.admin().backup(backup);
    }

    assertThat(findings(backup)).allMatch(found -> found.status() == Status.OK);
  }

  @Test
  void store_thatIsOpen_fails_unlessAServerIsAsked() {
    try (KVStore store = KVStore.open(temp.resolve("data"))) {
      store.put("city", "Szeged");
      Path folder = temp.resolve("data");

      assertThat(found(folder, "lock").status()).isEqualTo(Status.FAIL);
      assertThat(found(folder, "lock").found()).contains("in use by another store");
      StoreInspection inspected = StoreInspection.of(folder);
      assertThat(new StoreCheck(folder, inspected, true, 0).findings())
          .allMatch(found -> found.status() == Status.OK);
    }
  }

  @Test
  void store_thatWasNotClosed_warns() throws IOException {
    Path folder = killed.resolve("data");

    assertThat(found(folder, "close").status()).isEqualTo(Status.WARN);
    assertThat(found(folder, "lock").found())
        .matches("nobody has the folder open; process \\d+, which had, has ended");
    assertThat(found(folder, "damage").status()).isEqualTo(Status.OK);
  }

  @Test
  void journal_thatEndsWithinAWrite_warns() throws IOException {
    Path folder = left();
    // A byte of the value, at the end of the record.
    flip(file(folder, "journal-"), JOURNAL_HEADER + 50);

    assertThat(found(folder, "damage").status()).isEqualTo(Status.WARN);
    assertThat(found(folder, "damage").found()).contains("are not a whole write");
  }

  @Test
  void journal_thatIsCut_fails() throws IOException {
    Path folder = left();
    try (RandomAccessFile journal = new RandomAccessFile(file(folder, "journal-").toFile(), "rw")) {
      journal.setLength(JOURNAL_HEADER / 2);
    }

    assertThat(found(folder, "damage").status()).isEqualTo(Status.FAIL);
    assertThat(found(folder, "damage").fix()).contains("--open-damaged");
  }

  @Test
  void sstable_withAFlippedByte_fails() throws IOException {
    Path folder = closed();
    flip(file(folder, "snapshot-"), 50);

    assertThat(found(folder, "damage").status()).isEqualTo(Status.FAIL);
    assertThat(found(folder, "damage").found()).contains("snapshot-");
    assertThat(found(folder, "damage").fix()).startsWith("restore a backup");
  }

  @Test
  void sstable_thatIsMissing_fails() throws IOException {
    Path folder = closed();
    Files.delete(file(folder, "snapshot-"));

    assertThat(found(folder, "damage").status()).isEqualTo(Status.FAIL);
  }

  @Test
  void manifest_thatIsDamaged_fails() throws IOException {
    Path folder = closed();
    flip(folder.resolve("MANIFEST"), 20);

    assertThat(found(folder, "format").status()).isEqualTo(Status.FAIL);
    assertThat(found(folder, "format").fix()).startsWith("restore a backup");
  }

  /** As a folder of another user is, but that root may read. */
  @Test
  void folder_thatCannotBeRead_fails_andNothingIsSaidOfItsHolder() throws IOException {
    Path folder = closed();
    Files.delete(folder.resolve("LOCK"));
    Files.createDirectory(folder.resolve("LOCK"));

    assertThat(findings(folder))
        .singleElement()
        .matches(found -> found.status() == Status.FAIL)
        .satisfies(found -> assertThat(found.found()).contains("cannot be used"));
  }

  @Test
  void manifest_ofAnotherFormat_fails() throws IOException {
    Path folder = closed();
    Path manifest = folder.resolve("MANIFEST");
    Files.writeString(manifest, Files.readString(manifest).replace("format=2", "format=9"));

    assertThat(found(folder, "format").status()).isEqualTo(Status.FAIL);
    assertThat(found(folder, "format").fix()).contains("the KVApp that wrote it");
  }

  @Test
  void store_thatChangesMeanwhile_isLookedAtAsItIsThen() throws IOException {
    Path folder = closed();
    StoreCheck beforeItOpens = check(folder);
    StoreCheck beforeItGoes = check(folder);

    try (KVStore store = KVStore.open(folder)) {
      store.put("city", "Szeged");
      assertThat(beforeItOpens.findings().get(3))
          .matches(found -> found.status() == Status.OK)
          .satisfies(found -> assertThat(found.found()).contains("opened at this moment"));
    }
    Files.move(folder, temp.resolve("elsewhere"));
    assertThat(beforeItGoes.findings().get(3))
        .matches(found -> found.status() == Status.FAIL)
        .satisfies(found -> assertThat(found.found()).contains("there is no such folder"));
  }

  private static StoreCheck check(Path folder) {
    return new StoreCheck(folder, StoreInspection.of(folder), false, StoreCheck.MAX_READ_BYTES);
  }

  private Path closed() {
    Path folder = temp.resolve("data");
    try (KVStore store = KVStore.open(folder)) {
      store.put("city", "Szeged");
    }
    return folder;
  }

  /** A copy of the store whose server was killed. */
  private Path left() throws IOException {
    Path copy = Files.createDirectory(temp.resolve("copy"));
    Path data = killed.resolve("data");
    for (String name : sizes(data).keySet()) {
      Files.copy(data.resolve(name), copy.resolve(name));
    }
    return copy;
  }

  private static void flip(Path file, long offset) throws IOException {
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      opened.seek(offset);
      int octet = opened.read();
      opened.seek(offset);
      opened.write(octet ^ 1);
    }
  }

  /** The first of the files whose names begin so. */
  private static Path file(Path folder, String begin) throws IOException {
    return sizes(folder).keySet().stream()
        .filter(name -> name.startsWith(begin))
        .map(folder::resolve)
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, Long> sizes(Path folder) throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        sizes.put(file.getFileName().toString(), Files.size(file));
      }
    }
    return sizes;
  }

  private static List<Finding> findings(Path folder) {
    return check(folder).findings();
  }

  private static Finding found(Path folder, String check) {
    return findings(folder).stream()
        .filter(found -> found.check().equals(check))
        .findFirst()
        .orElseThrow();
  }
}

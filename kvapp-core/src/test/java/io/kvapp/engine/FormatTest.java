package io.kvapp.engine;

import static io.kvapp.StoreFixture.everything;
import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kvapp.Batch;
import io.kvapp.Entry;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.TestClock;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.FolderHolder;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.tree.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The folders of released formats, which each later version opens: {@code format-<number>} among
 * the test resources, as a kill has left them, with a manifest, an SSTable and a journal. That of
 * the present format is written anew with
 *
 * <pre>
 * mvn -pl kvapp-core test -Dtest=FormatTest -DargLine=-Dkvapp.format=src/test/resources/format-2
 * </pre>
 *
 * <p>That is done when the format changes, and never again once it is released.
 */
@Timeout(60)
class FormatTest {
  private static final Path FOLDERS = Path.of("src/test/resources");

  /** The smallest journal; the ticks of an hour do nothing on their own. */
  private static final EngineOptions OPTIONS =
      new EngineOptions(4 << 10, 4 << 10, 256 << 20, 1_000_000, 3_600_000);

  @TempDir Path scratch;

  @ParameterizedTest
  @ValueSource(strings = "format-2")
  void folderOfAFormat_opensWithAllThatIsInIt(String name) throws IOException {
    Path folder = Files.createDirectory(scratch.resolve("store"));
    copy(FOLDERS.resolve(name), folder);
    try (KVStore store = open(folder)) {
      TreeMap<String, String> found = new TreeMap<>();
      for (Entry entry : everything(store)) {
        found.put(
            entry.keyString(), new String(entry.value(), 0, Math.min(8, entry.value().length)));
        assertThat(store.entry(entry.key())).hasValue(entry);
      }

      assertThat(found).isEqualTo(content());
      assertThat(store.entry("ttl").orElseThrow().expiresAtMillis()).isNotZero();
      assertThat(store.admin().recovery().dropped()).isEmpty();
      assertThat(store.admin().recovery().replayedRecords()).isEqualTo(3);
      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }

  private static TreeMap<String, String> content() {
    TreeMap<String, String> content = new TreeMap<>();
    for (int i = 1; i < 10; i++) {
      content.put("key " + i, "value " + i);
    }
    content.put("large", "vvvvvvvv");
    content.put("ttl", "expires");
    content.put("key 5", "journal");
    content.put("batch 1", "together");
    content.put("batch 2", "together");
    content.remove("key 7");
    return content;
  }

  @Test
  void folderOfThePresentFormat_isWrittenOnRequest() throws IOException {
    String target = System.getProperty("kvapp.format");
    assumeTrue(target != null, "-Dkvapp.format names no folder");
    Path folder = scratch.resolve("written");
    try (KVStore store = open(folder)) {
      for (int i = 0; i < 10; i++) {
        store.put("key " + i, "value " + i);
      }
      store.put("large", "v".repeat(2_100));
      store.put(utf8("ttl"), utf8("expires"), Duration.ofDays(36_500));
      store.delete("key 0");
      store.admin().compact();
      store.put("key 5", "journal");
      store.commit(new Batch().put("batch 1", "together").put("batch 2", "together"));
      store.delete("key 7");
      Files.createDirectories(Path.of(target));
      for (Path old : Disk.list(Path.of(target), "*")) {
        Files.delete(old);
      }
      copy(folder, Path.of(target));
      nameNoHolder(Path.of(target));
    }
  }

  /** Takes out what tells of the machine on which it is written. */
  private static void nameNoHolder(Path folder) throws IOException {
    Manifest written = Manifest.read(folder).orElseThrow();
    new Manifest(
            written.revision(),
            written.nextSSTable(),
            written.journal(),
            written.entries(),
            written.sstables(),
            written.map(),
            FolderHolder.parse("1 1 boot namespace folder"),
            written.history())
        .write(new Disk(), folder);
  }

  private static KVStore open(Path folder) {
    StoreOptions options = StoreOptions.defaults().withClock(new TestClock());
    return DiskStore.open(folder, options, new Disk(), OPTIONS);
  }

  /** The files that are the truth. */
  private static void copy(Path from, Path to) throws IOException {
    for (Path file : Disk.list(from, "{MANIFEST,*.kvs,*.log}")) {
      Files.copy(file, to.resolve(file.getFileName()));
    }
  }
}

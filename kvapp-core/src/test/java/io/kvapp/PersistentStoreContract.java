package io.kvapp;

import static io.kvapp.StoreFixture.everything;
import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What a store that keeps its entries in a folder must do beyond {@link KVStoreContract}: keep them
 * there. Every test of the contract ends with a restart after which everything must be as before.
 */
public abstract class PersistentStoreContract extends KVStoreContract {
  @Override
  public final void restart() {
    reopen();
  }

  @Override
  protected final void afterEachTest() {
    List<Entry> before = everything(store());
    reopen();
    assertThat(everything(store())).isEqualTo(before);
    assertThat(store().size()).isEqualTo(before.size());
    assertThat(store().admin().recovery().clean()).isTrue();
    assertThat(store().admin().recovery().dropped()).isEmpty();
    assertThat(store().admin().verify().faults()).isEmpty();
  }

  @Test
  void restart_keepsValuesRevisionsAndTimesToLive() {
    Random random = new Random(5);
    for (int i = 0; i < 500; i++) {
      byte[] value = new byte[i % 50 == 0 ? 200_000 : 100];
      random.nextBytes(value);
      store().put(utf8("key " + i % 300), value);
      if (i % 7 == 0) {
        store().delete("key " + (i + 13) % 300);
      }
    }
    store().put("ttl", "value", Duration.ofMillis(1_000));
    List<Entry> before = everything(store());
    restart();

    assertThat(everything(store())).isEqualTo(before);
    for (Entry entry : before) {
      assertThat(store().entry(entry.key())).hasValue(entry);
    }
    clock().advanceMillis(999);
    assertThat(store().get("ttl")).hasValue("value");
    clock().advanceMillis(1);
    assertThat(store().get("ttl")).isEmpty();
    assertThat(store().size()).isEqualTo(before.size() - 1);
  }

  @Test
  void restart_doesNotBringBackWhatExpiredMeanwhile() {
    store().put("short", "value", Duration.ofSeconds(1));
    store().put("long", "value", Duration.ofSeconds(3));
    store().close();
    clock().advance(Duration.ofSeconds(2));
    restart();

    assertThat(StoreFixture.keys(store(), Scan.all())).containsExactly("long");
    assertThat(store().size()).isEqualTo(1);
    assertThat(store().putIfAbsent("short", "again")).isPresent();
  }

  @Test
  void restart_goesOnWithLargerRevisions() {
    long first = store().put("key", "first");
    long deleted = store().put("gone", "value");
    store().delete("gone");
    restart();
    long second = store().put("key", "second");

    assertThat(second).isGreaterThan(deleted + 1);
    assertThat(store().compareAndSet("key", first, "third")).isEmpty();
    assertThat(store().compareAndSet("key", second, "third")).isPresent();
  }

  @Test
  void restart_manyTimesWithFewWrites_keepsAll() {
    for (int round = 0; round < 20; round++) {
      store().put("round " + round, "value " + round);
      store().put("same", "value " + round);
      restart();
      assertThat(store().admin().recovery().clean()).isTrue();
      assertThat(store().admin().recovery().entries()).isEqualTo(round + 2);
    }

    assertThat(store().size()).isEqualTo(21);
    assertThat(store().get("same")).hasValue("value 19");
    assertThat(store().get("round 0")).hasValue("value 0");
  }

  @Test
  void restart_afterCompact_keepsAll() {
    for (int i = 0; i < 1_000; i++) {
      store().put("key " + i, "value " + i);
    }
    store().admin().compact();
    for (int i = 0; i < 1_000; i += 2) {
      store().delete("key " + i);
    }
    store().put("key 1", "changed");
    List<Entry> before = everything(store());
    restart();

    assertThat(everything(store())).isEqualTo(before).hasSize(500);
    assertThat(store().get("key 1")).hasValue("changed");
    assertThat(store().get("key 2")).isEmpty();
  }

  @Test
  void compact_givesDiskSpaceBack() {
    Random random = new Random(3);
    byte[] value = new byte[100_000];
    for (int i = 0; i < 200; i++) {
      random.nextBytes(value);
      store().put(utf8("key " + i), value);
    }
    store().admin().compact();
    assertThat(store().admin().stats().sstableBytes()).isGreaterThan(20_000_000L);
    for (int i = 0; i < 199; i++) {
      store().delete("key " + i);
    }
    store().admin().compact();
    StoreStats emptied = store().admin().stats();

    // What is left is the one entry, and the journal and map that an empty store has too.
    assertThat(emptied.sstableBytes()).isLessThan(1_000_000L);
    assertThat(emptied.diskBytes() - emptied.journalBytes()).isLessThan(10_000_000L);
    assertThat(store().get(utf8("key 199"))).hasValue(value);
  }

  @Test
  void open_ofAFolderInUse_isRefusedAndHarmsNothing() {
    store().put("key", "value");

    assertThatThrownBy(() -> open(storeFolder(), storeOptions()))
        .isInstanceOf(KVException.FolderInUse.class)
        .hasMessageContaining(storeFolder().toString())
        .hasMessageContaining("this process");
    store().put("key2", "value");
    assertThat(store().size()).isEqualTo(2);
  }

  @Test
  void open_ofAFolderInUse_throughAnotherName_isRefused() throws IOException {
    assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
    Path link = scratch().resolve("link");
    Files.createSymbolicLink(link, storeFolder());

    assertThatThrownBy(() -> open(link, storeOptions()))
        .isInstanceOf(KVException.FolderInUse.class);
  }

  @Test
  void open_whereNoFolderCanBe_isRefused() throws IOException {
    Path file = Files.writeString(scratch().resolve("file"), "text");

    for (Path folder : List.of(file, file.resolve("below"))) {
      assertThatThrownBy(() -> open(folder, storeOptions()))
          .isInstanceOf(KVException.FolderUnusable.class)
          .hasMessageContaining(folder.toString());
    }
    assertThat(file).hasContent("text");
  }

  @Test
  void open_makesMissingParentFolders() {
    Path deep = scratch().resolve("a").resolve("b").resolve("c");
    try (KVStore other = open(deep, storeOptions())) {
      other.put("key", "value");
    }

    assertThat(deep).isDirectory();
  }

  @Test
  void files_areForTheirOwnerOnly() throws IOException {
    assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
    store().put(utf8("large"), new byte[store().limits().maxValueBytes()]);
    store().admin().compact();
    Path data = storeFolder();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
        .isEqualTo("rwx------");
    Map<Path, String> permissions = new HashMap<>();
    try (var list = Files.list(data)) {
      for (Path file : list.toList()) {
        try {
          permissions.put(file, PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        } catch (NoSuchFileException renamed) {
          // The next file of the journal, made ready in the background.
        }
      }
    }
    assertThat(permissions)
        .isNotEmpty()
        .allSatisfy((file, found) -> assertThat(found).isEqualTo("rw-------"));
  }

  @Test
  void backup_isAStoreOfItsOwn() {
    for (int i = 0; i < 100; i++) {
      store().put("key " + i, "value " + i);
    }
    store().put("ttl", "value", Duration.ofHours(1));
    List<Entry> before = everything(store());
    Path backup = scratch().resolve("backup");
    store().admin().backup(backup);
    store().put("later", "value");

    try (KVStore other = open(backup, storeOptions())) {
      assertThat(everything(other)).isEqualTo(before);
      other.put("in the copy", "value");
      assertThat(other.admin().verify().faults()).isEmpty();
    }
    assertThat(store().get("in the copy")).isEmpty();
  }

  @Test
  void backup_isReadByTheStoreInTheHeapAndTheOtherWayRound() {
    store().put("key", "value");
    store().put("ttl", "value", Duration.ofHours(1));
    List<Entry> before = everything(store());
    store().admin().backup(scratch().resolve("from disk"));

    try (KVStore inHeap = KVStore.inMemory(storeOptions())) {
      assertThat(inHeap.admin().restore(scratch().resolve("from disk"))).isEqualTo(2);
      inHeap.admin().backup(scratch().resolve("from heap"));
    }
    try (KVStore other = open(scratch().resolve("from heap"), storeOptions())) {
      assertThat(everything(other).stream().map(Entry::keyString))
          .containsExactlyElementsOf(before.stream().map(Entry::keyString).toList());
      assertThat(other.entry("ttl").orElseThrow().expiresAtMillis())
          .isEqualTo(before.get(1).expiresAtMillis());
    }
  }
}

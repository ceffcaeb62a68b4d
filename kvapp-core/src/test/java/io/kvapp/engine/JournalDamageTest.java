package io.kvapp.engine;

import static io.kvapp.StoreFixture.everything;
import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A journal that is damaged while its store is open. */
@Timeout(60)
class JournalDamageTest {
  private static final int HEADER_BYTES = 64;

  /** The ticks of an hour do nothing on their own. */
  private static final EngineOptions OPTIONS =
      new EngineOptions(64 << 10, 64 << 10, 256 << 20, 1_000_000, 3_600_000);

  @TempDir Path scratch;
  private Path folder;

  @BeforeEach
  void name() {
    folder = scratch.resolve("store");
  }

  @Test
  void byteThatFlips_isFoundByNameAndNeverServed() throws IOException {
    try (KVStore store = open()) {
      store.put("small", "value");
      store.put(utf8("ttl"), utf8("value"), Duration.ofDays(1));
      store.put(utf8("large"), new byte[2_100]);
      List<Entry> whole = everything(store);
      Path journal = journal();
      int found = 0;
      for (int at = HEADER_BYTES; at < HEADER_BYTES + 150; at++) {
        flip(journal, at);
        found += isFound(() -> assertThat(everything(store)).isEqualTo(whole), journal) ? 1 : 0;
        for (Entry entry : whole) {
          isFound(() -> assertThat(store.entry(entry.key())).hasValue(entry), journal);
        }
        flip(journal, at);
      }

      assertThat(found).isGreaterThan(60);
      assertThat(everything(store)).isEqualTo(whole);
    }
  }

  @Test
  void valueThatFlips_isNotWrittenToAnSSTable() throws IOException {
    try (KVStore store = open()) {
      store.put("key", "a value to look for");
      Path journal = journal();
      int at = indexOf(journal, utf8("look for"));
      flip(journal, at);

      assertThatThrownBy(() -> store.admin().compact())
          .isInstanceOf(KVException.Corrupt.class)
          .hasMessageContaining(journal.toString());
      assertThat(store.admin().verify().faults()).singleElement().asString().contains("journal-");
      assertThat(store.get("key")).hasValue("a value to look for");

      flip(journal, at);
      store.admin().compact();
      assertThat(store.admin().verify().faults()).isEmpty();
    }
    try (KVStore store = open()) {
      assertThat(store.get("key")).hasValue("a value to look for");
    }
  }

  @Test
  void flipThatStopsAClose_isDamageToTheNextOpen_notTheEndOfTheJournal() throws IOException {
    KVStore store = open();
    store.put("key", "a value to look for");
    store.put("behind", "value");
    Path journal = journal();
    int at = indexOf(journal, utf8("look for"));
    flip(journal, at);

    assertThatThrownBy(store::close).isInstanceOf(KVException.Corrupt.class);
    assertThatThrownBy(this::open)
        .isInstanceOf(KVException.Corrupt.class)
        .hasMessageContaining(journal.toString());

    flip(journal, at);
    try (KVStore again = open()) {
      assertThat(again.get("key")).hasValue("a value to look for");
      assertThat(again.get("behind")).hasValue("value");
    }
  }

  private static boolean isFound(Runnable read, Path journal) {
    try {
      read.run();
      return false;
    } catch (KVException.Corrupt damage) {
      assertThat(damage.file()).isEqualTo(journal);
      return true;
    }
  }

  private KVStore open() {
    return DiskStore.open(folder, StoreOptions.defaults(), new Disk(), OPTIONS);
  }

  /** The segment that is written; the one behind it is blank. */
  private Path journal() throws IOException {
    return Disk.list(folder, "journal-*.log").get(0);
  }

  private static int indexOf(Path file, byte[] bytes) throws IOException {
    byte[] all = Files.readAllBytes(file);
    for (int at = 0; ; at++) {
      if (java.util.Arrays.equals(all, at, at + bytes.length, bytes, 0, bytes.length)) {
        return at;
      }
    }
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.seek(at);
      int now = out.read();
      out.seek(at);
      out.write(now ^ 0x10);
    }
  }
}

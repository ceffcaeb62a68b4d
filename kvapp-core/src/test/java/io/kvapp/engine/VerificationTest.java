package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("once")
class VerificationTest {
  @TempDir Path scratch;

  @Test
  void verify_besideWriters_findsNoFault() throws InterruptedException {
    AtomicBoolean done = new AtomicBoolean();
    try (KVStore store = KVStore.open(folder())) {
      List<Thread> writers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String key = "key " + i;
        writers.add(new Thread(() -> putAndDelete(store, key, done)));
      }
      writers.forEach(Thread::start);
      try {
        for (int i = 0; i < 1_500; i++) {
          assertThat(store.admin().verify().faults()).isEmpty();
        }
      } finally {
        done.set(true);
        for (Thread writer : writers) {
          writer.join();
        }
      }
    }
  }

  @Test
  void verify_namesTheKeyWhoseEntryInTheHashTableIsDamaged_andReadsAreRight() throws Exception {
    try (KVStore store = open()) {
      store.put("key 1", "value-that-is-damaged");
      store.put("key 2", "value");
      damageTable("value-that-is-damaged");

      assertThat(store.admin().verify().faults())
          .containsExactly("the hash table's entry of key key 1 does not match its checksum");
      assertThat(store.get("key 1")).hasValue("value-that-is-damaged");
      assertThat(store.putIfAbsent("key 1", "other")).isEmpty();
      assertThat(store.size()).isEqualTo(2);
    }
    assertThatItIsFilledAnew();
  }

  @Test
  void verify_namesTheKeyThatIsAbsentFromTheHashTable() throws Exception {
    try (KVStore store = open()) {
      store.put("key-that-is-damaged", "value");
      store.put("key 2", "value");
      damageTable("key-that-is-damaged");

      assertThat(store.admin().verify().faults())
          .containsExactly("the hash table and the tree disagree about key key-that-is-damaged");
    }
    assertThatItIsFilledAnew();
  }

  @Test
  void headerOrFooterThatFlips_isFoundAndNotBackedUp() throws Exception {
    try (KVStore store = open()) {
      store.put("key", "value");
      store.admin().compact();
      Path sstable = Disk.list(folder(), "snapshot-*.kvs").get(0);
      for (long at : new long[] {0, 8, Files.size(sstable) - 40, Files.size(sstable) - 1}) {
        flip(sstable, at);
        Path backup = scratch.resolve("backup-" + at);

        assertThat(store.admin().verify().faults())
            .singleElement()
            .asString()
            .contains(sstable.toString(), "header or footer");
        assertThatThrownBy(() -> store.admin().backup(backup))
            .isInstanceOf(KVException.Corrupt.class)
            .hasMessageContaining(sstable.toString());
        assertThat(backup).doesNotExist();
        flip(sstable, at);
      }

      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }

  @Test
  void manifestThatFlips_isFound_andWrittenAnewByAClose() throws Exception {
    Path manifest = folder().resolve("MANIFEST");
    try (KVStore store = open()) {
      store.put("key", "value");
      flip(manifest, Files.size(manifest) / 2);

      assertThat(store.admin().verify().faults())
          .singleElement()
          .asString()
          .startsWith(manifest + " was damaged")
          .endsWith("writes it anew");
    }
    try (KVStore store = open()) {
      assertThat(store.admin().verify().faults()).isEmpty();
      assertThat(store.get("key")).hasValue("value");
    }
  }

  private static void flip(Path path, long at) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(at);
      int old = file.read();
      file.seek(at);
      file.write(old ^ 0x10);
    }
  }

  /** A table in which damage was found is not used again. */
  private void assertThatItIsFilledAnew() {
    try (KVStore store = open()) {
      assertThat(store.admin().recovery().clean()).isTrue();
      assertThat(store.admin().recovery().rebuilt()).isTrue();
      assertThat(store.admin().verify().faults()).isEmpty();
      assertThat(store.size()).isEqualTo(2);
    }
  }

  private void damageTable(String text) throws IOException {
    Path table = Disk.list(folder(), "live-*.map").get(0);
    int at = Files.readString(table, StandardCharsets.ISO_8859_1).indexOf(text);
    try (RandomAccessFile file = new RandomAccessFile(table.toFile(), "rw")) {
      file.seek(at);
      file.write('D');
    }
  }

  /** Does nothing in the background within a test. */
  private KVStore open() {
    EngineOptions never = new EngineOptions(1 << 20, 1 << 20, 256 << 20, 1_000_000, 3_600_000);
    return DiskStore.open(folder(), StoreOptions.defaults(), new Disk(), never);
  }

  private static void putAndDelete(KVStore store, String key, AtomicBoolean done) {
    while (!done.get()) {
      store.put(key, "value");
      store.delete(key);
    }
  }

  private Path folder() {
    return scratch.resolve("store");
  }
}

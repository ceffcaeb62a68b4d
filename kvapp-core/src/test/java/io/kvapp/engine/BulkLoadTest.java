package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.Entry;
import io.kvapp.FolderCopy;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.StoreFixture;
import io.kvapp.TestClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a bulk load leaves on the disk, whenever the process ends. */
class BulkLoadTest {
  private static final int ENTRIES = 20_000;

  @TempDir Path scratch;

  private final TestClock clock = new TestClock();

  @Test
  void load_isThereAfterTheProcessWasKilledAndAfterACleanClose() throws Exception {
    Path killed = scratch.resolve("killed");
    try (KVStore store = open("store")) {
      store.put("gone", "value");
      store.delete("gone");
      assertThat(store.admin().load(entries(i -> i))).isEqualTo(ENTRIES);
      FolderCopy.copy(scratch.resolve("store"), killed);
      store.put("later", "value");
    }
    for (String folder : List.of("killed", "store")) {
      try (KVStore store = open(folder)) {
        assertThat(store.count(StoreFixture.utf8("key"))).isEqualTo(ENTRIES);
        assertThat(store.get("key 007777")).hasValue("value 7777");
        assertThat(store.admin().verify().faults()).isEmpty();
        assertThat(store.put("after", "value"))
            .isGreaterThan(store.entry(StoreFixture.utf8("key 007777")).orElseThrow().revision());
      }
    }
  }

  @Test
  void load_whoseProcessIsKilledInTheMiddle_leavesAnEmptyStore() throws Exception {
    for (boolean ascending : List.of(true, false)) {
      Path killed = scratch.resolve("killed " + ascending);
      try (KVStore store = open("store " + ascending)) {
        Iterator<Entry> entries =
            entries(
                i -> {
                  if (i == ENTRIES / 2) {
                    FolderCopy.copy(scratch.resolve("store " + ascending), killed);
                  }
                  return ascending ? i : i * 7_919 % ENTRIES;
                });
        assertThat(store.admin().load(entries)).isEqualTo(ENTRIES);
        assertThat(store.scan(Scan.all()).entries()).hasSize(1_000);
      }
      try (KVStore store = open(killed.getFileName().toString())) {
        assertThat(store.size()).isZero();
        assertThat(store.scan(Scan.all()).entries()).isEmpty();
        assertThat(store.admin().load(entries(i -> i))).isEqualTo(ENTRIES);
      }
      assertThat(files(killed, "snapshot-")).hasSize(1);
    }
  }

  @Test
  void load_thatFails_leavesNoFiles() throws Exception {
    try (KVStore store = open("store")) {
      Iterator<Entry> failing =
          entries(
              i -> {
                if (i == ENTRIES / 2) {
                  throw new IllegalStateException("no more");
                }
                return i * 7_919 % ENTRIES;
              });
      assertThatThrownBy(() -> store.admin().load(failing)).hasMessage("no more");
      assertThat(files(scratch.resolve("store"), "snapshot-")).isEmpty();
      store.put("key", "value");
      assertThat(store.size()).isEqualTo(1);
    }
  }

  @Test
  void close_besideALoad_endsIt() throws Exception {
    KVStore store = open("store");
    Thread closer = new Thread(store::close);
    Iterator<Entry> closing =
        entries(
            i -> {
              if (i == 1_000) {
                closer.start();
                while (!isClosed(store)) {
                  Thread.onSpinWait();
                }
              }
              return i;
            });
    assertThatThrownBy(() -> store.admin().load(closing))
        .isInstanceOf(KVException.WrongState.class);
    closer.join();
    try (KVStore again = open("store")) {
      assertThat(again.size()).isZero();
    }
  }

  private static boolean isClosed(KVStore store) {
    try {
      store.size();
      return false;
    } catch (KVException.WrongState closed) {
      return true;
    }
  }

  private Iterator<Entry> entries(IntFunction<Integer> number) {
    return IntStream.range(0, ENTRIES)
        .mapToObj(number)
        .map(i -> new Entry(bytes(String.format("key %06d", i)), bytes("value " + i), 0, 0))
        .iterator();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<Path> files(Path folder, String prefix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().startsWith(prefix)).toList();
    }
  }

  private KVStore open(String folder) {
    return KVStore.open(scratch.resolve(folder), StoreFixture.options(clock));
  }
}

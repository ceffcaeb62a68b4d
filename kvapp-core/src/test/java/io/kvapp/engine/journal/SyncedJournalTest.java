package io.kvapp.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.Durability;
import io.kvapp.FolderCopy;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.engine.DiskStore;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyncedJournalTest {
  private static final EngineOptions SMALL =
      new EngineOptions(64 << 10, 256 << 10, 64 << 20, 96 << 20, 3_600_000);
  private static final int THREADS = 4;
  private static final int WRITES = 150;

  @TempDir Path scratch;

  /** Small records are gathered and written by a call, large ones through the mapping. */
  @Test
  void put_ofSmallAndLargeValuesInTurns_isInTheFilesOnceAcknowledged() throws Exception {
    Path copy = scratch.resolve("copy");
    try (KVStore store = DiskStore.open(scratch.resolve("store"), options(), new Disk(), SMALL)) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int number = i;
        threads.add(new Thread(() -> write(store, number)));
      }
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
      FolderCopy.copy(scratch.resolve("store"), copy);
    }

    try (KVStore store = DiskStore.open(copy, options(), new Disk(), SMALL)) {
      assertThat(store.size()).isEqualTo(THREADS * WRITES);
      for (int thread = 0; thread < THREADS; thread++) {
        Random random = new Random(thread);
        for (int i = 0; i < WRITES; i++) {
          assertThat(store.get(key(thread, i))).hasValue(value(random));
        }
      }
    }
  }

  private static void write(KVStore store, int thread) {
    Random random = new Random(thread);
    for (int i = 0; i < WRITES; i++) {
      store.put(key(thread, i), value(random));
    }
  }

  private static byte[] key(int thread, int i) {
    return ("key " + thread + " " + i).getBytes(StandardCharsets.UTF_8);
  }

  /** As often far below the largest record that is gathered as around it and above. */
  private static byte[] value(Random random) {
    int gathered = 64 << 10;
    int[] sizes = {
      random.nextInt(300), gathered - 100 + random.nextInt(100), random.nextInt(3 * gathered)
    };
    byte[] value = new byte[sizes[random.nextInt(sizes.length)]];
    random.nextBytes(value);
    return value;
  }

  private static StoreOptions options() {
    return StoreOptions.defaults().withDurability(Durability.SYNC);
  }
}

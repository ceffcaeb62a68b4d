package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

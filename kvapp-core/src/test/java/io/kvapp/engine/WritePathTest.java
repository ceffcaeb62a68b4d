package io.kvapp.engine;

import static io.kvapp.StoreFixture.everything;
import static io.kvapp.StoreFixture.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.Durability;
import io.kvapp.Entry;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a write makes of its arguments, whatever happens beside it. */
@Timeout(60)
class WritePathTest {
  @TempDir Path scratch;

  @Test
  void put_whoseArraysChangeWhileItIsSynced_isOfTheBytesItWasGiven() {
    byte[] key = utf8("key");
    byte[] value = utf8("value");
    Disk disk =
        new Disk() {
          @Override
          public void force(MappedByteBuffer mapping, int from, int length) throws IOException {
            key[0]++;
            value[0]++;
            super.force(mapping, from, length);
          }
        };
    StoreOptions options = StoreOptions.defaults().withDurability(Durability.SYNC);
    try (KVStore store =
        DiskStore.open(scratch.resolve("store"), options, disk, EngineOptions.standard())) {
      for (int i = 0; i < 8; i++) {
        byte[] ownKey = key.clone();
        byte[] ownValue = value.clone();
        switch (i % 4) {
          case 0 -> store.put(key, value);
          case 1 -> store.put(key, value, Duration.ofDays(1));
          case 2 -> store.compareAndSet(key, 0, value);
          default -> store.compareAndSet(key, 0, value, Duration.ofDays(1));
        }

        assertThat(key).isNotEqualTo(ownKey);
        assertThat(store.get(ownKey)).hasValue(ownValue);
        assertAgreement(store);
      }
    }
  }

  @Test
  void get_whoseKeyChangesMeanwhile_findsNoDamage() throws Exception {
    Path folder = scratch.resolve("store");
    byte[] key = utf8("key 0");
    AtomicBoolean done = new AtomicBoolean();
    Thread changing =
        new Thread(
            () -> {
              while (!done.get()) {
                key[4] ^= 1;
              }
            });
    try (KVStore store = DiskStore.open(folder, StoreOptions.defaults())) {
      store.put("key 0", "value");
      store.put("key 1", "value");
      changing.start();
      for (int i = 0; i < 50_000; i++) {
        assertThat(store.get(key)).hasValue(utf8("value"));
      }
    } finally {
      done.set(true);
      changing.join();
    }
    try (KVStore store = DiskStore.open(folder, StoreOptions.defaults())) {
      assertThat(store.admin().recovery().rebuilt()).isFalse();
    }
  }

  private static void assertAgreement(KVStore store) {
    List<Entry> entries = everything(store);
    for (Entry entry : entries) {
      assertThat(store.entry(entry.key())).hasValue(entry);
    }
    assertThat(store.size()).isEqualTo(entries.size());
    assertThat(store.admin().verify().faults()).isEmpty();
  }
}

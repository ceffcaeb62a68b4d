package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.Durability;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.Threads;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@link KVStore#sync} waits for, and {@link KVStore#revision} when a sync fails. */
@Timeout(60)
class SyncTest {
  /** The ticks of an hour do nothing on their own. */
  private static final EngineOptions OPTIONS =
      new EngineOptions(64 << 10, 1 << 20, 64 << 20, 1_000_000, 3_600_000);

  @TempDir Path scratch;
  private final AtomicInteger forced = new AtomicInteger();
  private final AtomicBoolean failing = new AtomicBoolean();
  private final Disk disk =
      new Disk() {
        @Override
        public void force(MappedByteBuffer mapping, int from, int length) throws IOException {
          if (failing.get()) {
            throw new IOException("the disk is gone");
          }
          forced.incrementAndGet();
          super.force(mapping, from, length);
        }
      };

  @Test
  void sync_ofAStoreThatLeavesWritesToTheSystem_syncsTheJournal() {
    try (KVStore store = open(Durability.OS)) {
      store.put("key", "value");
      int before = forced.get();
      store.sync();
      assertThat(forced.get()).isGreaterThan(before);
      assertThat(store.admin().stats().syncs()).isEqualTo(1);
      store.sync();
      assertThat(store.admin().stats().syncs()).isEqualTo(1);
    }
  }

  @Test
  void sync_ofAStoreThatSyncsEachWrite_hasNothingToDo() {
    try (KVStore store = open(Durability.SYNC)) {
      store.put("key", "value");
      int before = forced.get();
      store.sync();
      assertThat(forced.get()).isEqualTo(before);
    }
  }

  @Test
  void syncThatFails_endsInAReadOnlyStore() {
    try (KVStore store = open(Durability.OS)) {
      store.put("key", "value");
      failing.set(true);
      assertThatThrownBy(store::sync)
          .isInstanceOf(KVException.ReadOnly.class)
          .hasMessageContaining("the disk is gone");
      assertThatThrownBy(store::sync).isInstanceOf(KVException.ReadOnly.class);
      assertThatThrownBy(() -> store.add("number", 1)).isInstanceOf(KVException.ReadOnly.class);
      assertThat(store.get("key")).hasValue("value");
      assertThatThrownBy(store::close).isInstanceOf(KVException.ReadOnly.class);
    }
  }

  @Test
  void sync_afterAWriteThatFailed_isRefusedToo() {
    for (Durability durability : Durability.values()) {
      failing.set(false);
      KVStore store =
          DiskStore.open(
              scratch.resolve(durability.name()),
              StoreOptions.defaults().withDurability(durability),
              disk,
              OPTIONS);
      store.put("key", "value");
      failing.set(true);
      assertThatThrownBy(
              () -> {
                store.put("lost", "value");
                store.sync();
              })
          .isInstanceOf(KVException.ReadOnly.class);
      assertThatThrownBy(store::sync)
          .isInstanceOf(KVException.ReadOnly.class)
          .hasMessageContaining("the disk is gone");
      assertThatThrownBy(store::close).isInstanceOf(KVException.ReadOnly.class);
    }
  }

  @Test
  void revision_whenAWriteIsNeverSeen_staysBelowIt() {
    try (KVStore store = open(Durability.SYNC)) {
      long last = store.put("key", "value");
      failing.set(true);
      assertThatThrownBy(() -> store.put("lost", "value")).isInstanceOf(KVException.ReadOnly.class);
      assertThatThrownBy(() -> store.put("lost", "value")).isInstanceOf(KVException.ReadOnly.class);

      assertThat(store.get("lost")).isEmpty();
      assertThat(store.revision()).isEqualTo(last);
      assertThatThrownBy(store::close).isInstanceOf(KVException.ReadOnly.class);
    }
  }

  @Test
  void sync_besideAClose_endsOneWayOrTheOther() {
    for (int i = 0; i < 20; i++) {
      KVStore store = open(Durability.OS);
      Callable<Integer> syncing =
          () -> {
            int writes = 0;
            try {
              while (true) {
                store.put("key " + writes++, "value");
                store.sync();
              }
            } catch (KVException.WrongState closed) {
              return writes;
            }
          };
      Callable<Integer> closing =
          () -> {
            while (store.size() < 5) {
              Thread.onSpinWait();
            }
            store.close();
            return 1;
          };
      assertThat(Threads.together(List.of(syncing, syncing, closing))).allMatch(n -> n > 0);
    }
  }

  private KVStore open(Durability durability) {
    StoreOptions options = StoreOptions.defaults().withDurability(durability);
    return DiskStore.open(scratch.resolve("store"), options, disk, OPTIONS);
  }
}

package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kvapp.Batch;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.RandomOperations;
import io.kvapp.StoreFixture;
import io.kvapp.StoreOptions;
import io.kvapp.TestClock;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
@Tag("once")
class RebuildTest {
  private static final EngineOptions TUNING =
      new EngineOptions(64 << 10, 1 << 20, 1 << 20, 200 << 10, 5);
  private static final int ENTRIES = 5_000;
  private static final int MADE = ENTRIES + 2;

  @TempDir Path scratch;

  private final TestClock clock = new TestClock();

  @Test
  void open_withoutAMap_answersFromTheOrderedKeysUntilItIsFilled() throws Exception {
    makeStoreWithoutMap();
    HoldingDisk disk = new HoldingDisk();
    try (KVStore store = open(disk)) {
      assertThat(store.admin().recovery().rebuilt()).isTrue();
      assertThat(store.admin().recovery().entries()).isEqualTo(MADE);
      assertThat(store.get("key 7")).hasValue("value 7");
      assertThat(store.get("key " + ENTRIES)).isEmpty();
      assertThat(store.get(StoreFixture.utf8("large")).orElseThrow()).hasSize(100_000);

      long revision = store.put("key 7", "changed");
      assertThat(store.size()).isEqualTo(MADE);
      assertThat(store.compareAndSet("key 7", revision, "again")).isPresent();
      assertThat(store.putIfAbsent("key 8", "other")).isEmpty();
      assertThat(store.delete("key 9")).isTrue();
      assertThat(store.delete("key 9")).isFalse();
      assertThat(store.get("key 9")).isEmpty();
      assertThat(store.putIfAbsent("key 9", "back")).isPresent();
      store.commit(
          new Batch()
              .delete(StoreFixture.utf8("key 10"))
              .delete(StoreFixture.utf8("never there"))
              .put(StoreFixture.utf8("new"), StoreFixture.utf8("value")));
      assertThat(store.size()).isEqualTo(MADE);
      clock.advance(Duration.ofHours(2));
      assertThat(store.get("ttl")).isEmpty();
      assertThat(store.size()).isEqualTo(MADE - 1);

      disk.goOn.countDown();
      assertThat(store.admin().verify().faults()).isEmpty();
      assertThat(store.size()).isEqualTo(MADE - 1);
      assertThat(store.get("key 7")).hasValue("again");
      assertThat(store.get("key 9")).hasValue("back");
      assertThat(store.get("key 10")).isEmpty();
      awaitGrowth(store);
    }
    try (KVStore store = open(new Disk())) {
      assertThat(store.admin().recovery().rebuilt()).isFalse();
      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }

  @Test
  void writersBesideTheFilling_loseNothing() throws Exception {
    makeStoreWithoutMap();
    HoldingDisk disk = new HoldingDisk();
    try (KVStore store = open(disk)) {
      List<Thread> writers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int writer = i;
        writers.add(new Thread(() -> changeEveryFourth(store, writer)));
      }
      writers.forEach(Thread::start);
      disk.goOn.countDown();
      for (Thread writer : writers) {
        writer.join();
      }

      assertThat(store.admin().verify().faults()).isEmpty();
      for (int i = 0; i < ENTRIES; i++) {
        assertThat(store.get("key " + i).orElse("none"))
            .isEqualTo(i % 3 == 0 ? "none" : "changed " + i);
      }
    }
  }

  private static void changeEveryFourth(KVStore store, int first) {
    for (int i = first; i < ENTRIES; i += 4) {
      if (i % 3 == 0) {
        store.delete("key " + i);
      } else {
        store.put("key " + i, "changed " + i);
      }
    }
  }

  @Test
  void close_beforeTheMapIsFilled_isCleanAndTheNextOpenFillsIt() throws Exception {
    makeStoreWithoutMap();
    HoldingDisk disk = new HoldingDisk();
    KVStore store = open(disk);
    store.put("key 0", "changed");
    Thread closing = new Thread(store::close);
    closing.start();
    while (closing.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    disk.goOn.countDown();
    closing.join();

    try (KVStore again = open(new Disk())) {
      assertThat(again.admin().recovery().clean()).isTrue();
      assertThat(again.size()).isEqualTo(MADE);
      assertThat(again.get("key 0")).hasValue("changed");
      assertThat(again.admin().verify().faults()).isEmpty();
    }
  }

  @Test
  void open_withoutAMapAndWithADamagedEntry_servesTheOthers() throws Exception {
    makeStoreWithoutMap();
    Path sstable = Disk.list(folder(), "snapshot-*").get(0);
    byte[] bytes = Files.readAllBytes(sstable);
    int at = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("value 4321");
    bytes[at]++;
    Files.write(sstable, bytes);

    for (int opened = 0; opened < 2; opened++) {
      try (KVStore store = open(new Disk())) {
        assertThat(store.get("key 4320")).hasValue("value 4320");
        assertThatThrownBy(() -> store.get("key 4321"))
            .isInstanceOf(KVException.Corrupt.class)
            .hasMessageContaining(sstable.toString());
        assertThat(store.admin().verify().faults()).hasSize(1);
        store.put("after " + opened, "value");
        assertThat(store.size()).isEqualTo(MADE + 1 + opened);
      }
    }
    try (KVStore store = open(new Disk())) {
      store.put("key 4321", "mended");
      assertThat(store.get("key 4321")).hasValue("mended");
    }
  }

  @Test
  void put_besideAnEntryWhoseKeyIsDamaged_isMadeAndTheStoreGoesOn() throws Exception {
    makeStoreWithoutMap();
    Path sstable = Disk.list(folder(), "snapshot-*").get(0);
    byte[] bytes = Files.readAllBytes(sstable);
    int at = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("key 4321");
    bytes[at + 7]++;
    Files.write(sstable, bytes);

    try (KVStore store = open(new Disk())) {
      store.put("key 4321", "mended");
      store.commit(
          new Batch()
              .delete(StoreFixture.utf8("key 4321"))
              .put(StoreFixture.utf8("key 4321"), StoreFixture.utf8("again")));

      assertThat(store.get("key 4321")).hasValue("again");
      assertThat(store.get("key 17")).hasValue("value 17");
    }
  }

  @Test
  void filling_ofAMapThatIsFarTooSmall_growsItOnTheWay() throws Exception {
    // Where sizes are sampled, every thirtieth value, there are only empty ones.
    int entries = 30_000;
    byte[] value = new byte[1_500];
    try (KVStore store = open(new Disk())) {
      for (int i = 0; i < entries; i++) {
        store.put(numbered(i), i % 30 == 0 ? new byte[0] : value);
      }
      store.admin().compact();
    }
    breakMap();
    try (KVStore store = open(new Disk())) {
      assertThat(store.admin().recovery().rebuilt()).isTrue();
      for (int i = 0; i < entries; i += 100) {
        assertThat(store.get(numbered(i))).isPresent();
      }
      assertThat(store.admin().verify().faults()).isEmpty();
      assertThat(store.size()).isEqualTo(entries);
      awaitGrowth(store);
    }
    try (KVStore store = open(new Disk())) {
      assertThat(store.admin().recovery().rebuilt()).isFalse();
      assertThat(store.size()).isEqualTo(entries);
    }
  }

  private static byte[] numbered(int i) {
    return StoreFixture.utf8("key %05d".formatted(i));
  }

  @Test
  void randomOperations_withTheMapGoneAtEachRestart_agreeWithASortedMap() throws Exception {
    Long chosen = Long.getLong("kvapp.seed");
    long seed = chosen == null ? new Random().nextLong() : chosen;
    System.out.println("operations beside rebuilds: -Dkvapp.seed=" + seed);
    try (RebuildingFixture fixture = new RebuildingFixture()) {
      new RandomOperations(fixture, seed).run(6_000);
    }
  }

  /** A store whose map is built anew after each restart, slowly. */
  private final class RebuildingFixture implements StoreFixture, AutoCloseable {
    private final StoreOptions options = StoreFixture.options(clock);
    private KVStore store = open(folder(), options);

    @Override
    public KVStore store() {
      return store;
    }

    @Override
    public TestClock clock() {
      return clock;
    }

    @Override
    public Path scratch() {
      return scratch;
    }

    @Override
    public KVStore open(Path other, StoreOptions otherOptions) {
      return DiskStore.open(other, otherOptions, new SlowDisk(), TUNING);
    }

    @Override
    public void restart() {
      store.close();
      try {
        breakMap();
      } catch (IOException failure) {
        throw new AssertionError(failure);
      }
      store = open(folder(), options);
      assertThat(store.admin().recovery().rebuilt()).isTrue();
    }

    @Override
    public void close() {
      store.close();
    }
  }

  /** A disk on which the map of before cannot be deleted, and the new one be filled, until told. */
  private static final class HoldingDisk extends Disk {
    private final CountDownLatch goOn = new CountDownLatch(1);

    @Override
    public void delete(Path file) throws IOException {
      if (isMap(file)) {
        await(goOn, 60_000);
      }
      super.delete(file);
    }
  }

  /** A disk on which deleting a map takes a while, as it does for large ones. */
  private static final class SlowDisk extends Disk {
    @Override
    public void delete(Path file) throws IOException {
      if (isMap(file)) {
        await(new CountDownLatch(1), 30);
      }
      super.delete(file);
    }
  }

  private static boolean isMap(Path file) {
    return file.getFileName().toString().endsWith(".map");
  }

  private static void await(CountDownLatch latch, long mostMillis) {
    try {
      latch.await(mostMillis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException nobodyDoesThat) {
      throw new AssertionError(nobodyDoesThat);
    }
  }

  private void makeStoreWithoutMap() throws IOException {
    try (KVStore store = open(new Disk())) {
      for (int i = 0; i < ENTRIES; i++) {
        store.put("key " + i, "value " + i);
      }
      store.put(StoreFixture.utf8("large"), new byte[100_000]);
      store.admin().compact();
      for (int i = 0; i < ENTRIES; i += 10) {
        store.put("key " + i, "value " + i);
      }
      store.put("ttl", "value", Duration.ofHours(1));
      store.put("gone", "value");
      store.delete("gone");
      store.delete("large");
      store.put(StoreFixture.utf8("large"), new byte[100_000]);
      store.delete("key 1");
      store.put("key 1", "value 1");
      store.delete("ttl");
      store.put("ttl", "value", Duration.ofHours(1));
    }
    breakMap();
  }

  /** A close in the middle of growth leaves no hash table that the next open could use. */
  private static void awaitGrowth(KVStore store) {
    store.admin().compact();
  }

  private void breakMap() throws IOException {
    for (Path map : Disk.list(folder(), "live-*.map")) {
      Files.write(map, new byte[] {1}, StandardOpenOption.APPEND);
    }
  }

  private KVStore open(Disk disk) {
    return DiskStore.open(folder(), StoreFixture.options(clock), disk, TUNING);
  }

  private Path folder() {
    return scratch.resolve("store");
  }
}

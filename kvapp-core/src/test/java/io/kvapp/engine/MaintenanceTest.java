package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVStore;
import io.kvapp.StoreFixture;
import io.kvapp.TestClock;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.tree.Manifest;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What goes on in the background beside calls, and beside a close. */
@Timeout(60)
class MaintenanceTest {
  private static final EngineOptions MANY_IN_MEMORY =
      new EngineOptions(4 << 20, 16 << 20, 256 << 20, 1_000_000, 5);
  private static final EngineOptions FEW_IN_MEMORY =
      new EngineOptions(64 << 10, 1 << 20, 1 << 20, 2_000, 5);

  /** Has an SSTable for every few thousand keys once nobody writes for half a second. */
  private static final EngineOptions QUICK_TO_MERGE =
      new EngineOptions(4 << 20, 16 << 20, 256 << 20, 200_000, 250);

  @TempDir Path scratch;

  private final TestClock clock = new TestClock();

  @Test
  void merge_whileDeletesAreInMemoryOnly_doesNotWriteTheSameSSTableAgain() throws Exception {
    try (KVStore store = open(new Disk(), MANY_IN_MEMORY)) {
      for (int i = 0; i < 12_000; i++) {
        store.put("key " + i, "value");
      }
    }
    try (KVStore store = open(new Disk(), MANY_IN_MEMORY)) {
      String before = sstableNames();
      for (int i = 0; i < 11_500; i++) {
        store.delete("key " + i);
      }
      long syncs = store.admin().stats().syncs();
      while (store.admin().stats().syncs() < syncs + 20) {
        store.put("key 0", "value");
        store.delete("key 0");
      }

      assertThat(sstableNames()).isEqualTo(before);
      assertThat(store.size()).isEqualTo(500);
    }
  }

  private String sstableNames() throws IOException {
    return Disk.list(folder(), "snapshot-*").toString();
  }

  @Test
  void checkpoint_besideABackup_isNotHeldUp() throws Exception {
    HeldCopy disk = new HeldCopy();
    try (KVStore store = open(disk, FEW_IN_MEMORY)) {
      store.put("before", "value");
      Thread backup = new Thread(() -> store.admin().backup(scratch.resolve("backup")));
      backup.start();
      disk.begun.await();
      Optional<Instant> last = store.admin().stats().lastFlush();
      int written = 0;
      while (store.admin().stats().lastFlush().equals(last)) {
        store.put("key " + written++, "value");
      }
      disk.goOn.countDown();
      backup.join();

      assertThat(store.admin().verify().faults()).isEmpty();
    }
    try (KVStore store = KVStore.open(scratch.resolve("backup"), StoreFixture.options(clock))) {
      assertThat(store.get("before")).hasValue("value");
      assertThat(store.size()).isEqualTo(1);
    }
  }

  /** A disk on which the copying for a backup waits until it is told to go on. */
  private static final class HeldCopy extends Disk {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @Override
    public void copy(FileChannel from, FileChannel to) throws IOException {
      begun.countDown();
      await(goOn);
      super.copy(from, to);
    }
  }

  @Test
  void close_whileTheMapGrows_givesThatUpAndLosesNothing() throws Exception {
    HeldGrowth disk = new HeldGrowth();
    KVStore store = open(disk, MANY_IN_MEMORY);
    int written = 0;
    while (disk.begun.getCount() > 0) {
      store.put("key " + written, "value " + written++);
    }
    Thread closing = new Thread(store::close);
    closing.start();
    while (closing.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    disk.goOn.countDown();
    closing.join();

    try (KVStore again = open(new Disk(), MANY_IN_MEMORY)) {
      assertThat(again.admin().recovery().clean()).isTrue();
      assertThat(again.size()).isEqualTo(written);
      assertThat(again.get("key 7")).hasValue("value 7");
      assertThat(again.admin().verify().faults()).isEmpty();
      assertThat(Disk.list(folder(), "live-*.map")).hasSize(1);
    }
  }

  @Test
  void close_whileSSTablesAreMerged_givesThatUpAndLosesNothing() throws Exception {
    HeldMerge disk = new HeldMerge();
    KVStore store = open(disk, QUICK_TO_MERGE);
    int written = write(store, disk);
    List<SSTable.Identity> unmerged = Manifest.read(folder()).orElseThrow().sstables();
    Thread closing = new Thread(store::close);
    closing.start();
    while (Thread.getAllStackTraces().values().stream()
        .flatMap(Arrays::stream)
        .noneMatch(
            frame ->
                frame.getClassName().equals(Maintenance.class.getName())
                    && frame.getMethodName().equals("stop"))) {
      Thread.onSpinWait();
    }
    disk.goOn.countDown();
    closing.join();

    assertThat(Manifest.read(folder()).orElseThrow().sstables()).containsAll(unmerged);
    try (KVStore again = open(new Disk(), MANY_IN_MEMORY)) {
      assertThat(again.admin().recovery().clean()).isTrue();
      assertThat(again.size()).isEqualTo(written);
      assertThat(again.admin().verify().faults()).isEmpty();
    }
  }

  @Test
  void merge_begunInIdleness_waitsWhileMuchIsWritten() throws Exception {
    HeldMerge disk = new HeldMerge();
    try (KVStore store = open(disk, QUICK_TO_MERGE)) {
      int written = write(store, disk);
      BusyWriter writer = new BusyWriter(store);
      disk.goOn.countDown();
      awaitWaiting(disk);
      assertThat(store.admin().stats().sstables()).isEqualTo(2);

      writer.end();

      while (store.admin().stats().sstables() > 1) {
        Thread.onSpinWait();
      }
      assertThat(store.size()).isEqualTo(written);
      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }

  @Test
  void compact_whileAMergeWaits_doesNotWaitForTheWriters() throws Exception {
    HeldMerge disk = new HeldMerge();
    try (KVStore store = open(disk, QUICK_TO_MERGE)) {
      int written = write(store, disk);
      BusyWriter writer = new BusyWriter(store);
      disk.goOn.countDown();
      awaitWaiting(disk);

      store.admin().compact();

      writer.end();
      assertThat(store.size()).isEqualTo(written);
      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }

  /** A thread that writes all the time; it has written much once it is made. */
  private static final class BusyWriter {
    private final AtomicBoolean ended = new AtomicBoolean();
    private final CountDownLatch busy = new CountDownLatch(1_000);
    private final Thread thread;

    BusyWriter(KVStore store) throws InterruptedException {
      byte[] kilobyte = new byte[1024];
      thread =
          new Thread(
              () -> {
                while (!ended.get()) {
                  store.put(StoreFixture.utf8("key 0"), kilobyte);
                  busy.countDown();
                }
              });
      thread.setDaemon(true);
      thread.start();
      busy.await();
    }

    void end() throws InterruptedException {
      ended.set(true);
      thread.join();
    }
  }

  /** Writes until two SSTables are about to be merged, since nobody writes; returns how many. */
  private static int write(KVStore store, HeldMerge disk) {
    int written = 0;
    for (int sstables = 1; sstables <= 2; sstables++) {
      for (int i = 0; i < 5_000; i++) {
        store.put("key " + written++, "value");
      }
      while (store.admin().stats().sstables() < sstables && disk.begun.getCount() > 0) {
        Thread.onSpinWait();
      }
    }
    await(disk.begun);
    return written;
  }

  private static void awaitWaiting(HeldMerge disk) throws InterruptedException {
    while (Arrays.stream(disk.merging.getStackTrace())
        .noneMatch(frame -> frame.getMethodName().equals("awaitUninterruptibly"))) {
      if (Thread.interrupted()) {
        throw new InterruptedException("the merge does not wait");
      }
    }
  }

  /** A disk on which a merge begins to write only when that is told. */
  private static final class HeldMerge extends Disk {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private volatile Thread merging;

    @Override
    public FileChannel create(Path file) throws IOException {
      if (Thread.currentThread().getName().equals("kvapp-merge")
          && file.getFileName().toString().startsWith("snapshot-")) {
        merging = Thread.currentThread();
        begun.countDown();
        await(goOn);
      }
      return super.create(file);
    }
  }

  /** A disk on which a larger map is made only when that is told. */
  private static final class HeldGrowth extends Disk {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @Override
    public void createWithZeros(Path file, byte[] head, long bytes, boolean hugePages)
        throws IOException {
      if (!file.endsWith("live-1.map")) {
        begun.countDown();
        await(goOn);
      }
      super.createWithZeros(file, head, bytes, hugePages);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException nobodyDoesThat) {
      throw new AssertionError(nobodyDoesThat);
    }
  }

  @Test
  @Timeout(60)
  void journal_ofBusierTimes_isGivenBackWhileLittleIsWritten() throws Exception {
    EngineOptions quick = new EngineOptions(4 << 20, 64 << 20, 256L << 20, 1_000_000, 5);
    byte[] kilobyte = new byte[1024];
    try (KVStore store = open(new Disk(), quick)) {
      int keys = 0;
      while (store.admin().stats().journalBytes() <= 24L << 20) {
        store.put(StoreFixture.utf8("key " + keys++), kilobyte);
      }
      int written = 0;
      while (store.admin().stats().journalBytes() > 12 << 20) {
        store.put("key", "value " + written++);
        Thread.sleep(1);
      }
      assertThat(store.size()).isEqualTo(keys + 1);
    }
  }

  @Test
  void backup_ofASnapshotOfExpiriesAlone_isAStoreThatCanBeWrittenTo() {
    Path backup = scratch.resolve("backup");
    try (KVStore store = open(new Disk(), MANY_IN_MEMORY)) {
      store.put("key", "value", Duration.ofHours(1));
      store.put("key", "for good");
      store.admin().backup(scratch.resolve("first"));
      clock.advance(Duration.ofHours(2));
      ((DiskStore) store).sweep();
      store.admin().backup(backup);
    }
    for (int opened = 0; opened < 3; opened++) {
      try (KVStore store = KVStore.open(backup, StoreFixture.options(clock))) {
        assertThat(store.get("key")).hasValue("for good");
        assertThat(store.size()).isEqualTo(1 + opened);
        store.put("more " + opened, "value", Duration.ofHours(1));
      }
    }
  }

  @Test
  void put_ofValuesLargerThanTheNextSegment_leavesNoSegmentBehind() throws Exception {
    try (KVStore store = open(new Disk(), FEW_IN_MEMORY)) {
      for (int i = 0; i < 20; i++) {
        store.put(StoreFixture.utf8("key"), new byte[2 << 20]);
      }
      store.admin().compact();
      store.put("small", "value");
      store.admin().compact();

      assertThat(Disk.list(folder(), "journal-*")).hasSizeLessThanOrEqualTo(4);
    }
  }

  @Test
  void mapEntry_damagedOnTheDisk_harmsNeitherSizeNorSweepNorGrowth() throws Exception {
    try (KVStore store = open(new Disk(), MANY_IN_MEMORY)) {
      store.put("forgotten", "damaged at once", Duration.ofHours(1));
      store.put("kept", "damaged as well");
      damageInMap("damaged at once");
      damageInMap("damaged as well");
      clock.advance(Duration.ofHours(2));

      assertThat(store.size()).isEqualTo(1);
      assertThat(store.get("kept")).hasValue("damaged as well");
      ((DiskStore) store).sweep();
      for (int i = 0; i < 40_000; i++) {
        store.put("key " + i, "value");
      }
      store.admin().compact();
      assertThat(store.get("kept")).hasValue("damaged as well");
      assertThat(store.get("forgotten")).isEmpty();
      assertThat(store.size()).isEqualTo(40_001);
    }
    try (KVStore store = open(new Disk(), MANY_IN_MEMORY)) {
      assertThat(store.admin().recovery().rebuilt()).isTrue();
      assertThat(store.admin().verify().faults()).isEmpty();
      assertThat(store.size()).isEqualTo(40_001);
    }
  }

  @Test
  void mapSegments_damagedWhileTheStoreIsClosed_areReplacedAndNothingIsWrong() throws Exception {
    try (KVStore store = open(new Disk(), MANY_IN_MEMORY)) {
      for (int i = 0; i < 2_000; i++) {
        store.put("key " + i, "value " + i);
      }
    }
    for (int i = 0; i < 2_000; i += 100) {
      damageInMap("value " + i);
    }
    try (KVStore store = open(new Disk(), MANY_IN_MEMORY)) {
      assertThat(store.admin().recovery().clean()).isTrue();
      for (int i = 0; i < 2_000; i += 4) {
        assertThat(store.delete("key " + i)).isTrue();
        store.put("key " + (i + 1), "changed");
        assertThat(store.putIfAbsent("key " + (i + 2), "other")).isEmpty();
        assertThat(store.get("key " + (i + 3))).hasValue("value " + (i + 3));
      }
      assertThat(store.size()).isEqualTo(1_500);
      while (!store.admin().verify().faults().isEmpty()) {
        Thread.onSpinWait();
      }
    }
    try (KVStore store = open(new Disk(), MANY_IN_MEMORY)) {
      assertThat(store.size()).isEqualTo(1_500);
      assertThat(store.get("key 0")).isEmpty();
      assertThat(store.get("key 1")).hasValue("changed");
      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }

  private void damageInMap(String value) throws IOException {
    Path map = Disk.list(folder(), "live-*.map").get(0);
    String bytes = new String(Files.readAllBytes(map), StandardCharsets.ISO_8859_1);
    try (RandomAccessFile file = new RandomAccessFile(map.toFile(), "rw")) {
      file.seek(bytes.indexOf(value));
      file.write('D');
    }
  }

  private KVStore open(Disk disk, EngineOptions tuning) {
    return DiskStore.open(folder(), StoreFixture.options(clock), disk, tuning);
  }

  private Path folder() {
    return scratch.resolve("store");
  }
}

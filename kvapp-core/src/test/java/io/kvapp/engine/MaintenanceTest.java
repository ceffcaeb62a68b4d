package io.kvapp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kvapp.KVStore;
import io.kvapp.StoreFixture;
import io.kvapp.TestClock;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.sstable.SSTable;
import io.kvapp.engine.tree.Manifest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Background work beside calls and beside a close. */
@Timeout(60)
@Tag("once")
class MaintenanceTest {
  private static final EngineOptions MANY_IN_MEMORY =
      new EngineOptions(4 << 20, 16 << 20, 4L << 30, 96 << 20, 5);

  private static final EngineOptions FEW_IN_MEMORY =
      new EngineOptions(64 << 10, 1 << 20, 1 << 20, 200 << 10, 5);

  /** Flushes a few thousand keys once nobody writes for half a second. */
  private static final EngineOptions QUICK_TO_COMPACT =
      new EngineOptions(4 << 20, 16 << 20, 256 << 20, 20 << 20, 250);

  @TempDir Path scratch;

  private final TestClock clock = new TestClock();

  @Test
  void compaction_whileDeletesAreInMemoryOnly_doesNotWriteTheSameSSTableAgain() throws Exception {
    try (KVStore store = open(new Disk(), MANY_IN_MEMORY)) {
      for (int i = 0; i < 12_000; i++) {
        store.put("key " + i, "value");
      }
    }
    try (KVStore store = open(new Disk(), MANY_IN_MEMORY)) {
      List<SSTable.Identity> before = sstables();
      for (int i = 0; i < 11_500; i++) {
        store.delete("key " + i);
      }
      long syncs = store.admin().stats().syncs();
      // Not so many that they are flushed, however slow the syncs are.
      for (int i = 0; i < 20_000 && store.admin().stats().syncs() < syncs + 20; i++) {
        store.put("key 0", "value");
        store.delete("key 0");
      }

      assertThat(sstables()).isEqualTo(before);
      assertThat(store.size()).isEqualTo(500);
    }
  }

  @Test
  void flush_besideABackup_isNotHeldUp() throws Exception {
    HeldBackup disk = new HeldBackup();
    try (KVStore store = open(disk, FEW_IN_MEMORY)) {
      store.put("before", "value");
      Thread backup = new Thread(() -> store.admin().backup(scratch.resolve("backup")));
      backup.start();
      disk.awaitHeld();
      Optional<Instant> last = store.admin().stats().lastFlush();
      int written = 0;
      while (store.admin().stats().lastFlush().equals(last)) {
        TestThreads.requireTime();
        store.put("key " + written++, "value");
      }
      disk.letGoOn();
      backup.join();

      assertThat(store.admin().verify().faults()).isEmpty();
    }
    try (KVStore store = KVStore.open(scratch.resolve("backup"), StoreFixture.options(clock))) {
      assertThat(store.get("before")).hasValue("value");
      assertThat(store.size()).isEqualTo(1);
    }
  }

  @Test
  void close_whileASmallTableGrows_waitsForTheLargerOne() throws Exception {
    HeldGrowth disk = new HeldGrowth();
    KVStore store = open(disk, MANY_IN_MEMORY);
    int written = 0;
    while (!disk.isHeld()) {
      store.put("key " + written, "value " + written++);
    }

    closeWhileHeld(store, disk);

    try (KVStore again = open(new Disk(), MANY_IN_MEMORY)) {
      assertThat(again.admin().recovery().rebuilt()).isFalse();
    }
    assertThatStoreIsWhole(written);
    assertThat(Disk.list(folder(), "live-*.map")).hasSize(1);
  }

  @Test
  void close_whileSSTablesAreCompacted_givesThatUpAndLosesNothing() throws Exception {
    HeldCompaction disk = new HeldCompaction();
    KVStore store = open(disk, QUICK_TO_COMPACT);
    int written = writeUntilHeld(store, disk);
    List<SSTable.Identity> before = sstables();

    closeWhileHeld(store, disk);

    assertThat(sstables()).containsAll(before);
    assertThatStoreIsWhole(written);
  }

  /** Closes a store and lets the work that is held go on once the close waits for it. */
  private static void closeWhileHeld(KVStore store, HeldDisk disk) throws InterruptedException {
    Thread closing = new Thread(store::close);
    closing.start();
    TestThreads.spinUntil(
        () ->
            Thread.getAllStackTraces().values().stream()
                .flatMap(Arrays::stream)
                .anyMatch(
                    frame ->
                        frame.getClassName().equals(WorkerThread.class.getName())
                            && frame.getMethodName().equals("stop")));
    disk.letGoOn();
    closing.join();
  }

  private void assertThatStoreIsWhole(int entries) {
    try (KVStore again = open(new Disk(), MANY_IN_MEMORY)) {
      assertThat(again.admin().recovery().clean()).isTrue();
      assertThat(again.size()).isEqualTo(entries);
      assertThat(again.get("key 7")).hasValue("value 7");
      assertThat(again.admin().verify().faults()).isEmpty();
    }
  }

  @Test
  void compaction_begunInIdleness_waitsWhileMuchIsWritten() throws Exception {
    HeldCompaction disk = new HeldCompaction();
    try (KVStore store = open(disk, QUICK_TO_COMPACT)) {
      int written = writeUntilHeld(store, disk);
      List<SSTable.Identity> before = sstables();
      BusyWriter writer = new BusyWriter(store);
      disk.letGoOn();
      awaitPause(disk);
      // Beside those that the writer's changes are flushed to.
      assertThat(sstables()).containsAll(before);

      writer.end();

      TestThreads.spinUntil(() -> Collections.disjoint(sstables(), before));
      assertThat(store.size()).isEqualTo(written);
      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }

  @Test
  void compact_whileACompactionWaits_doesNotWaitForTheWriters() throws Exception {
    HeldCompaction disk = new HeldCompaction();
    try (KVStore store = open(disk, QUICK_TO_COMPACT)) {
      int written = writeUntilHeld(store, disk);
      BusyWriter writer = new BusyWriter(store);
      disk.letGoOn();
      awaitPause(disk);

      store.admin().compact();

      writer.end();
      assertThat(store.size()).isEqualTo(written);
      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }

  /** A thread that writes all the time, and has written much once it is made. */
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

  /** Writes until two SSTables are about to be compacted in idleness; returns how many entries. */
  private static int writeUntilHeld(KVStore store, HeldDisk disk) {
    int written = 0;
    for (int i = 1; i <= 2; i++) {
      int sstables = i;
      for (int j = 0; j < 5_000; j++) {
        store.put("key " + written, "value " + written++);
      }
      TestThreads.spinUntil(() -> store.admin().stats().sstables() >= sstables || disk.isHeld());
    }
    disk.awaitHeld();
    return written;
  }

  /** Waits until the work that was held has gone on and then waits by itself. */
  private static void awaitPause(HeldDisk disk) {
    TestThreads.spinUntil(
        () ->
            Arrays.stream(disk.held.getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals("awaitUninterruptibly")));
  }

  /** A disk on which one kind of work waits, once it begins, until a test lets it go on. */
  private abstract static class HeldDisk extends Disk {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private volatile Thread held;

    void hold() {
      held = Thread.currentThread();
      begun.countDown();
      await(goOn);
    }

    boolean isHeld() {
      return begun.getCount() == 0;
    }

    void awaitHeld() {
      await(begun);
    }

    void letGoOn() {
      goOn.countDown();
    }

    private static void await(CountDownLatch latch) {
      try {
        latch.await();
      } catch (InterruptedException timeout) {
        throw new AssertionError(timeout);
      }
    }
  }

  private static final class HeldBackup extends HeldDisk {
    @Override
    public void copy(FileChannel from, FileChannel to, Path target) throws IOException {
      hold();
      super.copy(from, to, target);
    }
  }

  private static final class HeldCompaction extends HeldDisk {
    @Override
    public FileChannel create(Path file) throws IOException {
      if (Thread.currentThread().getName().equals("kvapp-compaction")
          && file.getFileName().toString().startsWith("snapshot-")) {
        hold();
      }
      return super.create(file);
    }
  }

  private static final class HeldGrowth extends HeldDisk {
    @Override
    public void createWithZeros(Path file, byte[] head, long bytes, boolean hugePages)
        throws IOException {
      if (!file.endsWith("live-1.map")) {
        hold();
      }
      super.createWithZeros(file, head, bytes, hugePages);
    }
  }

  @Test
  void backup_ofAnSSTableOfExpiriesAlone_isAStoreThatCanBeWrittenTo() {
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
  void mapParts_damagedWhileTheStoreIsClosed_areReplacedAndNothingIsWrong() throws Exception {
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
      TestThreads.spinUntil(() -> store.admin().verify().faults().isEmpty());
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

  @Test
  void lostPagesOfTheMap_areNoticedByASyncAndTheTreeAnswersUntilItIsFilledAnew() throws Exception {
    LossyDisk disk = new LossyDisk(true);
    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try (KVStore store = open(disk, MANY_IN_MEMORY)) {
      for (int i = 0; i < 1_000; i++) {
        store.put("key " + i, "value " + i);
      }
      loseMapPages(64 << 10);
      assertThat(found(store, 1_000)).isLessThan(1_000);

      clock.advanceMillis(HashTableSync.PACE_MILLIS);
      disk.awaitHeld();

      assertThat(found(store, 1_000)).isEqualTo(1_000);
      for (int i = 0; i < 1_000; i++) {
        assertThat(store.putIfAbsent("key " + i, "other")).isEmpty();
      }
      store.put("key 7", "changed");
      store.put("new", "value");
      assertThat(store.delete("key 8")).isTrue();
      assertThat(store.size()).isEqualTo(1_000);
      disk.letGoOn();
      store.admin().compact();
      assertThat(found(store, 1_000)).isEqualTo(998);
      assertThat(store.get("key 7")).hasValue("changed");
      assertThat(store.size()).isEqualTo(1_000);
      assertThat(store.admin().verify().faults()).isEmpty();
      assertThat(Disk.list(folder(), "live-*.map")).containsExactly(folder().resolve("live-2.map"));
    } finally {
      System.setErr(before);
    }
    assertThat(log.toString(StandardCharsets.UTF_8))
        .containsOnlyOnce("live-1.map is replaced by one filled anew")
        .containsOnlyOnce("WARN")
        .contains("the system could not write all of ");
    try (KVStore store = open(new Disk(), MANY_IN_MEMORY)) {
      assertThat(store.admin().recovery().rebuilt()).isFalse();
      assertThat(found(store, 1_000)).isEqualTo(998);
    }
  }

  @Test
  void lostPagesOfTheMap_areNoticedByAClose() throws Exception {
    try (KVStore store = open(new LossyDisk(false), MANY_IN_MEMORY)) {
      for (int i = 0; i < 1_000; i++) {
        store.put("key " + i, "value " + i);
      }
      loseMapPages(64 << 10);
    }
    try (KVStore store = open(new Disk(), MANY_IN_MEMORY)) {
      assertThat(store.admin().recovery().rebuilt()).isTrue();
      assertThat(found(store, 1_000)).isEqualTo(1_000);
      assertThat(store.size()).isEqualTo(1_000);
    }
  }

  @Test
  void lostPagesOfAMap_areNoticedWhileItIsCopiedToAnother() throws Exception {
    Path refilled = folder().resolve("live-3.map");
    assertThatNothingIsLost(disk -> 64 << 10, disk -> Files.exists(refilled));
  }

  @Test
  void lostPagesOfAMap_areNoticedAfterItIsCopiedToAnother() throws Exception {
    assertThatNothingIsLost(LossyDisk::pagesBehindHead, LossyDisk::hasFailed);
  }

  /** Loses pages of the first hash table and writes until its copy is given up. */
  private void assertThatNothingIsLost(ToLongFunction<LossyDisk> from, Predicate<LossyDisk> noticed)
      throws Exception {
    LossyDisk disk = new LossyDisk(false);
    int written = 0;
    try (KVStore store = open(disk, MANY_IN_MEMORY)) {
      for (int i = 0; i < 1_000; i++) {
        store.put("key " + written, "value " + written++);
      }
      loseMapPages(from.applyAsLong(disk));
      while (!noticed.test(disk)) {
        TestThreads.requireTime();
        store.put("key " + written, "value " + written++);
      }
      Path copy = folder().resolve("live-2.map");
      TestThreads.spinUntil(() -> !Files.exists(copy));
      store.admin().compact();

      assertThat(found(store, written)).isEqualTo(written);
      assertThat(store.size()).isEqualTo(written);
      assertThat(store.admin().verify().faults()).isEmpty();
    }
  }

  private static int found(KVStore store, int keys) {
    int found = 0;
    for (int i = 0; i < keys; i++) {
      if (store.get("key " + i).equals(Optional.of("value " + i))) {
        found++;
      }
    }
    return found;
  }

  /**
   * Has the map's file, from an offset on, read as it was made, as pages do that the system
   * dropped.
   */
  private void loseMapPages(long from) throws IOException {
    Path map = Disk.list(folder(), "live-*.map").get(0);
    try (RandomAccessFile file = new RandomAccessFile(map.toFile(), "rw")) {
      byte[] zeros = new byte[(int) (file.length() - from)];
      file.seek(from);
      file.write(zeros);
    }
  }

  /** A disk that reports once that it could not write the first hash table. */
  private static final class LossyDisk extends HeldDisk {
    private final boolean holds;
    private volatile boolean failed;
    private volatile long pagesBehindHead;

    LossyDisk(boolean holds) {
      this.holds = holds;
    }

    boolean hasFailed() {
      return failed;
    }

    /** Where the first page begins that was made empty. */
    long pagesBehindHead() {
      return pagesBehindHead;
    }

    @Override
    public void force(FileChannel channel, Path file) throws IOException {
      if (!failed && file.endsWith("live-1.map")) {
        failed = true;
        throw new IOException("Input/output error");
      }
      super.force(channel, file);
    }

    @Override
    public void createWithZeros(Path file, byte[] head, long bytes, boolean hugePages)
        throws IOException {
      if (file.endsWith("live-1.map")) {
        pagesBehindHead = (head.length + 4095) & -4096;
      } else if (holds) {
        hold();
      }
      super.createWithZeros(file, head, bytes, hugePages);
    }
  }

  /** The SSTables that the manifest names, newest first. */
  private List<SSTable.Identity> sstables() throws IOException {
    return Manifest.read(folder()).orElseThrow().sstables();
  }

  private KVStore open(Disk disk, EngineOptions options) {
    return DiskStore.open(folder(), StoreFixture.options(clock), disk, options);
  }

  private Path folder() {
    return scratch.resolve("store");
  }
}

package io.kvapp.engine.crash;

import io.kvapp.Batch;
import io.kvapp.BatchResult;
import io.kvapp.Durability;
import io.kvapp.Entry;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.StoreOptions;
import io.kvapp.VerifyReport;
import io.kvapp.engine.DiskStore;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.file.DyingDisk;
import io.kvapp.engine.file.WorkerThread;
import io.kvapp.engine.model.EngineOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The process that dies: opens a store, writes with four threads and reports every step in an
 * {@link AckLog}. Waits for a line with its orders first, so that it can be started in advance.
 */
public final class CrashChild {
  /** The status of a process that found something wrong. */
  static final int WRONG = 3;

  /** The status of a process that ended itself without warning. */
  public static final int DIED = 137;

  /** Thresholds at which everything happens all the time. */
  static final EngineOptions TUNING =
      new EngineOptions(64 << 10, 256 << 10, 1 << 20, 200 << 10, 25);

  /**
   * What a child is to do.
   *
   * @param closeAfterMillis when it closes the store, counted from opening; -1 for never
   * @param lastDiskCall the change of a file at which it ends itself, of those made inside of its
   *     aim; -1 for none
   * @param diskFails whether the disk goes away beneath it, so that a refused write is no fault
   * @param aim inside of what it is to die
   * @param backups where its backups go
   */
  record Orders(
      Path folder,
      Path log,
      long seed,
      int cycle,
      Durability durability,
      long clockMillis,
      long closeAfterMillis,
      long lastDiskCall,
      boolean diskFails,
      Workload workload,
      CrashAim aim,
      Path backups) {
    String line() {
      return String.join(
          "|",
          folder.toString(),
          log.toString(),
          Long.toString(seed),
          Integer.toString(cycle),
          durability.name(),
          Long.toString(clockMillis),
          Long.toString(closeAfterMillis),
          Long.toString(lastDiskCall),
          Boolean.toString(diskFails),
          workload.name(),
          aim.name(),
          backups.toString());
    }

    static Orders parse(String line) {
      String[] words = line.split("\\|");
      return new Orders(
          Path.of(words[0]),
          Path.of(words[1]),
          Long.parseLong(words[2]),
          Integer.parseInt(words[3]),
          Durability.valueOf(words[4]),
          Long.parseLong(words[5]),
          Long.parseLong(words[6]),
          Long.parseLong(words[7]),
          Boolean.parseBoolean(words[8]),
          Workload.valueOf(words[9]),
          CrashAim.valueOf(words[10]),
          Path.of(words[11]));
    }

    StoreOptions options() {
      return options(durability, clockMillis);
    }

    CrashStep step(int writer, int number) {
      return new CrashStep(workload, seed, cycle, writer, number);
    }

    static StoreOptions options(Durability durability, long clockMillis) {
      return StoreOptions.defaults()
          .withDurability(durability)
          .withClock(InstantSource.fixed(Instant.ofEpochMilli(clockMillis)));
    }
  }

  private final Orders orders;
  private final AckLog log;
  private final KVStore store;

  private CrashChild(Orders orders) throws IOException {
    this.orders = orders;
    this.log = new AckLog(orders.log());
    log.state(AckLog.OPENING);
    this.store = DiskStore.open(orders.folder(), orders.options(), disk(), tuning());
    log.state(AckLog.WRITING);
  }

  private Disk disk() {
    CrashAim aim = orders.aim();
    return orders.lastDiskCall() < 0
        ? new Disk()
        : new DyingDisk(
            orders.lastDiskCall(), () -> aim == CrashAim.ANYTHING || aim.isCallerInside());
  }

  private EngineOptions tuning() {
    if (orders.workload() == Workload.LONG_KEYS) {
      EngineOptions heap = EngineOptions.standard();
      return new EngineOptions(
          64 << 10, heap.maxSegmentBytes(), heap.journalBytes(), heap.memtableBytes(), 25);
    }
    return TUNING;
  }

  public static void main(String[] arguments) throws Exception {
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    String line = orders.readLine();
    if (line == null) {
      return;
    }
    WorkerThread.thread("parent", () -> endWith(orders)).start();
    try {
      new CrashChild(Orders.parse(line)).run();
    } catch (Throwable failure) {
      end(failure);
    }
  }

  /** Ends with the parent, which never closes its end as long as it lives. */
  private static void endWith(BufferedReader parent) {
    try {
      while (parent.readLine() != null) {
        Thread.onSpinWait();
      }
    } catch (IOException gone) {
      // The same as the end of the input.
    }
    Runtime.getRuntime().halt(DIED);
  }

  private static void end(Throwable failure) {
    failure.printStackTrace();
    Runtime.getRuntime().halt(WRONG);
  }

  private void run() throws InterruptedException {
    if (orders.aim() != CrashAim.ANYTHING) {
      WorkerThread.thread("aim", this::watchAim).start();
    }
    if (orders.aim() == CrashAim.LOAD) {
      load();
      new CountDownLatch(1).await();
    }
    for (int writer = 0; writer < CrashStep.WRITERS; writer++) {
      int number = writer;
      WorkerThread.thread("writer-" + writer, () -> guarded(() -> write(number))).start();
    }
    Runnable upkeep = orders.aim() == CrashAim.BACKUP ? this::backUp : this::lookAfter;
    WorkerThread.thread("upkeep", () -> guarded(upkeep)).start();
    WorkerThread.thread("syncs", () -> guarded(this::watchSyncs)).start();
    if (orders.closeAfterMillis() < 0) {
      new CountDownLatch(1).await();
    }
    new CountDownLatch(1).await(orders.closeAfterMillis(), TimeUnit.MILLISECONDS);
    log.state(AckLog.CLOSING);
    store.close();
    log.state(AckLog.CLOSED);
    Runtime.getRuntime().halt(0);
  }

  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (KVException.WrongState closed) {
      if (log.state() < AckLog.CLOSING) {
        end(closed);
      }
    } catch (Throwable failure) {
      if (!orders.diskFails()) {
        end(failure);
      }
    }
  }

  private void write(int writer) {
    for (int number = 1; number <= AckLog.MAX_STEPS; number++) {
      CrashStep step = orders.step(writer, number);
      log.begin(writer, number);
      long said = perform(step);
      log.acknowledge(writer, number, said);
    }
  }

  /** Tells the parent when this process is inside of its aim. */
  private void watchAim() {
    while (!orders.aim().isAnyInside()) {
      LockSupport.parkNanos(100_000);
    }
    log.inside(AckLog.INSIDE);
    while (orders.aim().isAnyInside()) {
      LockSupport.parkNanos(100_000);
    }
    log.inside(AckLog.BEHIND);
  }

  /** Loads entries into the store, which is empty, as one step of the first writer. */
  private void load() {
    log.begin(0, 1);
    long loaded = store.admin().load(LoadCycles.entries(orders.seed(), orders.cycle()).iterator());
    log.acknowledge(0, 1, loaded);
  }

  /** Backs up again and again; the folder of the last backup that ended is kept. */
  private void backUp() {
    for (int number = 1; ; number++) {
      for (int writer = 0; writer < CrashStep.WRITERS; writer++) {
        log.beforeBackup(number, writer, log.acknowledged(writer));
      }
      store.admin().backup(orders.backups().resolve("backup-" + number));
      log.backedUp(number);
      delete(orders.backups().resolve("backup-" + (number - 1)));
      LockSupport.parkNanos(20_000_000);
    }
  }

  private static void delete(Path folder) {
    try {
      CrashCycles.deleteAll(folder);
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  /** Notes what two background syncs must have covered, one of which began after it. */
  private void watchSyncs() {
    int[] acknowledged = new int[CrashStep.WRITERS];
    while (true) {
      Arrays.setAll(acknowledged, log::acknowledged);
      long covered = store.admin().stats().syncs() + 2;
      while (store.admin().stats().syncs() < covered) {
        LockSupport.parkNanos(1_000_000);
      }
      for (int writer = 0; writer < CrashStep.WRITERS; writer++) {
        log.synced(writer, acknowledged[writer]);
      }
    }
  }

  /** Compacts and verifies now and then. */
  private void lookAfter() {
    SplittableRandom random = new SplittableRandom(orders.seed() * 31 + orders.cycle());
    CountDownLatch never = new CountDownLatch(1);
    while (true) {
      try {
        never.await(10 + random.nextInt(150), TimeUnit.MILLISECONDS);
      } catch (InterruptedException unexpected) {
        return;
      }
      if (random.nextInt(3) > 0) {
        store.admin().compact();
      } else {
        VerifyReport report = store.admin().verify();
        require(report.ok(), "verify: " + report.faults());
      }
    }
  }

  private long perform(CrashStep step) {
    CrashStep.Change change = step.changes.get(0);
    byte[] key = change.keyBytes();
    byte[] value = change.stamp() == null ? null : change.stamp().value();
    switch (step.kind) {
      case PUT:
        return store.put(key, value);
      case PUT_TTL:
        return store.put(key, value, Duration.ofMillis(change.ttlMillis()));
      case PUT_IF_ABSENT:
        return store.putIfAbsent(key, value).orElse(AckLog.NO_EFFECT);
      case SET:
        return store.compareAndSet(key, revisionOf(key), value).orElseThrow();
      case SET_WRONG:
        require(store.compareAndSet(key, Long.MAX_VALUE, value).isEmpty(), "a wrong revision");
        return AckLog.NO_EFFECT;
      case DELETE:
        return store.delete(key) ? AckLog.UNKNOWN : AckLog.NO_EFFECT;
      case DELETE_BY_REVISION:
        return deleteByRevision(key);
      default:
        return commit(step);
    }
  }

  private long deleteByRevision(byte[] key) {
    long revision = revisionOf(key);
    boolean deleted = store.compareAndDelete(key, revision);
    require(deleted == revision > 0, "compareAndDelete of revision " + revision);
    return deleted ? AckLog.UNKNOWN : AckLog.NO_EFFECT;
  }

  private long commit(CrashStep step) {
    byte[] first = step.changes.get(0).keyBytes();
    boolean wrong = step.kind == CrashStep.Kind.BATCH_WRONG;
    Batch batch = new Batch().ifRevision(first, wrong ? Long.MAX_VALUE : revisionOf(first));
    for (CrashStep.Change change : step.changes) {
      if (change.stamp() == null) {
        batch.delete(change.keyBytes());
      } else if (change.ttlMillis() == 0) {
        batch.put(change.keyBytes(), change.stamp().value());
      } else {
        batch.put(change.keyBytes(), change.stamp().value(), Duration.ofMillis(change.ttlMillis()));
      }
    }
    BatchResult result = store.commit(batch);
    require(result.applied() != wrong, "a batch said " + result);
    return result.revision();
  }

  private long revisionOf(byte[] key) {
    return store.entry(key).map(Entry::revision).orElse(0L);
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException(what);
    }
  }
}

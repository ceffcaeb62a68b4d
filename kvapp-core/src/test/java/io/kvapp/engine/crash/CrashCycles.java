package io.kvapp.engine.crash;

import io.kvapp.Durability;
import io.kvapp.FolderCopy;
import io.kvapp.KVException;
import io.kvapp.KVStore;
import io.kvapp.engine.DiskStore;
import io.kvapp.engine.file.Disk;
import io.kvapp.engine.model.EngineOptions;
import io.kvapp.engine.tree.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Kills a process that writes to a store, again and again, and compares what is there afterwards
 * with what it had acknowledged.
 *
 * <p>What is checked each time is a copy: the store itself is left as death left it, and the next
 * process has to recover it.
 *
 * <p>For one thread.
 */
final class CrashCycles {
  static final long FIRST_CLOCK = 1_700_000_000_000L;
  static final long CLOCK_STEP = 10_000;
  private static final int PATIENCE_MILLIS = 5_000;
  private static final int PATIENCE_FOR_A_HEAP_MILLIS = 20_000;

  /** The writes that fill a small heap twice. */
  private static final int WRITES_OF_A_HEAP = 60_000;

  private static final int WRITES_TO_SWEEP = 15_000;

  private static final EngineOptions QUIET =
      new EngineOptions(64 << 10, 256 << 10, 1 << 20, 200 << 10, 3_600_000);

  /** How a process ends. */
  private enum Death {
    WHILE_OPENING,
    WHILE_WRITING,
    WHILE_GROWING,
    WHILE_CLOSING,
    AT_A_DISK_CALL,
    INSIDE_OF_ITS_AIM
  }

  /**
   * What the processes do and how they die.
   *
   * @param heap the heap of a process, as the JVM takes it
   * @param cyclesOfAStore after how many deaths a new store is begun
   */
  record Plan(Workload workload, String heap, CrashAim aim, int cyclesOfAStore) {
    static final Plan ANY_MOMENT = new Plan(Workload.MIXED, "192m", CrashAim.ANYTHING, 5);
    static final Plan SMALL_HEAP = new Plan(Workload.LONG_KEYS, "64m", CrashAim.ANYTHING, 3);

    static Plan inside(CrashAim aim) {
      return switch (aim) {
        case GROWTH -> new Plan(Workload.MIXED, "192m", aim, 1);
        case SWEEP -> new Plan(Workload.EXPIRING, "192m", aim, 5);
        default -> new Plan(Workload.MIXED, "192m", aim, 5);
      };
    }
  }

  private final Path scratch;
  private final Plan plan;
  private final long seed;
  private final SplittableRandom random;
  private final Map<String, Integer> tally = new TreeMap<>();
  private CrashProcess next;
  private CrashModel model;
  private int store;
  private long acknowledged;
  private long revisions;
  private long hits;
  private int done;

  CrashCycles(Path scratch, long seed) {
    this(scratch, seed, Plan.ANY_MOMENT);
  }

  CrashCycles(Path scratch, long seed, Plan plan) {
    this.scratch = scratch;
    this.plan = plan;
    this.seed = seed;
    this.random = new SplittableRandom(seed);
  }

  /** How often what was going on when the process died. */
  Map<String, Integer> tally() {
    return tally;
  }

  long acknowledged() {
    return acknowledged;
  }

  /** How many acknowledged revisions were compared with all those before. */
  long revisions() {
    return revisions;
  }

  /** How many cycles have gone well. */
  int done() {
    return done;
  }

  /** How many of the deaths were where they were to be. */
  long hits() {
    return hits;
  }

  /**
   * Runs cycles.
   *
   * @throws AssertionError at the first that leaves a store in which anything is wrong
   */
  void run(int cycles) throws IOException, InterruptedException {
    next = new CrashProcess(scratch.resolve("errors-0"), plan.heap);
    try {
      for (int cycle = 0; cycle < cycles; cycle++) {
        run(cycle, cycle + 1 < cycles);
        done++;
      }
    } finally {
      next.close();
    }
  }

  private void run(int cycle, boolean more) throws IOException, InterruptedException {
    if (cycle % plan.cyclesOfAStore == 0) {
      deleteAll(folder());
      store++;
      model = new CrashModel(plan.workload, seed);
    }
    Death death = death(cycle);
    CrashChild.Orders orders = orders(cycle, death);
    AckLog log = new AckLog(orders.log());
    CrashProcess child = next;
    try {
      child.send(orders);
      if (more) {
        next = new CrashProcess(scratch.resolve("errors-" + (cycle + 1)), plan.heap);
      }
      await(child, log, death, orders);
      child.kill();
      if (child.foundSomethingWrong()) {
        throw new AssertionError(child.errors());
      }
      countHit(log, child);
      check(log, orders);
    } catch (AssertionError | RuntimeException failure) {
      throw new AssertionError(
          "seed %d, cycle %d, %s, state %d, folder %s: %s"
              .formatted(seed, cycle, death, log.state(), folder(), failure),
          failure);
    } finally {
      child.close();
      log.close();
      Files.delete(orders.log());
    }
  }

  private void countHit(AckLog log, CrashProcess child) {
    if (plan.aim == CrashAim.ANYTHING) {
      hits++;
    } else if (child.endedItself()) {
      hits++;
      add("ended itself inside");
    } else if (log.inside() == AckLog.INSIDE) {
      hits++;
      add("killed inside");
    } else {
      add(log.inside() == AckLog.BEHIND ? "killed just behind" : "killed before");
    }
  }

  private Death death(int cycle) {
    if (plan.aim != CrashAim.ANYTHING) {
      // The first process of some stores gathers what a sweep is for.
      boolean early = plan.aim == CrashAim.SWEEP && cycle % plan.cyclesOfAStore == 0;
      return early ? Death.WHILE_WRITING : Death.INSIDE_OF_ITS_AIM;
    }
    Death[] all = {
      Death.WHILE_GROWING,
      Death.WHILE_WRITING,
      Death.AT_A_DISK_CALL,
      Death.WHILE_CLOSING,
      Death.WHILE_WRITING,
      Death.AT_A_DISK_CALL,
      Death.WHILE_OPENING
    };
    return cycle % plan.cyclesOfAStore == 0
        ? all[cycle / plan.cyclesOfAStore % 3]
        : all[random.nextInt(all.length)];
  }

  private CrashChild.Orders orders(int cycle, Death death) throws IOException {
    return new CrashChild.Orders(
        folder(),
        scratch.resolve("acks-" + cycle),
        seed,
        cycle,
        death != Death.WHILE_GROWING && random.nextInt(3) == 0 ? Durability.SYNC : Durability.OS,
        clock(cycle),
        death == Death.WHILE_CLOSING ? random.nextInt(300) : -1,
        lastDiskCall(death),
        false,
        plan.workload,
        plan.aim,
        Files.createDirectories(scratch.resolve("backups")));
  }

  private long lastDiskCall(Death death) {
    if (death == Death.AT_A_DISK_CALL) {
      return 1 + (long) Math.pow(10, random.nextDouble() * 3);
    }
    // A sweep changes no file but the journal, through its mapping.
    if (death != Death.INSIDE_OF_ITS_AIM || plan.aim == CrashAim.SWEEP || random.nextBoolean()) {
      return -1;
    }
    return plan.aim == CrashAim.GROWTH
        ? 1 + random.nextInt(2)
        : 1 + (long) Math.pow(10, random.nextDouble() * 1.7);
  }

  static long clock(int cycle) {
    return FIRST_CLOCK + cycle * CLOCK_STEP;
  }

  private void await(CrashProcess child, AckLog log, Death death, CrashChild.Orders orders)
      throws IOException, InterruptedException {
    switch (death) {
      case WHILE_OPENING:
        child.waitForState(log, AckLog.OPENING);
        child.waitFor(random.nextInt(250));
        break;
      case WHILE_WRITING:
        child.waitForState(log, AckLog.WRITING);
        switch (plan.workload) {
          case LONG_KEYS -> waitForWrites(child, log, random.nextInt(WRITES_OF_A_HEAP));
          case EXPIRING -> waitForWrites(child, log, random.nextInt(WRITES_TO_SWEEP));
          default -> child.waitFor(20 + random.nextInt(400));
        }
        break;
      case WHILE_GROWING:
        child.waitForState(log, AckLog.WRITING);
        for (int i = 0; i < 3_000 && maps() < 2; i++) {
          child.waitFor(1);
        }
        child.waitFor(random.nextInt(20));
        break;
      case WHILE_CLOSING:
        child.waitForState(log, AckLog.CLOSING);
        child.waitFor(random.nextInt(120));
        break;
      case INSIDE_OF_ITS_AIM:
        child.waitForState(log, AckLog.OPENING);
        if (orders.lastDiskCall() > 0) {
          child.waitFor(PATIENCE_MILLIS);
        } else {
          child.waitUntilInside(log, PATIENCE_MILLIS);
          LockSupport.parkNanos(random.nextInt(2_000_000));
        }
        break;
      default:
        child.waitFor(3_000);
    }
  }

  private static void waitForWrites(CrashProcess child, AckLog log, int count)
      throws InterruptedException {
    long end = System.nanoTime() + PATIENCE_FOR_A_HEAP_MILLIS * 1_000_000L;
    long written = 0;
    while (written < count && System.nanoTime() < end && !child.waitFor(1)) {
      written = 0;
      for (int writer = 0; writer < CrashStep.WRITERS; writer++) {
        written += log.acknowledged(writer);
      }
    }
  }

  private void check(AckLog log, CrashChild.Orders orders) throws IOException {
    count(log, orders);
    CrashModel before = model.copy();
    Path copy = scratch.resolve("copy");
    FolderCopy.copy(folder(), copy);
    try (KVStore opened =
        DiskStore.open(
            copy,
            CrashChild.Orders.options(Durability.OS, orders.clockMillis()),
            new Disk(),
            QUIET)) {
      CrashModel.Outcome outcome =
          model.check(opened, log, orders.cycle(), orders.clockMillis(), false);
      acknowledged += outcome.acknowledged();
      revisions += outcome.revisions();
    }
    deleteAll(copy);
    checkBackups(before, log, orders);
  }

  /** The last backup that ended is whole, and one that did not is that or refused by name. */
  private void checkBackups(CrashModel before, AckLog log, CrashChild.Orders orders)
      throws IOException {
    int ended = log.backups();
    if (ended > 0) {
      require(checkBackup(before.copy(), log, orders, ended), "the backup that ended is gone");
      add("ended backups checked");
    }
    try {
      if (checkBackup(before, log, orders, ended + 1)) {
        add("backups whole before they ended");
      }
    } catch (KVException.Corrupt unfinished) {
      add("unfinished backups refused");
    }
    deleteAll(orders.backups());
  }

  /** Whether there is anything of that backup. */
  private boolean checkBackup(CrashModel at, AckLog log, CrashChild.Orders orders, int number)
      throws IOException {
    Path folder = orders.backups().resolve("backup-" + number);
    if (!Files.exists(folder) || Disk.list(folder, "*").isEmpty()) {
      return false;
    }
    long last = Manifest.read(folder).map(Manifest::revision).orElse(0L);
    try (KVStore backup =
        DiskStore.open(
            folder,
            CrashChild.Orders.options(Durability.OS, orders.clockMillis()),
            new Disk(),
            QUIET)) {
      at.checkBackup(
          backup,
          log,
          orders.cycle(),
          orders.clockMillis(),
          last,
          writer -> log.beforeBackup(number, writer));
    }
    return true;
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  /** Tells from what is left what the process was doing. */
  private void count(AckLog log, CrashChild.Orders orders) throws IOException {
    String[] states = {"starting", "opening", "writing", "closing", "closed"};
    add("killed while " + states[log.state()]);
    if (maps() > 1) {
      add("a map growing");
    }
    if (hasUnnamedSSTable()) {
      add("a flush or compaction under way");
    }
    for (int writer = 0; writer < CrashStep.WRITERS; writer++) {
      if (log.begun(writer) > log.acknowledged(writer)) {
        CrashStep step = orders.step(writer, log.begun(writer));
        add(step.kind == CrashStep.Kind.BATCH ? "batches under way" : "single writes under way");
      }
    }
    add("cycles in " + orders.durability() + " mode");
  }

  private void add(String what) {
    tally.merge(what, 1, Integer::sum);
  }

  private int maps() throws IOException {
    return Files.isDirectory(folder()) ? Disk.list(folder(), "live-*.map").size() : 0;
  }

  private boolean hasUnnamedSSTable() throws IOException {
    if (!Files.exists(folder().resolve(Manifest.NAME))) {
      return false;
    }
    String manifest = Files.readString(folder().resolve(Manifest.NAME));
    return Disk.list(folder(), "snapshot-*").stream()
        .anyMatch(file -> !manifest.contains(file.getFileName().toString()));
  }

  private Path folder() {
    return scratch.resolve("store-" + store);
  }

  /** Deletes a folder with all that is in it, if it is there. */
  static void deleteAll(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> found = Files.walk(folder)) {
      deepestFirst = found.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : deepestFirst) {
      Files.delete(file);
    }
  }
}

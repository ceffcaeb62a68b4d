package io.kvapp.engine.crash;

import io.kvapp.Durability;
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
public final class CrashCycles {
  static final long FIRST_CLOCK = 1_700_000_000_000L;
  static final long CLOCK_STEP = 10_000;
  private static final int CYCLES_OF_A_STORE = 5;
  private static final EngineOptions QUIET =
      new EngineOptions(64 << 10, 256 << 10, 1 << 20, 200 << 10, 3_600_000);

  /** How a process ends. */
  private enum Death {
    WHILE_OPENING,
    WHILE_WRITING,
    WHILE_GROWING,
    WHILE_CLOSING,
    AT_A_DISK_CALL
  }

  private final Path scratch;
  private final long seed;
  private final SplittableRandom random;
  private final Map<String, Integer> tally = new TreeMap<>();
  private CrashProcess next;
  private CrashModel model;
  private int store;
  private long acknowledged;

  CrashCycles(Path scratch, long seed) {
    this.scratch = scratch;
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

  /**
   * Runs cycles.
   *
   * @throws AssertionError at the first that leaves a store in which anything is wrong
   */
  void run(int cycles) throws IOException, InterruptedException {
    next = new CrashProcess(scratch.resolve("errors-0"));
    try {
      for (int cycle = 0; cycle < cycles; cycle++) {
        run(cycle, cycle + 1 < cycles);
      }
    } finally {
      next.close();
    }
  }

  private void run(int cycle, boolean more) throws IOException, InterruptedException {
    if (cycle % CYCLES_OF_A_STORE == 0) {
      deleteAll(folder());
      store++;
      model = new CrashModel(seed);
    }
    Death death = death(cycle);
    CrashChild.Orders orders = orders(cycle, death);
    AckLog log = new AckLog(orders.log());
    CrashProcess child = next;
    try {
      child.send(orders);
      if (more) {
        next = new CrashProcess(scratch.resolve("errors-" + (cycle + 1)));
      }
      await(child, log, death);
      child.kill();
      if (child.foundSomethingWrong()) {
        throw new AssertionError(child.errors());
      }
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

  private Death death(int cycle) {
    Death[] all = {
      Death.WHILE_GROWING,
      Death.WHILE_WRITING,
      Death.AT_A_DISK_CALL,
      Death.WHILE_CLOSING,
      Death.WHILE_WRITING,
      Death.AT_A_DISK_CALL,
      Death.WHILE_OPENING
    };
    return cycle % CYCLES_OF_A_STORE == 0
        ? all[cycle / CYCLES_OF_A_STORE % 3]
        : all[random.nextInt(all.length)];
  }

  private CrashChild.Orders orders(int cycle, Death death) {
    return new CrashChild.Orders(
        folder(),
        scratch.resolve("acks-" + cycle),
        seed,
        cycle,
        death != Death.WHILE_GROWING && random.nextInt(3) == 0 ? Durability.SYNC : Durability.OS,
        clock(cycle),
        death == Death.WHILE_CLOSING ? random.nextInt(300) : -1,
        death == Death.AT_A_DISK_CALL ? 1 + (long) Math.pow(10, random.nextDouble() * 3) : -1,
        false);
  }

  static long clock(int cycle) {
    return FIRST_CLOCK + cycle * CLOCK_STEP;
  }

  private void await(CrashProcess child, AckLog log, Death death)
      throws IOException, InterruptedException {
    switch (death) {
      case WHILE_OPENING:
        child.waitForState(log, AckLog.OPENING);
        child.waitFor(random.nextInt(250));
        break;
      case WHILE_WRITING:
        child.waitForState(log, AckLog.WRITING);
        child.waitFor(20 + random.nextInt(400));
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
      default:
        child.waitFor(3_000);
    }
  }

  private void check(AckLog log, CrashChild.Orders orders) throws IOException {
    count(log, orders);
    Path copy = scratch.resolve("copy");
    deleteAll(copy);
    copy(folder(), copy);
    try (KVStore opened =
        DiskStore.open(
            copy,
            CrashChild.Orders.options(Durability.OS, orders.clockMillis()),
            new Disk(),
            QUIET)) {
      acknowledged +=
          model.check(opened, log, orders.cycle(), orders.clockMillis(), false).acknowledged();
    }
    deleteAll(copy);
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
        CrashStep step = new CrashStep(orders.seed(), orders.cycle(), writer, log.begun(writer));
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

  public static void copy(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    if (Files.isDirectory(from)) {
      for (Path file : Disk.list(from, "*")) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
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

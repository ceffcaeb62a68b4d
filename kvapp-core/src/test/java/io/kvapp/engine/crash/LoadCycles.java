package io.kvapp.engine.crash;

import io.kvapp.Durability;
import io.kvapp.Entry;
import io.kvapp.KVStore;
import io.kvapp.Scan;
import io.kvapp.engine.DiskStore;
import io.kvapp.engine.file.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Kills a process that loads entries into an empty store, again and again: either all of them are
 * there afterwards, as they must be once that was acknowledged, or none.
 *
 * <p>For one thread.
 */
final class LoadCycles {
  private static final int PATIENCE_MILLIS = 20_000;
  private static final int MAX_ENTRIES = 40_000;
  private static final int MAX_VALUE_BYTES = 300;

  private final Path scratch;
  private final long seed;
  private final SplittableRandom random;
  private final Map<String, Integer> tally = new TreeMap<>();
  private CrashProcess next;
  private long acknowledged;
  private long hits;
  private int done;

  LoadCycles(Path scratch, long seed) {
    this.scratch = scratch;
    this.seed = seed;
    this.random = new SplittableRandom(seed);
  }

  Map<String, Integer> tally() {
    return tally;
  }

  /** How many entries were loaded by loads that were acknowledged. */
  long acknowledged() {
    return acknowledged;
  }

  /** How many cycles have gone well. */
  int done() {
    return done;
  }

  /** How many of the deaths were inside of a load. */
  long hits() {
    return hits;
  }

  /** The entries of a cycle, which are in the order of their keys in every second one. */
  static List<Entry> entries(long seed, int cycle) {
    Random random = new Random(seed * 31 + cycle);
    int count = 1 + random.nextInt(MAX_ENTRIES);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] value = new byte[random.nextInt(MAX_VALUE_BYTES)];
      random.nextBytes(value);
      entries.add(new Entry(CrashStep.bytes("load/%07d".formatted(i)), value, 0, 0));
    }
    if (cycle % 2 == 1) {
      Collections.shuffle(entries, random);
    }
    return entries;
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
        done++;
      }
    } finally {
      next.close();
    }
  }

  private void run(int cycle, boolean more) throws IOException, InterruptedException {
    Path folder = scratch.resolve("store");
    long call = random.nextInt(3) > 0 ? -1 : 1 + random.nextInt(12);
    CrashChild.Orders orders =
        new CrashChild.Orders(
            folder,
            scratch.resolve("acks-" + cycle),
            seed,
            cycle,
            random.nextBoolean() ? Durability.OS : Durability.SYNC,
            CrashCycles.FIRST_CLOCK,
            -1,
            call,
            false,
            Workload.MIXED,
            CrashAim.LOAD,
            scratch);
    try (AckLog log = new AckLog(orders.log());
        CrashProcess child = next) {
      child.send(orders);
      if (more) {
        next = new CrashProcess(scratch.resolve("errors-" + (cycle + 1)));
      }
      await(child, log, call);
      child.kill();
      if (child.foundSomethingWrong()) {
        throw new AssertionError(child.errors());
      }
      countHit(log, child);
      check(folder, log, cycle);
    } catch (AssertionError | RuntimeException failure) {
      throw new AssertionError(
          "seed %d, cycle %d of loads: %s".formatted(seed, cycle, failure), failure);
    } finally {
      Files.delete(orders.log());
    }
  }

  private void await(CrashProcess child, AckLog log, long call) throws InterruptedException {
    child.waitForState(log, AckLog.OPENING);
    if (call < 0) {
      child.waitUntilInside(log, PATIENCE_MILLIS);
      LockSupport.parkNanos((long) Math.pow(10, 6 + random.nextDouble() * 3.5));
      return;
    }
    long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
    while (log.acknowledged(0) == 0 && System.nanoTime() < end) {
      if (child.waitFor(1)) {
        return;
      }
    }
  }

  private void countHit(AckLog log, CrashProcess child) {
    if (child.endedItself()) {
      hits++;
      add("ended itself inside");
    } else if (log.inside() == AckLog.INSIDE) {
      hits++;
      add("killed inside");
    } else {
      add(log.inside() == AckLog.BEHIND ? "killed just behind" : "killed before");
    }
  }

  private void check(Path folder, AckLog log, int cycle) throws IOException {
    List<Entry> expected = new ArrayList<>(entries(seed, cycle));
    expected.sort((a, b) -> Arrays.compareUnsigned(a.key(), b.key()));
    boolean all = log.acknowledged(0) == 1;
    require(!all || log.said(0, 1) == expected.size(), "load() said " + log.said(0, 1));
    try (KVStore store =
        DiskStore.open(
            folder,
            CrashChild.Orders.options(Durability.OS, CrashCycles.FIRST_CLOCK),
            new Disk(),
            CrashChild.TUNING)) {
      List<Entry> found = store.entries(Scan.all()).toList();
      add(found.isEmpty() ? "nothing was loaded" : "all was loaded");
      require(!all || !found.isEmpty(), "the acknowledged load is gone");
      require(store.size() == found.size(), "size() is " + store.size());
      if (!found.isEmpty()) {
        compare(store, expected, found);
      }
      List<String> faults = store.admin().verify().faults();
      require(faults.isEmpty(), "verify: " + faults);
      acknowledged += all ? found.size() : 0;
    }
    require(stray(folder) == 0, "files are left over");
    if (Disk.list(folder, "snapshot-*").size() > 0) {
      CrashCycles.deleteAll(folder);
    }
  }

  private static void compare(KVStore store, List<Entry> expected, List<Entry> found) {
    require(
        found.size() == expected.size(),
        found.size() + " entries of " + expected.size() + " are there");
    for (int i = 0; i < found.size(); i++) {
      Entry entry = found.get(i);
      require(
          Arrays.equals(entry.key(), expected.get(i).key())
              && Arrays.equals(entry.value(), expected.get(i).value())
              && entry.revision() == found.get(0).revision(),
          "another entry than " + expected.get(i));
      require(entry.equals(store.entry(entry.key()).orElse(null)), "get and scan differ");
    }
  }

  /** How many SSTables are there that nothing names. */
  private static long stray(Path folder) throws IOException {
    String manifest = Files.readString(folder.resolve(io.kvapp.engine.tree.Manifest.NAME));
    return Disk.list(folder, "snapshot-*").stream()
        .filter(file -> !manifest.contains(file.getFileName().toString()))
        .count();
  }

  private void add(String what) {
    tally.merge(what, 1, Integer::sum);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}

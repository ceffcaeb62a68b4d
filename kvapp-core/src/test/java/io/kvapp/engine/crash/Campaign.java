package io.kvapp.engine.crash;

import io.kvapp.Durability;
import io.kvapp.engine.errors.ErrorRun;
import io.kvapp.engine.file.FaultDisk;
import io.kvapp.engine.file.LoopDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Runs the tests of crashes, power cuts, disk faults and damage for as long as one likes, and
 * prints a table of what came of them.
 *
 * <p>Arguments are {@code name=number}: how many cycles of each {@link Part} there are (as many as
 * fit by default), {@code minutes} after which no more are begun (60 by default, shared out among
 * the parts), {@code others}, which is the number for each part that is not named, and {@code
 * seed}. A cycle of some parts is a whole series of runs. A part that finds something wrong goes on
 * with the next seed; the status is 1 then.
 */
final class Campaign {
  private static final int JOURNAL_STEP = 40;
  private static final int ERRORS_PATIENCE_SECONDS = 300;

  /** As many as fit into the time. */
  private static final int MANY = 1_000_000;

  /** What is done again and again, with how many cycles unless another number is given. */
  private enum Part {
    KILL("SIGKILL of a process with 4 writers", MANY, 10),
    KILL_SMALL_HEAP("the same in a heap of 64 MiB: keys of 1,000 B and more that expire", MANY, 5),
    KILL_FLUSH("SIGKILL inside of a flush", MANY, 10),
    KILL_COMPACTION("SIGKILL inside of a compaction", MANY, 10),
    KILL_GROWTH("SIGKILL inside of the growth of the hash table", MANY, 10),
    KILL_SWEEP("SIGKILL inside of a sweep of expired entries", MANY, 10),
    KILL_BACKUP("SIGKILL inside of a backup", MANY, 10),
    KILL_LOAD("SIGKILL inside of a bulk load", MANY, 10),
    CUT_SYNC("power cut, durability SYNC", MANY, 10),
    CUT_OS("power cut, durability OS", MANY, 10),
    DISK_FULL("a disk that is full at random points, on a German system", MANY, 1),
    FLIP("a bit that flips in a file of an open store", MANY, 50),
    DAMAGE("a file of a closed store changed, cut or swapped", MANY, 100),
    JOURNAL_CUT("a journal cut at every 40th byte", JOURNAL_STEP, 1),
    DISK_FAULT("each disk operation failing in turn", MANY, 1),
    ERROR_MEMORY("an OutOfMemoryError at random steps of every call", MANY, 1),
    ERROR_STACK("a StackOverflowError at random steps of every call", MANY, 1);

    private final String title;
    private final int cycles;
    private final int cyclesAtOnce;

    Part(String title, int cycles, int cyclesAtOnce) {
      this.title = title;
      this.cycles = cycles;
      this.cyclesAtOnce = cyclesAtOnce;
    }

    String argument() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** What came of some cycles. */
  private static final class Tally {
    private long cycles;
    private long faults;
    private long acknowledged;
    private long revisions;
    private final List<String> losses = new ArrayList<>();
    private final Map<String, Integer> details = new TreeMap<>();

    void add(Map<String, Integer> found) {
      found.forEach((what, times) -> details.merge(what, times, Integer::sum));
    }

    void add(FaultCampaign.Result result) {
      cycles += result.cycles();
      faults += result.faults();
      losses.addAll(result.losses());
    }
  }

  private final Map<String, Long> arguments = new LinkedHashMap<>();
  private final List<String> losses = new ArrayList<>();
  private final long end;
  private long seed;

  private Campaign(String[] words) {
    for (Part part : Part.values()) {
      arguments.put(part.argument(), (long) part.cycles);
    }
    arguments.put("minutes", 60L);
    arguments.put("seed", System.nanoTime());
    arguments.put("others", -1L);
    Set<String> named = new HashSet<>();
    for (String word : words) {
      String[] sides = word.split("=", 2);
      if (sides.length != 2 || !arguments.containsKey(sides[0])) {
        throw new IllegalArgumentException(word + ": <name>=<number>, of " + arguments.keySet());
      }
      arguments.put(sides[0], Long.parseLong(sides[1]));
      named.add(sides[0]);
    }
    if (arguments.get("others") >= 0) {
      for (Part part : Part.values()) {
        if (!named.contains(part.argument())) {
          arguments.put(part.argument(), arguments.get("others"));
        }
      }
    }
    seed = arguments.get("seed");
    end = System.nanoTime() + arguments.get("minutes") * 60_000_000_000L;
  }

  public static void main(String[] words) throws Exception {
    Campaign campaign = new Campaign(words);
    System.out.println("seed=" + campaign.seed);
    campaign.run();
    System.exit(campaign.losses.isEmpty() ? 0 : 1);
  }

  private void run() throws Exception {
    List<String> table = new ArrayList<>();
    table.add(
        "| what happens | cycles | faults | acknowledged writes | revisions compared | losses |"
            + " seconds |");
    table.add("|---|---:|---:|---:|---:|---:|---:|");
    List<Part> wanted =
        Arrays.stream(Part.values()).filter(part -> arguments.get(part.argument()) > 0).toList();
    for (Part part : wanted) {
      long start = System.nanoTime();
      Tally tally = run(part, start + (end - start) / (wanted.size() - wanted.indexOf(part)));
      long seconds = (System.nanoTime() - start) / 1_000_000_000L;
      table.add(
          "| %s | %,d | %,d | %s | %s | %d | %d |"
              .formatted(
                  part.title,
                  tally.cycles,
                  tally.faults,
                  unlessZero(tally.acknowledged),
                  unlessZero(tally.revisions),
                  tally.losses.size(),
                  seconds));
      losses.addAll(tally.losses);
      System.out.println(table.get(table.size() - 1));
      System.out.println("  " + tally.details);
      tally.losses.forEach(loss -> System.out.println("  LOSS " + loss));
    }
    table.forEach(System.out::println);
    losses.forEach(System.out::println);
  }

  private static String unlessZero(long number) {
    return number == 0 ? "" : "%,d".formatted(number);
  }

  private Tally run(Part part, long partEnd) throws Exception {
    Tally tally = new Tally();
    long wanted = arguments.get(part.argument());
    long begun = 0;
    while (begun < wanted && System.nanoTime() < partEnd) {
      int count = (int) Math.min(part.cyclesAtOnce, wanted - begun);
      try {
        run(part, count, begun, tally);
      } catch (AssertionError wrong) {
        tally.losses.add(part.argument() + ": " + wrong.getMessage());
        wrong.printStackTrace();
      }
      begun += count;
      seed += count;
    }
    return tally;
  }

  private void run(Part part, int count, long begun, Tally tally) throws Exception {
    switch (part) {
      case KILL:
        kill(CrashCycles.Plan.ANY_MOMENT, count, tally);
        break;
      case KILL_SMALL_HEAP:
        kill(CrashCycles.Plan.SMALL_HEAP, count, tally);
        break;
      case KILL_FLUSH:
        kill(CrashCycles.Plan.inside(CrashAim.FLUSH), count, tally);
        break;
      case KILL_COMPACTION:
        kill(CrashCycles.Plan.inside(CrashAim.COMPACTION), count, tally);
        break;
      case KILL_GROWTH:
        kill(CrashCycles.Plan.inside(CrashAim.GROWTH), count, tally);
        break;
      case KILL_SWEEP:
        kill(CrashCycles.Plan.inside(CrashAim.SWEEP), count, tally);
        break;
      case KILL_BACKUP:
        kill(CrashCycles.Plan.inside(CrashAim.BACKUP), count, tally);
        break;
      case KILL_LOAD:
        killLoad(count, tally);
        break;
      case CUT_SYNC:
        cut(Durability.SYNC, count, tally);
        break;
      case CUT_OS:
        cut(Durability.OS, count, tally);
        break;
      case DISK_FULL:
        Optional<FaultCampaign.Result> full = DiskFullCampaign.run(count, seed);
        full.ifPresentOrElse(tally::add, () -> tally.details.put("skipped: cannot mount", 1));
        break;
      case FLIP:
        FlipCampaign.Flips flips = FlipCampaign.run(count, seed);
        tally.add(flips.result());
        tally.add(flips.outcomes());
        break;
      case DAMAGE:
        tally.add(DamageCampaign.random(count, seed));
        break;
      case JOURNAL_CUT:
        tally.add(DamageCampaign.journalCuts(JOURNAL_STEP, begun));
        break;
      case DISK_FAULT:
        FaultDisk.Kind[] kinds = FaultDisk.Kind.values();
        FaultDisk.Kind kind = kinds[(int) (begun / 2 % kinds.length)];
        boolean brief = begun < 2L * kinds.length;
        tally.add(FaultCampaign.everyOperation(kind, durability(begun), 1, 1, brief, seed));
        break;
      case ERROR_MEMORY:
        errors("memory", durability(begun), tally);
        break;
      default:
        errors("stack", durability(begun), tally);
    }
  }

  private static Durability durability(long begun) {
    return Durability.values()[(int) (begun % 2)];
  }

  private void kill(CrashCycles.Plan plan, int count, Tally tally)
      throws IOException, InterruptedException {
    try (ScratchFolder scratch = ScratchFolder.inMemory()) {
      CrashCycles cycles = new CrashCycles(scratch.path(), seed, plan);
      try {
        cycles.run(count);
      } finally {
        tally.cycles += cycles.done();
        tally.faults += cycles.hits();
        tally.acknowledged += cycles.acknowledged();
        tally.revisions += cycles.revisions();
        tally.add(cycles.tally());
      }
    }
  }

  private void killLoad(int count, Tally tally) throws IOException, InterruptedException {
    try (ScratchFolder scratch = ScratchFolder.inMemory()) {
      LoadCycles cycles = new LoadCycles(scratch.path(), seed);
      try {
        cycles.run(count);
      } finally {
        tally.cycles += cycles.done();
        tally.faults += cycles.hits();
        tally.acknowledged += cycles.acknowledged();
        tally.add(cycles.tally());
      }
    }
  }

  private void errors(String error, Durability durability, Tally tally) throws Exception {
    try (ScratchFolder scratch = ScratchFolder.inMemory()) {
      ErrorRun.Outcome outcome =
          new ErrorRun(scratch.path(), ERRORS_PATIENCE_SECONDS)
              .randomSteps(durability.name(), error, seed);
      tally.cycles++;
      tally.faults += outcome.errors();
      if (!outcome.isWell()) {
        tally.losses.add("seed " + seed + ", " + durability + ", " + outcome.said());
      }
    }
  }

  private void cut(Durability durability, int count, Tally tally)
      throws IOException, InterruptedException {
    String missing = LoopDisk.missing();
    if (missing != null) {
      tally.details.put("skipped: " + missing, 1);
      return;
    }
    try (ScratchFolder scratch = ScratchFolder.inMemory()) {
      Path folder = scratch.path();
      PowerCutCycles cycles = new PowerCutCycles(folder, seed, durability);
      cycles.run(count);
      tally.cycles += count;
      tally.faults += count;
      tally.acknowledged += cycles.acknowledged();
      tally.revisions += cycles.revisions();
      tally.details.merge(
          "acknowledged writes that the cuts took", (int) cycles.lost(), Integer::sum);
    }
  }
}

package io.kvapp.engine.crash;

import io.kvapp.Durability;
import io.kvapp.engine.file.FaultDisk;
import io.kvapp.engine.file.LoopDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Runs the tests of crashes, power cuts, disk faults and damage for as long as one likes, and
 * prints a table of what came of them.
 *
 * <p>Arguments are {@code name=number}: how many cycles of each {@link Part} there are, {@code
 * minutes} after which no more are begun (60 by default, shared out among the parts), and {@code
 * seed}. A cycle of the last two parts is a whole series of runs. A part that finds something wrong
 * goes on with the next seed; the status is 1 then.
 */
final class Campaign {
  private static final int JOURNAL_STEP = 40;

  /** What is done again and again, with how many cycles unless another number is given. */
  private enum Part {
    KILL("SIGKILL of a process with 4 writers", 300, 10),
    CUT_SYNC("power cut, durability SYNC", 60, 5),
    CUT_OS("power cut, durability OS", 60, 5),
    DISK_FULL("a disk that is full at random points", 40, 1),
    DAMAGE("a file changed, cut or swapped", 4_000, 100),
    JOURNAL_CUT("a journal cut at every 40th byte", 40, 1),
    DISK_FAULT("each disk operation failing in turn", 16, 1);

    private final String title;
    private final int cycles;
    private final int cyclesAtOnce;

    Part(String title, int cycles, int cyclesAtOnce) {
      this.title = title;
      this.cycles = cycles;
      this.cyclesAtOnce = cyclesAtOnce;
    }

    String argument() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
  }

  /** What came of some cycles. */
  private static final class Tally {
    private long cycles;
    private long faults;
    private long acknowledged;
    private final List<String> losses = new ArrayList<>();
    private final Map<String, Integer> details = new TreeMap<>();

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
    for (String word : words) {
      String[] sides = word.split("=", 2);
      if (sides.length != 2 || !arguments.containsKey(sides[0])) {
        throw new IllegalArgumentException(word + ": <name>=<number>, of " + arguments.keySet());
      }
      arguments.put(sides[0], Long.parseLong(sides[1]));
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
    table.add("| what happens | cycles | faults | acknowledged writes | losses | seconds |");
    table.add("|---|---:|---:|---:|---:|---:|");
    List<Part> wanted =
        Arrays.stream(Part.values()).filter(part -> arguments.get(part.argument()) > 0).toList();
    for (Part part : wanted) {
      long start = System.nanoTime();
      Tally tally = run(part, start + (end - start) / (wanted.size() - wanted.indexOf(part)));
      long seconds = (System.nanoTime() - start) / 1_000_000_000L;
      table.add(
          "| %s | %,d | %,d | %s | %d | %d |"
              .formatted(
                  part.title,
                  tally.cycles,
                  tally.faults,
                  tally.acknowledged == 0 ? "" : "%,d".formatted(tally.acknowledged),
                  tally.losses.size(),
                  seconds));
      losses.addAll(tally.losses);
      System.out.println(part.title + ": " + tally.details);
    }
    table.forEach(System.out::println);
    losses.forEach(System.out::println);
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
        kill(count, tally);
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
      case DAMAGE:
        tally.add(DamageCampaign.random(count, seed));
        break;
      case JOURNAL_CUT:
        tally.add(DamageCampaign.journalCuts(JOURNAL_STEP, begun));
        break;
      default:
        FaultDisk.Kind[] kinds = FaultDisk.Kind.values();
        FaultDisk.Kind kind = kinds[(int) (begun / 2 % kinds.length)];
        Durability durability = Durability.values()[(int) (begun % 2)];
        boolean brief = begun < 2L * kinds.length;
        tally.add(FaultCampaign.everyOperation(kind, durability, 1, brief, seed));
    }
  }

  private void kill(int count, Tally tally) throws IOException, InterruptedException {
    try (ScratchFolder scratch = ScratchFolder.inMemory()) {
      CrashCycles cycles = new CrashCycles(scratch.path(), seed);
      cycles.run(count);
      tally.cycles += count;
      tally.faults += count;
      tally.acknowledged += cycles.acknowledged();
      cycles.tally().forEach((what, times) -> tally.details.merge(what, times, Integer::sum));
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
      tally.details.merge(
          "acknowledged writes that the cuts took", (int) cycles.lost(), Integer::sum);
    }
  }
}

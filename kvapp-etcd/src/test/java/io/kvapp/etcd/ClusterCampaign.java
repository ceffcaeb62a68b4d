package io.kvapp.etcd;

import io.kvapp.engine.crash.ScratchFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Does to clusters what {@link ClusterFault} lists, for as long as one likes, and prints a table of
 * what came of it.
 *
 * <p>Arguments are {@code minutes=N}, in which all of it is done (20 by default, shared out), and
 * the names of kinds, such as {@code kill-leader}, where not all of them are wanted. The status is
 * 1 if something was lost, made twice, read or told wrongly, or uncertain where it need not be.
 */
final class ClusterCampaign {
  private static final int DEFAULT_MINUTES = 20;
  private static final String MINUTES = "minutes=";

  private ClusterCampaign() {}

  public static void main(String[] words) throws IOException {
    int minutes = DEFAULT_MINUTES;
    List<ClusterFault.Kind> kinds = new ArrayList<>();
    for (String word : words) {
      if (word.startsWith(MINUTES)) {
        minutes = Integer.parseInt(word.substring(MINUTES.length()));
      } else {
        kinds.add(ClusterFault.Kind.valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_')));
      }
    }
    if (kinds.isEmpty()) {
      kinds.addAll(Arrays.asList(ClusterFault.Kind.values()));
    }
    System.out.println(
        "| what happens | times | acknowledged writes | refused | uncertain | lost, twice or wrong |"
            + " longest gap (s) | seconds |");
    System.out.println("|---|---:|---:|---:|---:|---:|---:|---:|");
    boolean isWell = true;
    for (ClusterFault.Kind kind : kinds) {
      isWell &= run(kind, TimeUnit.MINUTES.toNanos(minutes) / kinds.size());
    }
    System.exit(isWell ? 0 : 1);
  }

  private static boolean run(ClusterFault.Kind kind, long nanos) throws IOException {
    String missing = kind.missing();
    if (missing != null) {
      System.out.println("| " + kind.title() + " | skipped: " + missing + " | | | | | | |");
      return true;
    }
    long begin = System.nanoTime();
    int times = 0;
    try (ScratchFolder folder = ScratchFolder.inMemory();
        ClusterFault fault = kind.on(folder.path());
        Workload workload = new Workload(fault.uri())) {
      workload.awaitProgress();
      for (; System.nanoTime() - begin < nanos; times++) {
        fault.nodes().awaitWhole();
        fault.cycle(times, workload);
        workload.awaitProgress();
      }
      Workload.Result result = workload.end();
      System.out.printf(
          Locale.ROOT,
          "| %s | %,d | %,d | %,d | %,d | 0 | %.1f | %d |%n",
          kind.title(),
          times,
          result.made(),
          result.refused(),
          result.uncertain(),
          result.longestGapMillis() / 1_000.0,
          TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
      return result.uncertain() == 0 || !kind.hasMajority();
    } catch (AssertionError wrong) {
      System.out.println("| " + kind.title() + " | " + times + " | wrong: see below | | | | | |");
      wrong.printStackTrace(System.out);
      return false;
    }
  }
}

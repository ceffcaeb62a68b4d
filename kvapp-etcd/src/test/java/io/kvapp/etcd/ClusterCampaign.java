package io.kvapp.etcd;

import io.kvapp.engine.crash.ScratchFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Does to clusters what {@link ClusterFault} lists, for as long as one likes, and prints a table of
 * what came of it.
 *
 * <p>Arguments are {@code minutes=N}, in which all of it is done (20 by default, shared out),
 * {@code pace=fast} for faults that wait for nothing, and the names of kinds, such as {@code
 * kill-leader}, where not all of them are wanted. The status is 1 if something was lost, made
 * twice, read or told wrongly, or uncertain although members answered while it was under way.
 */
final class ClusterCampaign {
  private static final int DEFAULT_MINUTES = 20;
  private static final String MINUTES = "minutes=";
  private static final String PACE = "pace=";

  /** An attempt takes as long, which may be stuck while members answer others. */
  private static final long MAX_ANSWERED_NANOS = TimeUnit.SECONDS.toNanos(2);

  private ClusterCampaign() {}

  public static void main(String[] words) throws IOException {
    int minutes = DEFAULT_MINUTES;
    Pace pace = Pace.CALM;
    List<ClusterFault.Kind> kinds = new ArrayList<>();
    for (String word : words) {
      if (word.startsWith(MINUTES)) {
        minutes = Integer.parseInt(word.substring(MINUTES.length()));
      } else if (word.startsWith(PACE)) {
        pace = Pace.valueOf(word.substring(PACE.length()).toUpperCase(Locale.ROOT));
      } else {
        kinds.add(ClusterFault.Kind.valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_')));
      }
    }
    if (kinds.isEmpty()) {
      kinds.addAll(Arrays.asList(ClusterFault.Kind.values()));
    }
    System.out.println(
        "| what happens | times | acknowledged writes | refused | uncertain | answers during one"
            + " (s) | lost, twice or wrong | longest gap (s) | seconds |");
    System.out.println("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    boolean isWell = true;
    for (ClusterFault.Kind kind : kinds) {
      isWell &= run(kind, pace, TimeUnit.MINUTES.toNanos(minutes) / kinds.size());
    }
    System.exit(isWell ? 0 : 1);
  }

  private static boolean run(ClusterFault.Kind kind, Pace pace, long nanos) throws IOException {
    String missing = kind.missing();
    if (missing != null) {
      System.out.println("| " + kind.title() + " | skipped: " + missing + " | | | | | | | |");
      return true;
    }
    long begin = System.nanoTime();
    int times = 0;
    try (ScratchFolder folder = ScratchFolder.inMemory();
        ClusterFault fault = kind.on(folder.path());
        Answers answers = new Answers(fault.uri());
        Workload workload = new Workload(fault.uri())) {
      workload.awaitProgress();
      for (; System.nanoTime() - begin < nanos; times++) {
        if (pace == Pace.CALM) {
          fault.nodes().awaitWhole();
        }
        fault.cycle(times, workload, pace);
        pace.await(workload);
      }
      fault.nodes().awaitWhole();
      Workload.Result result = workload.end();
      OptionalLong longest = result.uncertain().stream().mapToLong(answers::longestWithin).max();
      System.out.printf(
          Locale.ROOT,
          "| %s | %,d | %,d | %,d | %,d | %s | 0 | %.1f | %d |%n",
          kind.title(),
          times,
          result.made(),
          result.refused(),
          result.uncertain().size(),
          seconds(longest),
          result.longestGapMillis() / 1_000.0,
          TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
      return longest.orElse(0) <= MAX_ANSWERED_NANOS;
    } catch (AssertionError wrong) {
      System.out.println("| " + kind.title() + " | " + times + " | wrong: see below | | | | | | |");
      wrong.printStackTrace(System.out);
      return false;
    }
  }

  private static String seconds(OptionalLong nanos) {
    return nanos.isEmpty() ? "" : String.format(Locale.ROOT, "%.1f", nanos.getAsLong() / 1e9);
  }
}

package io.kvapp.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The plots of a run. */
public final class Plots {
  private static final int MOST_BARS = 14;

  private Plots() {}

  /**
   * Writes one plot for each run, of every measure that both KVApp and another has a rate of.
   *
   * @param folder made if it is not there
   * @param name how the files' names begin
   * @param others whom KVApp is compared with
   */
  public static void write(
      Path folder, String name, Samples samples, String subject, List<String> others)
      throws IOException {
    Files.createDirectories(folder);
    Samples rates = samples.where(sample -> sample.unit().equals("ops/s"));
    for (String run : rates.distinct(Sample::run)) {
      Samples measured = rates.where(sample -> sample.run().equals(run));
      List<String> labels = new ArrayList<>();
      List<Samples> groups = new ArrayList<>();
      for (String measure : measured.distinct(Sample::measure)) {
        Samples own = measured.where(sample -> sample.measure().equals(measure));
        int threads = own.distinct(Sample::threads).stream().max(Integer::compare).orElseThrow();
        Samples group = own.where(sample -> sample.threads() == threads);
        if (labels.size() < MOST_BARS && Ratio.of(group, subject, others).isPresent()) {
          labels.add(measure + " x" + threads);
          groups.add(group);
        }
      }
      List<String> present =
          others.stream()
              .filter(other -> measured.distinct(Sample::subject).contains(other))
              .toList();
      if (!labels.isEmpty() && !present.isEmpty()) {
        Path file = folder.resolve(name + "-" + run.replaceAll("[^A-Za-z0-9]+", "-") + ".svg");
        RatioPlot.write(file, "KVApp beside its peers: " + run, labels, groups, subject, present);
      }
    }
  }
}

package io.kvapp.bench.report;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/**
 * The ratio of a subject's rate to that of the best of others, in each round of one measure.
 *
 * @param best the other that was best in the median
 * @param median the middle ratio
 * @param min the ratio of the worst round
 * @param max the ratio of the best round
 */
public record Ratio(String best, double median, double min, double max) {
  /**
   * Compares figures, of which larger is better, round by round.
   *
   * @param samples of one measure and one number of threads
   * @return empty where the subject or all others have no figures
   */
  public static Optional<Ratio> of(Samples samples, String subject, Collection<String> others) {
    double[] ratios =
        samples.of(subject).distinct(Sample::round).stream()
            .mapToDouble(round -> ratio(samples.where(s -> s.round() == round), subject, others))
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    if (ratios.length == 0) {
      return Optional.empty();
    }
    double median = Samples.median(ratios).orElseThrow();
    return others.stream()
        .max(Comparator.comparingDouble(other -> samples.of(other).median().orElse(0)))
        .map(best -> new Ratio(best, median, ratios[0], ratios[ratios.length - 1]));
  }

  private static double ratio(Samples round, String subject, Collection<String> others) {
    double best =
        others.stream()
            .mapToDouble(other -> round.of(other).median().orElse(0))
            .max()
            .orElse(Double.NaN);
    return round.of(subject).median().orElse(Double.NaN) / best;
  }

  /** The ratio and, in brackets, those of the worst and of the best round. */
  public String figures() {
    return String.format(Locale.ROOT, "%.2f [%.2f-%.2f]", median, min, max);
  }

  @Override
  public String toString() {
    return figures() + " " + best;
  }
}

package io.kvapp.bench.report;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * How often a subject does what the best of others does once, in each round of one measure.
 *
 * @param best the other that was best in the median
 * @param median the middle ratio
 * @param least the ratio of the worst round
 * @param most the ratio of the best round
 */
public record Ratio(String best, double median, double least, double most) {
  /**
   * Compares figures, of which larger is better, round by round.
   *
   * @param samples of one measure and one number of threads
   * @return empty where the subject or all others have no figures
   */
  public static Optional<Ratio> of(Samples samples, String subject, Collection<String> others) {
    String best = null;
    double bestMedian = 0;
    for (String other : others) {
      double median = samples.where(s -> s.subject().equals(other)).median().orElse(0);
      if (median > bestMedian) {
        best = other;
        bestMedian = median;
      }
    }
    Set<Integer> rounds = samples.where(s -> s.subject().equals(subject)).distinct(Sample::round);
    double[] ratios =
        rounds.stream()
            .mapToDouble(round -> ratio(samples.where(s -> s.round() == round), subject, others))
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    if (best == null || ratios.length == 0) {
      return Optional.empty();
    }
    double median = Samples.median(ratios).orElseThrow();
    return Optional.of(new Ratio(best, median, ratios[0], ratios[ratios.length - 1]));
  }

  private static double ratio(Samples round, String subject, Collection<String> others) {
    double own = round.where(s -> s.subject().equals(subject)).median().orElse(Double.NaN);
    double[] theirs =
        others.stream()
            .mapToDouble(other -> round.where(s -> s.subject().equals(other)).median().orElse(0))
            .toArray();
    return own / Arrays.stream(theirs).max().orElse(Double.NaN);
  }

  /** The ratio and, in brackets, what it was at least and at most. */
  public String figures() {
    return String.format(Locale.ROOT, "%.2f [%.2f-%.2f]", median, least, most);
  }

  @Override
  public String toString() {
    return figures() + " " + best;
  }
}

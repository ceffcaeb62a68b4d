package io.kvapp.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Figures in the order in which they were measured. Not thread-safe. */
public final class Samples {
  private final List<Sample> all = new ArrayList<>();

  /** No figures yet. */
  public Samples() {}

  /**
   * Adds a figure; one that is not finite is left out, since the clock that it is a quotient of did
   * not move.
   */
  public void add(Sample sample) {
    if (Double.isFinite(sample.value())) {
      all.add(sample);
    }
  }

  /** Adds a figure and prints it to standard error. */
  public void record(Sample sample) {
    add(sample);
    System.err.println(sample);
  }

  /** These figures, and those of others that measured something else. */
  public Samples joinedWith(Samples others) {
    Set<List<Object>> measured = distinct(Samples::measured);
    Samples joined = others.where(sample -> !measured.contains(measured(sample)));
    all.forEach(joined::add);
    return joined;
  }

  private static List<Object> measured(Sample sample) {
    return List.of(sample.run(), sample.measure(), sample.threads(), sample.unit());
  }

  /** All figures. */
  public List<Sample> all() {
    return List.copyOf(all);
  }

  /** Those that a condition holds for. */
  public Samples where(Predicate<Sample> condition) {
    Samples some = new Samples();
    all.stream().filter(condition).forEach(some::add);
    return some;
  }

  /** Those of one subject. */
  public Samples of(String subject) {
    return where(sample -> sample.subject().equals(subject));
  }

  /** Those of each measure with each number of threads, both in the order of their first figure. */
  public List<Samples> rows() {
    List<Samples> rows = new ArrayList<>();
    for (String measure : distinct(Sample::measure)) {
      Samples measured = where(sample -> sample.measure().equals(measure));
      for (int threads : measured.distinct(Sample::threads)) {
        rows.add(measured.where(sample -> sample.threads() == threads));
      }
    }
    return rows;
  }

  /** The different values of a field, in the order of their first figure. */
  public <T> Set<T> distinct(Function<Sample, T> field) {
    return all.stream().map(field).collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** The middle figure; empty where there is none. */
  public OptionalDouble median() {
    return median(all.stream().mapToDouble(Sample::value).sorted().toArray());
  }

  static OptionalDouble median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
  }
}

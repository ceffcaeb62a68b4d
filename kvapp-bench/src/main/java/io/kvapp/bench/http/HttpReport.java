package io.kvapp.bench.http;

import io.kvapp.bench.report.Figures;
import io.kvapp.bench.report.MarkdownTable;
import io.kvapp.bench.report.Ratio;
import io.kvapp.bench.report.Sample;
import io.kvapp.bench.report.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The table of an HTTP run. */
final class HttpReport {
  private final Samples samples;
  private final List<String> absent;

  /**
   * A report.
   *
   * @param absent the servers that are not installed
   */
  HttpReport(Samples samples, List<String> absent) {
    this.samples = samples;
    this.absent = absent;
  }

  @Override
  public String toString() {
    Set<String> subjects = samples.distinct(Sample::subject);
    List<String> headings = new ArrayList<>(List.of("", "connections"));
    headings.addAll(subjects);
    headings.addAll(absent);
    MarkdownTable figures = new MarkdownTable(headings);
    List<String> others =
        subjects.stream().filter(subject -> !subject.equals(JvmServer.KVAPP.title())).toList();
    List<String> ratioHeadings = new ArrayList<>(List.of("KVApp to 1 of", "connections"));
    ratioHeadings.addAll(others);
    MarkdownTable ratios = new MarkdownTable(ratioHeadings);
    for (String measure : samples.distinct(Sample::measure)) {
      Samples measured = samples.where(sample -> sample.measure().equals(measure));
      for (int connections : measured.distinct(Sample::threads)) {
        Samples both = measured.where(sample -> sample.threads() == connections);
        for (String unit : both.distinct(Sample::unit)) {
          Samples row = both.where(sample -> sample.unit().equals(unit));
          figures.add(figures(measure, connections, row, subjects));
          if (unit.startsWith("ops/")) {
            ratios.add(ratios(measure + " (" + unit + ")", connections, row, others));
          }
        }
      }
    }
    return "### HTTP\n\n" + ratios + "\n" + figures;
  }

  private List<String> figures(String measure, int connections, Samples row, Set<String> subjects) {
    List<String> cells = new ArrayList<>();
    cells.add(measure + " (" + row.all().get(0).unit() + ")");
    cells.add(Integer.toString(connections));
    for (String subject : subjects) {
      Samples own = row.where(sample -> sample.subject().equals(subject));
      cells.add(own.median().isPresent() ? Figures.of(own.median().getAsDouble()) : "");
    }
    absent.forEach(subject -> cells.add("absent"));
    return cells;
  }

  private static List<String> ratios(
      String measure, int connections, Samples row, List<String> others) {
    List<String> cells = new ArrayList<>();
    cells.add(measure);
    cells.add(Integer.toString(connections));
    for (String other : others) {
      cells.add(
          Ratio.of(row, JvmServer.KVAPP.title(), List.of(other)).map(Ratio::figures).orElse(""));
    }
    return cells;
  }
}

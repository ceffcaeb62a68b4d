package io.kvapp.bench.embedded;

import io.kvapp.bench.engine.EngineKind;
import io.kvapp.bench.engine.EngineKind.Role;
import io.kvapp.bench.report.Figures;
import io.kvapp.bench.report.MarkdownTable;
import io.kvapp.bench.report.Ratio;
import io.kvapp.bench.report.Sample;
import io.kvapp.bench.report.Samples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** The tables of an embedded run. */
final class EmbeddedReport {
  private static final Set<String> WRITES_UNSAFE =
      Set.of(
          "load",
          "overwrite",
          "insert",
          "delete",
          "batch of 100",
          "growing: writes",
          "shrinking: deletes",
          "YCSB A (50/50)",
          "YCSB B (95/5)",
          "YCSB E (pages)");

  private final Samples samples;

  EmbeddedReport(Samples samples) {
    this.samples = samples;
  }

  /** One table for each run: the median of each engine, and KVApp's ratio to the best peer. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (String run : samples.distinct(Sample::run)) {
      text.append("### ").append(run).append("\n\n");
      text.append(table(samples.where(sample -> sample.run().equals(run)))).append('\n');
    }
    return text.toString();
  }

  private static String table(Samples run) {
    List<EngineKind> kinds =
        Arrays.stream(EngineKind.values())
            .filter(kind -> run.distinct(Sample::subject).contains(kind.title()))
            .toList();
    List<String> headings =
        new ArrayList<>(List.of("", "threads", "KVApp / best peer", "per CPU second"));
    kinds.forEach(kind -> headings.add(kind.title()));
    MarkdownTable table = new MarkdownTable(headings);
    for (String measure : run.distinct(Sample::measure)) {
      Samples measured = run.where(sample -> sample.measure().equals(measure));
      for (int threads : measured.distinct(Sample::threads)) {
        table.add(row(measure, measured.where(sample -> sample.threads() == threads), kinds));
      }
    }
    return table.toString();
  }

  private static List<String> row(String measure, Samples samples, List<EngineKind> kinds) {
    Samples rates = samples.where(sample -> !sample.unit().equals("ops/cpu-s"));
    Samples costs = samples.where(sample -> sample.unit().equals("ops/cpu-s"));
    Sample any = rates.all().get(0);
    List<String> peers =
        Arrays.stream(EngineKind.values())
            .filter(kind -> isPeer(kind, measure))
            .map(EngineKind::title)
            .toList();
    boolean rate = any.unit().equals("ops/s");
    List<String> row = new ArrayList<>();
    row.add(rate ? measure : measure + " (" + any.unit() + ")");
    row.add(Integer.toString(any.threads()));
    row.add(rate ? ratio(rates, peers) : "");
    row.add(rate ? ratio(costs, peers) : "");
    for (EngineKind kind : kinds) {
      Samples own = rates.where(sample -> sample.subject().equals(kind.title()));
      String figure = own.median().isPresent() ? Figures.of(own.median().getAsDouble()) : "";
      boolean lessSafe = kind.role() == Role.LESS_SAFE && WRITES_UNSAFE.contains(measure);
      row.add(lessSafe && !figure.isEmpty() ? "(" + figure + ")" : figure);
    }
    return row;
  }

  private static String ratio(Samples samples, List<String> peers) {
    return Ratio.of(samples, EngineKind.KVAPP.title(), peers).map(Ratio::toString).orElse("");
  }

  /** Whether a store is one to compare with: not where it promises less. */
  static boolean isPeer(EngineKind kind, String measure) {
    return kind.role() == Role.PEER
        || kind.role() == Role.LESS_SAFE && !WRITES_UNSAFE.contains(measure);
  }
}

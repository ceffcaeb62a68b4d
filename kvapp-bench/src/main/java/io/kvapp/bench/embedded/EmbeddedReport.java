package io.kvapp.bench.embedded;

import static io.kvapp.bench.report.MarkdownTable.median;

import io.kvapp.bench.engine.EngineKind;
import io.kvapp.bench.engine.EngineKind.Role;
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
          OrderedLoadRun.MEASURE,
          "overwrite",
          "insert",
          "delete",
          "batch of 100",
          "growing: writes",
          "shrinking: deletes",
          "YCSB A (50/50)",
          "YCSB B (95/5)",
          "YCSB E (pages)");

  private EmbeddedReport() {}

  /** One table for each run: the median of each engine, and KVApp's ratio to the best peer. */
  static String of(Samples samples) {
    StringBuilder text = new StringBuilder();
    for (String run : samples.distinct(Sample::run)) {
      Samples measured = samples.where(sample -> sample.run().equals(run));
      text.append("### ").append(run).append("\n\n").append(table(measured)).append('\n');
    }
    return text.toString();
  }

  private static MarkdownTable table(Samples run) {
    List<EngineKind> kinds =
        Arrays.stream(EngineKind.values())
            .filter(kind -> run.distinct(Sample::subject).contains(kind.title()))
            .toList();
    List<String> headings =
        new ArrayList<>(List.of("", "threads", "KVApp / best peer", "per CPU second"));
    kinds.forEach(kind -> headings.add(kind.title()));
    MarkdownTable table = new MarkdownTable(headings);
    run.rows().forEach(row -> table.add(cells(row, kinds)));
    return table;
  }

  private static List<String> cells(Samples row, List<EngineKind> kinds) {
    Samples rates = row.where(sample -> !sample.unit().equals("ops/cpu-s"));
    Samples costs = row.where(sample -> sample.unit().equals("ops/cpu-s"));
    Sample any = rates.all().get(0);
    boolean unsafe = WRITES_UNSAFE.contains(any.measure());
    List<String> peers =
        EngineKind.titles(
            kind -> kind.role() == Role.PEER || kind.role() == Role.LESS_SAFE && !unsafe);
    boolean rate = any.unit().equals("ops/s");
    List<String> cells = new ArrayList<>();
    cells.add(rate ? any.measure() : any.measure() + " (" + any.unit() + ")");
    cells.add(Integer.toString(any.threads()));
    cells.add(rate ? ratio(rates, peers) : "");
    cells.add(rate ? ratio(costs, peers) : "");
    for (EngineKind kind : kinds) {
      String figure = median(rates.of(kind.title()));
      boolean lessSafe = kind.role() == Role.LESS_SAFE && unsafe && !figure.isEmpty();
      cells.add(lessSafe ? "(" + figure + ")" : figure);
    }
    return cells;
  }

  private static String ratio(Samples samples, List<String> peers) {
    return Ratio.of(samples, EngineKind.KVAPP.title(), peers).map(Ratio::toString).orElse("");
  }
}

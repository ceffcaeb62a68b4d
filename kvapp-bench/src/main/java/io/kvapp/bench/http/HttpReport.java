package io.kvapp.bench.http;

import io.kvapp.bench.report.MarkdownTable;
import io.kvapp.bench.report.Ratio;
import io.kvapp.bench.report.Sample;
import io.kvapp.bench.report.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The tables of an HTTP run. */
final class HttpReport {
  private HttpReport() {}

  /**
   * KVApp's ratio to each other, and the figures of all.
   *
   * @param others the servers that KVApp is compared with
   * @param absent the servers that are not installed
   */
  static String of(Samples samples, List<String> others, List<String> absent) {
    List<String> all = new ArrayList<>(others);
    all.add(0, JvmServer.KVAPP.title());
    MarkdownTable ratios =
        new MarkdownTable(joined("KVApp to 1 of", "connections", others.stream()));
    MarkdownTable figures =
        new MarkdownTable(joined("", "connections", Stream.concat(all.stream(), absent.stream())));
    for (Samples both : samples.rows()) {
      for (String unit : both.distinct(Sample::unit)) {
        Samples row = both.where(sample -> sample.unit().equals(unit));
        String measure = row.all().get(0).measure() + " (" + unit + ")";
        String connections = Integer.toString(row.all().get(0).threads());
        figures.add(
            joined(
                measure,
                connections,
                Stream.concat(
                    all.stream().map(each -> MarkdownTable.median(row.of(each))),
                    absent.stream().map(each -> "absent"))));
        if (unit.startsWith("ops/")) {
          ratios.add(joined(measure, connections, others.stream().map(other -> ratio(row, other))));
        }
      }
    }
    return "### HTTP\n\n" + ratios + "\n" + figures;
  }

  private static List<String> joined(String first, String second, Stream<String> others) {
    return Stream.concat(Stream.of(first, second), others).toList();
  }

  private static String ratio(Samples row, String other) {
    return Ratio.of(row, JvmServer.KVAPP.title(), List.of(other)).map(Ratio::figures).orElse("");
  }
}

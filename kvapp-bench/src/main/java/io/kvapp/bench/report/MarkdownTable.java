package io.kvapp.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A table in Markdown, its first column aligned left and the others right. Not thread-safe. */
public final class MarkdownTable {
  private final int columns;
  private final StringBuilder text = new StringBuilder();

  /** A table with these headings. */
  public MarkdownTable(List<String> headings) {
    columns = headings.size();
    add(headings);
    text.append("|---").append("|---:".repeat(columns - 1)).append("|\n");
  }

  /** Adds a row with a cell for each heading. */
  public void add(List<String> cells) {
    if (cells.size() != columns) {
      throw new IllegalArgumentException(cells.size() + " cells under " + columns + " headings");
    }
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  /** Three digits that count, thousands separated. */
  public static String figure(double value) {
    double size = Math.abs(value);
    String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
    return String.format(Locale.ROOT, format, value);
  }

  /** The middle figure; an empty cell where there is none. */
  public static String median(Samples samples) {
    return samples.median().isPresent() ? figure(samples.median().getAsDouble()) : "";
  }

  /** A new list of cells, to add more to. */
  public static List<String> cells(String... first) {
    return new ArrayList<>(List.of(first));
  }

  @Override
  public String toString() {
    return text.toString();
  }
}

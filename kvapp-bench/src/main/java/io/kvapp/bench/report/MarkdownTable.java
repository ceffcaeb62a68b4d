package io.kvapp.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A table in Markdown, its first column aligned left and the others right. Not thread-safe. */
public final class MarkdownTable {
  private final List<List<String>> rows = new ArrayList<>();

  /** A table with these headings. */
  public MarkdownTable(List<String> headings) {
    rows.add(List.copyOf(headings));
  }

  /** Adds a row with a cell for each heading. */
  public void add(List<String> cells) {
    if (cells.size() != rows.get(0).size()) {
      throw new IllegalArgumentException(
          cells.size() + " cells under " + rows.get(0).size() + " headings");
    }
    rows.add(List.copyOf(cells));
  }

  @Override
  public String toString() {
    List<String> lines = new ArrayList<>();
    rows.forEach(row -> lines.add("| " + String.join(" | ", row) + " |"));
    lines.add(
        1,
        rows.get(0).stream()
            .map(heading -> heading.equals(rows.get(0).get(0)) ? "---" : "---:")
            .collect(Collectors.joining("|", "|", "|")));
    return String.join("\n", lines) + "\n";
  }
}

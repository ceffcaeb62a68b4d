package io.kvapp.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A plot, as SVG, of the ratios of a subject's rates to those of each of others: a line for each
 * measure, on it a dot for each of the others, on the right of 1 where the subject is faster.
 *
 * <p>All plots have one scale; ratios beyond it are drawn at its ends. It has no background, and
 * its colours are told from white and from black alike.
 */
final class RatioPlot {
  private static final List<String> COLOURS =
      List.of("#3b82d0", "#d97b1f", "#2f9e6e", "#b05fc4", "#c94f4f", "#8a8f1f");
  private static final List<String> TICKS =
      List.of("0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10", "20", "50", "100", "200");
  private static final double MIN = 0.05;
  private static final double MAX = 200;
  private static final int LEFT = 230;
  private static final int RIGHT = 870;
  private static final int TOP = 104;
  private static final int STEP = 24;
  private static final int DOT = 5;
  private static final int LEGEND_COLUMNS = 3;

  private final StringBuilder svg = new StringBuilder();

  private RatioPlot() {}

  /**
   * Draws a plot of every rate that both the subject and another has, with the most threads that it
   * was measured with.
   *
   * @param samples of one run
   * @return the text of an SVG file; empty where there is nothing to compare
   */
  static Optional<String> draw(Samples samples, String subject, List<String> others) {
    Samples rates = samples.where(sample -> sample.unit().equals("ops/s"));
    List<Samples> rows =
        rates.distinct(Sample::measure).stream()
            .map(measure -> rates.where(sample -> sample.measure().equals(measure)))
            .map(RatioPlot::withMaxThreads)
            .filter(row -> Ratio.of(row, subject, others).isPresent())
            .toList();
    List<String> present =
        others.stream().filter(other -> !rates.of(other).all().isEmpty()).toList();
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(new RatioPlot().drawn(rows, subject, present));
  }

  private static Samples withMaxThreads(Samples measured) {
    int max = measured.distinct(Sample::threads).stream().max(Integer::compare).orElseThrow();
    return measured.where(sample -> sample.threads() == max);
  }

  private String drawn(List<Samples> rows, String subject, List<String> others) {
    int height = TOP + rows.size() * STEP + 10;
    add("<svg xmlns='http://www.w3.org/2000/svg' width='%1$d' height='%2$d'", RIGHT + 30, height);
    add(" viewBox='0 0 %d %d'", RIGHT + 30, height);
    add(" font-family='sans-serif' font-size='13' fill='#7a8089'>\n");
    String run = rows.get(0).all().get(0).run();
    text(LEFT, 18, "start", subject + " to 1 of its peers, log scale: " + run);
    for (int i = 0; i < others.size(); i++) {
      int x = LEFT + i % LEGEND_COLUMNS * (RIGHT - LEFT) / LEGEND_COLUMNS;
      int y = 38 + i / LEGEND_COLUMNS * 20;
      dot(x + DOT, y, i);
      text(x + 3 * DOT, y + 4, "start", others.get(i));
    }
    for (String tick : TICKS) {
      double x = x(Double.parseDouble(tick));
      add("<path d='M%.1f %d V%d' stroke='#7a8089'", x, TOP - 10, height);
      add(" stroke-opacity='%s'/>\n", tick.equals("1") ? "1" : "0.3");
      text(x, TOP - 16, "middle", tick);
    }
    for (int row = 0; row < rows.size(); row++) {
      Sample any = rows.get(row).all().get(0);
      int y = TOP + row * STEP + STEP / 2;
      text(LEFT - 12, y + 4, "end", any.measure() + " x" + any.threads());
      for (int i = 0; i < others.size(); i++) {
        Optional<Ratio> ratio = Ratio.of(rows.get(row), subject, List.of(others.get(i)));
        if (ratio.isPresent()) {
          dot(x(ratio.get().median()), y, i);
        }
      }
    }
    return svg.append("</svg>\n").toString();
  }

  private static double x(double ratio) {
    double within = Math.min(MAX, Math.max(MIN, ratio));
    return LEFT + (RIGHT - LEFT) * Math.log(within / MIN) / Math.log(MAX / MIN);
  }

  private void dot(double x, double y, int colour) {
    add("<circle cx='%.1f' cy='%.0f' r='%d'", x, y, DOT);
    add(" fill='%s'/>\n", COLOURS.get(colour % COLOURS.size()));
  }

  private void text(double x, double y, String anchor, String text) {
    String escaped = text.replace("&", "&amp;").replace("<", "&lt;");
    add("<text x='%.1f' y='%.0f' text-anchor='%s'>%s</text>\n", x, y, anchor, escaped);
  }

  private void add(String format, Object... arguments) {
    svg.append(String.format(Locale.ROOT, format, arguments));
  }
}

package io.kvapp.bench.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;

/**
 * A plot of how often KVApp does what others do once: bars above 1 are won, bars below are lost.
 *
 * <p>Nothing is painted behind it, and its colours are told from white and from black alike.
 */
public final class RatioPlot {
  private static final Color INK = new Color(0x7a, 0x80, 0x89);
  private static final Color FAINT = new Color(0x7a, 0x80, 0x89, 0x50);
  private static final Color CLEAR = new Color(0, 0, 0, 0);
  private static final Color[] BARS = {
    new Color(0x3b, 0x82, 0xd0),
    new Color(0xd9, 0x7b, 0x1f),
    new Color(0x2f, 0x9e, 0x6e),
    new Color(0xb0, 0x5f, 0xc4),
    new Color(0xc9, 0x4f, 0x4f),
    new Color(0x8a, 0x8f, 0x1f)
  };
  private static final int WIDTH = 960;
  private static final int HEIGHT = 440;
  private static final int LABEL_DEGREES = 35;
  private static final double LEAST = 0.05;

  private RatioPlot() {}

  /**
   * Draws the plot as SVG.
   *
   * @param labels what stands under each group of bars, in order
   * @param groups the figures of each label
   * @param others whom KVApp is compared with; one bar each
   */
  public static void write(
      Path file,
      String title,
      List<String> labels,
      List<Samples> groups,
      String subject,
      List<String> others)
      throws IOException {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .yAxisTitle("KVApp to 1, log scale")
            .build();
    style(chart.getStyler());
    int colour = 0;
    for (String other : others) {
      List<Double> bars = new ArrayList<>();
      for (Samples group : groups) {
        double ratio = Ratio.of(group, subject, List.of(other)).map(Ratio::median).orElse(LEAST);
        bars.add(Math.max(LEAST, ratio));
      }
      CategorySeries series = chart.addSeries(other, labels, bars);
      series.setFillColor(BARS[colour++ % BARS.length]);
    }
    VectorGraphicsEncoder.saveVectorGraphic(chart, file.toString(), VectorGraphicsFormat.SVG);
  }

  private static void style(CategoryStyler styler) {
    styler.setChartBackgroundColor(CLEAR);
    styler.setPlotBackgroundColor(CLEAR);
    styler.setLegendBackgroundColor(CLEAR);
    styler.setLegendBorderColor(CLEAR);
    styler.setPlotBorderColor(FAINT);
    styler.setPlotGridLinesColor(FAINT);
    styler.setPlotGridLinesStroke(new BasicStroke(1));
    styler.setPlotGridVerticalLinesVisible(false);
    styler.setChartFontColor(INK);
    styler.setXAxisTickLabelsColor(INK);
    styler.setYAxisTickLabelsColor(INK);
    styler.setAxisTickMarksColor(INK);
    styler.setChartTitleBoxVisible(false);
    styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 14));
    styler.setLegendPosition(LegendPosition.OutsideS);
    styler.setLegendLayout(LegendLayout.Horizontal);
    styler.setXAxisLabelRotation(LABEL_DEGREES);
    styler.setYAxisLogarithmic(true);
    styler.setYAxisMin(LEAST);
    styler.setYAxisDecimalPattern("#.##");
  }
}

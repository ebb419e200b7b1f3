package org.kgcoop.report;

import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;

/**
 * Groups of bars from nothing to 100.
 *
 * @param series for each series, by colour, its bar in each group, NaN for none; a series without
 *     bars is left out
 */
record BarPlot(String title, List<String> groups, List<List<Double>> series) {
  private static final int BAR = 9;
  private static final int GAP = 18;
  private static final int LETTER = 8;

  Drawing draw() {
    int bars = (int) series.stream().filter(one -> !one.isEmpty()).count();
    int width = Math.max(XyPlot.WIDTH, 60 + groups.size() * (BAR * bars + GAP));
    CategoryChart chart =
        new CategoryChartBuilder().width(width).height(XyPlot.HEIGHT).yAxisTitle(title).build();
    Drawing.style(chart.getStyler());
    chart.getStyler().setYAxisMin(0.0).setYAxisMax(100.0);
    chart.getStyler().setPlotGridVerticalLinesVisible(false);
    chart.getStyler().setAvailableSpaceFill(0.8);
    List<String> labels = Drawing.labels(groups);
    int longest = labels.stream().mapToInt(String::length).max().orElse(0);
    if (LETTER * longest * groups.size() > width - 60) {
      chart.getStyler().setXAxisLabelRotation(40);
    }
    for (int i = 0; i < series.size(); i++) {
      if (series.get(i).isEmpty()) {
        continue;
      }
      // The library knows no gap but takes a bar of no height for one.
      List<Number> heights = new ArrayList<>();
      series.get(i).forEach(value -> heights.add(value.isNaN() ? 0.0 : value));
      CategorySeries added = chart.addSeries("series " + i, labels, heights);
      added.setFillColor(Ink.series(i));
      added.setLineColor(Ink.NOTHING);
    }
    return Drawing.of(chart);
  }
}

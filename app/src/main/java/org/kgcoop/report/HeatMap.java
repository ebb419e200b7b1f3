package org.kgcoop.report;

import java.awt.Color;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;

/**
 * A square of cells, the first row on top.
 *
 * @param names of rows and columns
 * @param shares of a row, 0 to 1; cells of 0 stay empty
 */
record HeatMap(String columns, String rows, List<String> names, List<List<Double>> shares) {
  private static final int SIDE = 460;

  Drawing draw() {
    HeatMapChart chart =
        new HeatMapChartBuilder()
            .width(SIDE)
            .height(SIDE)
            .xAxisTitle(columns)
            .yAxisTitle(rows)
            .build();
    Drawing.style(chart.getStyler());
    chart.getStyler().setPlotGridLinesVisible(false).setXAxisLabelRotation(90);
    chart.getStyler().setRangeColors(new Color[] {Ink.heat(0), Ink.heat(Ink.HEAT - 1)});
    chart.getStyler().setMin(0).setMax(1).setShowValue(false);
    List<String> labels = Drawing.labels(names);
    List<String> upwards = new ArrayList<>(labels);
    Collections.reverse(upwards);
    List<Number[]> cells = new ArrayList<>();
    for (int row = 0; row < names.size(); row++) {
      for (int column = 0; column < names.size(); column++) {
        double share = shares.get(row).get(column);
        if (share > 0) {
          cells.add(new Number[] {column, names.size() - 1 - row, share});
        }
      }
    }
    chart.addSeries("cells", labels, upwards, cells);
    return Drawing.of(chart);
  }
}

package org.kgcoop.report.chart;

import java.util.List;
import org.kgcoop.report.chart.Svg.Anchor;

/**
 * A square heat map with the first row on top.
 *
 * @param columns the title of the columns
 * @param rows the title of the rows
 * @param names the names of rows and columns
 * @param shares the share of each cell in its row, from 0 to 1; cells with 0 stay empty
 */
public record HeatMap(String columns, String rows, List<String> names, List<List<Double>> shares) {
  private static final int SIDE = 460;
  private static final int TITLE = 22;
  private static final int EDGE = 6;

  /** The number of shades. */
  private static final int SHADES = 8;

  public HeatMap {
    names = names.stream().map(Svg::label).toList();
    shares = List.copyOf(shares);
  }

  public Drawing draw() {
    Svg svg = new Svg();
    double labels = names.stream().mapToDouble(Svg::width).max().orElse(0);
    double left = TITLE + labels + Frame.GAP;
    double end = SIDE - EDGE;
    double bottom = EDGE + end - left;
    double cell = (end - left) / names.size();
    svg.line("grid", left, EDGE, end, EDGE, end, bottom, left, bottom, left, EDGE);
    for (int row = 0; row < names.size(); row++) {
      for (int column = 0; column < names.size(); column++) {
        double share = shares.get(row).get(column);
        if (share > 0) {
          double x = left + cell * column;
          double y = EDGE + cell * row;
          int shade = Math.min(SHADES - 1, (int) (SHADES * share));
          svg.area("heat q" + shade, x, y, x + cell, y, x + cell, y + cell, x, y + cell);
        }
      }
    }
    for (int i = 0; i < names.size(); i++) {
      double middle = cell * (i + 0.5) + Frame.FOOT;
      svg.text(names.get(i), left - Frame.GAP, EDGE + middle, Anchor.END);
      svg.text(names.get(i), left + middle, bottom + Frame.GAP, Anchor.END, 90);
    }
    svg.text(rows, TITLE - Frame.GAP, (EDGE + bottom) / 2, Anchor.MIDDLE, 90);
    svg.text(columns, (left + end) / 2, SIDE - Frame.GAP, Anchor.MIDDLE);
    return svg.drawing(SIDE, SIDE);
  }
}

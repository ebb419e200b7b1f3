package org.kgcoop.report.chart;

import java.util.List;
import java.util.stream.IntStream;
import org.kgcoop.report.chart.Svg.Anchor;

/**
 * A bar chart with groups of bars from 0 to 100.
 *
 * @param series the bars of each series by group, in the order of colors, with NaN for a missing
 *     bar; a series without bars is left out
 */
public record BarPlot(String title, List<String> groups, List<List<Double>> series) {
  private static final int MARGIN = 60;
  private static final int WIDEST = 920;
  private static final int BAR = 9;
  private static final int THINNEST_BAR = 3;
  private static final int GAP = 18;
  private static final double FILLED = 0.8;
  private static final int TURN = 40;

  public BarPlot {
    groups = groups.stream().map(Svg::label).toList();
    series = List.copyOf(series);
  }

  public Drawing draw() {
    int[] shown = IntStream.range(0, series.size()).filter(i -> !series.get(i).isEmpty()).toArray();
    double longest = groups.stream().mapToDouble(Svg::width).max().orElse(0);
    int width = width(shown.length);
    // A rotated label ends below the center of its group and extends to the left.
    int turn = longest + GAP / 2.0 > (width - MARGIN) / (double) groups.size() ? TURN : 0;
    double left = turn > 0 ? Math.cos(Math.toRadians(TURN)) * Svg.width(groups.get(0)) : 0;
    double below = 3.5 * Frame.GAP + Math.sin(Math.toRadians(turn)) * longest;
    int height = XyPlot.HEIGHT + (int) (Math.sin(Math.toRadians(turn)) * longest);
    Frame frame = new Frame(width, height, title, 0, 100, left, below);
    double room = (frame.right - frame.left) / groups.size();
    double bar = FILLED * room / shown.length;
    for (int place = 0; place < shown.length; place++) {
      List<Double> bars = series.get(shown[place]);
      for (int group = 0; group < bars.size(); group++) {
        double value = bars.get(group);
        if (value > 0) {
          double x = frame.left + room * (group + (1 - FILLED) / 2) + bar * place;
          double top = frame.y.at(value);
          double end = x + bar - Math.min(1, bar / 4);
          String role = Svg.series(shown[place]);
          frame.svg.area(role, x, frame.bottom, x, top, end, top, end, frame.bottom);
        }
      }
    }
    for (int group = 0; group < groups.size(); group++) {
      double x = frame.left + room * (group + 0.5);
      double y = frame.bottom + 2 * Frame.GAP;
      frame.svg.text(groups.get(group), x, y, turn > 0 ? Anchor.END : Anchor.MIDDLE, turn);
    }
    return frame.drawing();
  }

  /**
   * Returns the width that the bars need. It exceeds the page width if the bars would become too
   * thin.
   */
  private int width(int bars) {
    int wanted = MARGIN + groups.size() * (BAR * bars + GAP);
    int needed = MARGIN + groups.size() * Math.max(GAP + 2, THINNEST_BAR * bars + GAP / 2);
    return Math.max(needed, Math.max(XyPlot.WIDTH, Math.min(WIDEST, wanted)));
  }
}

package org.kgcoop.report.chart;

import java.math.BigDecimal;
import java.util.List;
import org.kgcoop.report.chart.Svg.Anchor;

/** The plot area of a chart with its vertical axis. Each chart draws its own horizontal axis. */
final class Frame {
  /** The distance between the plot area and the numbers of an axis, in pixels. */
  static final double GAP = 7;

  /** The distance between the center of a text and its baseline, in pixels. */
  static final double FOOT = 4.5;

  /** The upper edge of the plot area. */
  static final double TOP = 10;

  private static final int TITLE = 22;
  private static final int EDGE = 14;
  private static final int SPACING = 36;

  final Svg svg = new Svg();
  final double left;
  final double right;
  final double bottom;
  final Scale y;
  private final int width;
  private final int height;

  /**
   * Draws the vertical axis.
   *
   * @param margin the minimum space to the left of the plot area in pixels
   * @param below the space for the labels of the horizontal axis in pixels, without its title
   */
  Frame(int width, int height, String title, double low, double high, double margin, double below) {
    this.width = width;
    this.height = height;
    right = width - EDGE;
    bottom = height - below;
    y = new Scale(low, high, bottom, TOP);
    List<BigDecimal> ticks = y.ticks(SPACING, 0);
    double widest = ticks.stream().mapToDouble(t -> Svg.width(Scale.text(t))).max().orElse(0);
    left = Math.max(margin, TITLE + widest + GAP);
    for (BigDecimal tick : ticks) {
      double at = y.at(tick.doubleValue());
      svg.line("grid", left, at, right, at);
      svg.text(Scale.text(tick), left - GAP, at + FOOT, Anchor.END);
    }
    svg.text(title, TITLE - GAP, (TOP + bottom) / 2, Anchor.MIDDLE, 90);
  }

  /** Returns the drawing with the title of the horizontal axis at the bottom. */
  Drawing drawing(String title) {
    svg.text(title, (left + right) / 2, height - GAP, Anchor.MIDDLE);
    return svg.drawing(width, height);
  }

  Drawing drawing() {
    return svg.drawing(width, height);
  }
}

package org.kgcoop.report.chart;

import java.math.BigDecimal;
import java.util.List;
import org.kgcoop.report.chart.Svg.Anchor;

/** The plane of a chart with its vertical axis; what lies across is left to the chart. */
final class Frame {
  /** Pixels between the plane and the numbers of an axis. */
  static final double GAP = 7;

  /** Pixels from the middle of a text down to its foot. */
  static final double FOOT = 4.5;

  /** The upper edge of the plane. */
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
   * @param margin left of the plane in pixels, at least
   * @param below room for the texts of the other axis in pixels, its title aside
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

  /** The drawing, with the title of the axis below. */
  Drawing drawing(String title) {
    svg.text(title, (left + right) / 2, height - GAP, Anchor.MIDDLE);
    return svg.drawing(width, height);
  }

  Drawing drawing() {
    return svg.drawing(width, height);
  }
}

package org.kgcoop.report.chart;

import java.math.BigDecimal;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.report.chart.Svg.Anchor;

/** A chart of curves and points in two dimensions. */
public record XyPlot(Axis x, Axis y, List<Series> series) {
  static final int WIDTH = 440;
  static final int HEIGHT = 290;

  private static final double MARGIN = 0.06;

  /** The relative difference below which values count as equal. */
  private static final double SAME = 1e-9;

  private static final int BELOW = 45;
  private static final int SPACING = 60;
  private static final List<Mark> MARKS =
      List.of(
          new Mark(12, 0, 1),
          new Mark(4, 0.5, 1),
          new Mark(3, 0, 1),
          new Mark(4, 0, 1),
          new Mark(3, 0.5, 1),
          new Mark(8, 1, 0.4));

  /**
   * The shape of a marker.
   *
   * @param turn the rotation as a multiple of the angle between two corners
   * @param inner the relative radius of every second corner; values below 1 give a star
   */
  private record Mark(int corners, double turn, double inner) {
    private static final double SIZE = 4.7;

    double[] around(double x, double y) {
      double[] points = new double[2 * corners];
      for (int i = 0; i < corners; i++) {
        double angle = 2 * Math.PI * (i + turn) / corners;
        double size = i % 2 == 0 ? SIZE : SIZE * inner;
        points[2 * i] = x + size * Math.sin(angle);
        points[2 * i + 1] = y - size * Math.cos(angle);
      }
      return points;
    }
  }

  /** The style of a series. */
  public enum Style {
    LINE,
    LINE_AND_POINTS,
    REFERENCE
  }

  /**
   * A finite point.
   *
   * @param spread half the height of the band around the point, or 0 for no band
   */
  public record Point(double x, double y, double spread) {
    public Point(double x, double y) {
      this(x, y, 0);
    }

    double low() {
      return y - spread;
    }

    double high() {
      return y + spread;
    }
  }

  /** The points of one curve, ordered by x. */
  public record Series(String name, Style style, List<Point> points) {}

  /**
   * An axis.
   *
   * @param low the smallest value, or NaN for the minimum of the points
   * @param high the largest value, or NaN for the maximum of the points
   * @param label the label of a tick at an integer, or null to print the numbers of all ticks
   */
  public record Axis(
      String title, double low, double high, @Nullable DoubleFunction<String> label) {
    public static Axis of(String title) {
      return new Axis(title, Double.NaN, Double.NaN, null);
    }

    public static Axis of(String title, double low, double high) {
      return new Axis(title, low, high, null);
    }

    /**
     * Returns the axis with a margin, because markers at the edge would be cut off. A single value
     * gets room on both sides.
     */
    private Axis around(DoubleStream values) {
      if (!Double.isNaN(low)) {
        return this;
      }
      var statistics = values.summaryStatistics();
      double from = statistics.getCount() == 0 ? 0 : statistics.getMin();
      double to = statistics.getCount() == 0 ? 1 : statistics.getMax();
      double size = Math.max(Math.abs(from), Math.abs(to));
      boolean several = to - from > SAME * size;
      double margin = MARGIN * (several ? to - from : size > 0 ? size : 1);
      return new Axis(title, from - margin, to + margin, label);
    }
  }

  public XyPlot {
    series = List.copyOf(series);
  }

  public Drawing draw() {
    Axis across = x.around(values(Point::x));
    Axis up = y.around(DoubleStream.concat(values(Point::low), values(Point::high)));
    Frame frame = new Frame(WIDTH, HEIGHT, y.title, up.low, up.high, 0, BELOW);
    Scale scale = new Scale(across.low, across.high, frame.left, frame.right);
    DoubleFunction<String> label = x.label;
    boolean whole = label != null || values(Point::x).allMatch(value -> value == Math.rint(value));
    for (BigDecimal tick : scale.ticks(SPACING, whole ? 1 : 0)) {
      double at = scale.at(tick.doubleValue());
      String text = label == null ? Scale.text(tick) : label.apply(tick.doubleValue());
      frame.svg.line("grid", at, Frame.TOP, at, frame.bottom);
      frame.svg.text(text, at, frame.bottom + 2.4 * Frame.GAP, Anchor.MIDDLE);
    }
    for (int i = 0; i < series.size(); i++) {
      drawBand(frame, scale, series.get(i).points, "band " + Svg.series(i));
    }
    for (int i = 0; i < series.size(); i++) {
      draw(frame, scale, series.get(i), i);
    }
    return frame.drawing(x.title);
  }

  private DoubleStream values(ToDoubleFunction<Point> value) {
    return series.stream().flatMap(s -> s.points.stream()).mapToDouble(value);
  }

  private static void drawBand(Frame frame, Scale x, List<Point> points, String role) {
    int count = points.size();
    if (count < 2 || points.stream().allMatch(p -> p.spread == 0)) {
      return;
    }
    double[] outline = new double[4 * count];
    for (int i = 0; i < count; i++) {
      Point point = points.get(i);
      int back = 2 * (2 * count - 1 - i);
      outline[2 * i] = outline[back] = x.at(point.x);
      outline[2 * i + 1] = frame.y.at(point.high());
      outline[back + 1] = frame.y.at(point.low());
    }
    frame.svg.area(role, outline);
  }

  private static void draw(Frame frame, Scale x, Series series, int index) {
    List<Point> points = series.points;
    boolean reference = series.style == Style.REFERENCE;
    if (points.size() > 1) {
      String dashes = reference || index >= MARKS.size() ? " dashes" : "";
      double[] line =
          points.stream()
              .flatMapToDouble(p -> DoubleStream.of(x.at(p.x), frame.y.at(p.y)))
              .toArray();
      frame.svg.line((reference ? "reference" : Svg.series(index)) + dashes, line);
    }
    // A line with one point would be invisible.
    if (series.style == Style.LINE_AND_POINTS || points.size() == 1) {
      Mark mark = MARKS.get(index % MARKS.size());
      points.forEach(
          p -> frame.svg.area(Svg.series(index), mark.around(x.at(p.x), frame.y.at(p.y))));
    }
  }
}

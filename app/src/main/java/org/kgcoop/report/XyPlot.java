package org.kgcoop.report;

import java.awt.BasicStroke;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.Circle;
import org.knowm.xchart.style.markers.Cross;
import org.knowm.xchart.style.markers.Diamond;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.knowm.xchart.style.markers.Square;
import org.knowm.xchart.style.markers.TriangleDown;
import org.knowm.xchart.style.markers.TriangleUp;

/** Curves and points over a number. */
record XyPlot(Axis x, Axis y, List<Series> series) {
  static final int WIDTH = 440;
  static final int HEIGHT = 290;

  /** About, without the axis. */
  private static final double PLOT_WIDTH = 370;

  private static final double MARGIN = 0.06;
  private static final List<Marker> MARKERS =
      List.of(
          new Circle(),
          new Square(),
          new TriangleUp(),
          new Diamond(),
          new TriangleDown(),
          new Cross());

  /** How the points of a series are shown. */
  enum Style {
    LINE,
    LINE_AND_POINTS,
    POINTS,
    REFERENCE
  }

  /**
   * A finite point.
   *
   * @param spread half the height of the band around it; 0 for none
   */
  record Point(double x, double y, double spread) {
    Point(double x, double y) {
      this(x, y, 0);
    }

    double low() {
      return y - spread;
    }

    double high() {
      return y + spread;
    }
  }

  /** Points that belong together, in the order of their x. */
  record Series(String name, Style style, List<Point> points) {}

  /**
   * An axis.
   *
   * @param low smallest value; NaN for that of the points
   * @param high largest value; NaN for that of the points
   * @param label of a tick at a whole number; null for the number itself at any
   */
  record Axis(String title, double low, double high, @Nullable DoubleFunction<String> label) {
    static Axis of(String title) {
      return new Axis(title, Double.NaN, Double.NaN, null);
    }

    static Axis of(String title, double low, double high) {
      return new Axis(title, low, high, null);
    }

    /** With a margin, since marks at the edge would be cut; of one value, room around it. */
    private Axis around(DoubleStream values) {
      if (!Double.isNaN(low)) {
        return this;
      }
      var statistics = values.summaryStatistics();
      double from = statistics.getCount() == 0 ? 0 : statistics.getMin();
      double to = statistics.getCount() == 0 ? 1 : statistics.getMax();
      double margin = MARGIN * (to > from ? to - from : Math.max(1, Math.abs(to)));
      return new Axis(title, from - margin, to + margin, label);
    }
  }

  XyPlot {
    series = List.copyOf(series);
  }

  Drawing draw() {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .xAxisTitle(x.title)
            .yAxisTitle(y.title)
            .build();
    Drawing.style(chart.getStyler());
    Axis across = x.around(values(Point::x));
    Axis up = y.around(DoubleStream.concat(values(Point::low), values(Point::high)));
    chart.getStyler().setXAxisMin(across.low).setXAxisMax(across.high);
    chart.getStyler().setYAxisMin(up.low).setYAxisMax(up.high);
    DoubleFunction<String> label = x.label;
    if (label != null) {
      // Labels are of whole numbers: by three quarters of one, the library takes the next step, 1.
      double whole = PLOT_WIDTH / (across.high - across.low);
      chart.getStyler().setXAxisTickMarkSpacingHint((int) Math.max(1, 0.75 * whole));
      chart.setCustomXAxisTickLabelsFormatter(label::apply);
    }
    for (int i = 0; i < series.size(); i++) {
      addBand(chart, series.get(i), i);
    }
    for (int i = 0; i < series.size(); i++) {
      add(chart, series.get(i), i);
    }
    return Drawing.of(chart);
  }

  private DoubleStream values(ToDoubleFunction<Point> value) {
    return series.stream().flatMap(s -> s.points.stream()).mapToDouble(value);
  }

  private static void addBand(XYChart chart, Series series, int index) {
    List<Point> points = series.points;
    if (points.size() < 2 || points.stream().allMatch(p -> p.spread == 0)) {
      return;
    }
    List<Point> outline = new ArrayList<>();
    points.forEach(p -> outline.add(new Point(p.x, p.high())));
    for (int i = points.size() - 1; i >= 0; i--) {
      outline.add(new Point(points.get(i).x, points.get(i).low()));
    }
    XYSeries area = add(chart, "band " + index, outline);
    area.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.PolygonArea);
    area.setFillColor(Ink.band(index));
    area.setLineColor(Ink.NOTHING);
    area.setMarker(SeriesMarkers.NONE);
  }

  private static void add(XYChart chart, Series series, int index) {
    if (series.points.isEmpty()) {
      return;
    }
    XYSeries added = add(chart, "series " + index, series.points);
    boolean reference = series.style == Style.REFERENCE;
    added.setLineColor(reference ? Ink.GRID : Ink.series(index));
    added.setLineStyle(reference || index >= MARKERS.size() ? dashed() : solid());
    // A line of one point would not be seen.
    boolean marked =
        series.style == Style.POINTS
            || series.style == Style.LINE_AND_POINTS
            || series.points.size() == 1;
    added.setMarker(marked ? MARKERS.get(index % MARKERS.size()) : SeriesMarkers.NONE);
    added.setMarkerColor(Ink.series(index));
    if (series.style == Style.POINTS) {
      added.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
    }
  }

  private static XYSeries add(XYChart chart, String name, List<Point> points) {
    return chart.addSeries(
        name,
        points.stream().mapToDouble(Point::x).toArray(),
        points.stream().mapToDouble(Point::y).toArray());
  }

  private static BasicStroke solid() {
    return new BasicStroke(2, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND);
  }

  private static BasicStroke dashed() {
    return new BasicStroke(
        2, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {5, 4}, 0);
  }
}

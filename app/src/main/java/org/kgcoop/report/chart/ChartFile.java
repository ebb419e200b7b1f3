package org.kgcoop.report.chart;

import java.util.List;
import org.kgcoop.report.chart.Svg.Anchor;

/**
 * A chart as an independent SVG file, with the legend above the chart and an embedded style sheet.
 *
 * @param title the title for readers of a screen reader
 * @param legend the names of the series by color, with "" for a series that is not drawn
 */
public record ChartFile(String title, Drawing drawing, List<String> legend) {
  private static final int EDGE = 14;
  private static final int LINE = 22;
  private static final int SQUARE = 10;
  private static final int SPACE = 16;

  public ChartFile {
    legend = List.copyOf(legend);
  }

  /**
   * Returns the content of the file.
   *
   * @param style the style sheet of charts
   */
  public String svg(String style) {
    Svg names = new Svg();
    double x = EDGE;
    double y = EDGE;
    for (int i = 0; i < legend.size(); i++) {
      String name = legend.get(i);
      if (name.isEmpty()) {
        continue;
      }
      double end = x + SQUARE + Frame.GAP + Svg.width(name);
      if (end > drawing.width() - EDGE && x > EDGE) {
        end += EDGE - x;
        x = EDGE;
        y += LINE;
      }
      double right = x + SQUARE;
      names.area(Svg.series(i), x, y, right, y, right, y + SQUARE, x, y + SQUARE);
      names.text(name, right + Frame.GAP, y + SQUARE, Anchor.START);
      x = end + SPACE;
    }
    int above = legend.isEmpty() ? 0 : (int) y + LINE;
    Drawing whole =
        names.drawing(drawing.width(), drawing.height() + above); // total size of legend and chart
    return """
        <svg xmlns="http://www.w3.org/2000/svg" class="drawing" role="img" viewBox="%s" width="%s" height="%s">
        <title>%s</title>
        <style>
        %s</style>
        <rect class="paper" width="100%%" height="100%%"/>
        %s
        <g transform="translate(0 %s)">%s</g>
        </svg>
        """
        .formatted(
            whole.viewBox(),
            whole.width(),
            whole.height(),
            Svg.escaped(title),
            style,
            whole.content(),
            10 * above,
            drawing.content());
  }
}

package org.kgcoop.report;

import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import java.awt.BasicStroke;
import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.awt.font.TextLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;

/**
 * A chart of the plotting library as the content of an {@code svg} element. Texts become outlines
 * in a font of this machine; where it has none, the drawing is empty and the page shows the numbers
 * alone.
 *
 * @param width in pixels
 * @param height in pixels
 */
record Drawing(int width, int height, String content) {
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
  private static final int LONGEST_LABEL = 16;

  boolean isEmpty() {
    return content.isEmpty();
  }

  String viewBox() {
    return SvgWriter.viewBox(width, height);
  }

  /** Draws a chart that was styled by {@link #style}. */
  static Drawing of(Chart<?, ?> chart) {
    if (!hasFonts()) {
      return new Drawing(0, 0, "");
    }
    VectorGraphics2D surface = new VectorGraphics2D();
    chart.paint(surface, chart.getWidth(), chart.getHeight());
    return new Drawing(chart.getWidth(), chart.getHeight(), SvgWriter.content(surface));
  }

  /** A minimal system has Java but no font, and says so by errors of several kinds. */
  private static boolean hasFonts() {
    try {
      return new TextLayout("0", FONT, new FontRenderContext(null, true, true)).getAdvance() > 0;
    } catch (RuntimeException | Error e) {
      return false;
    }
  }

  /** Without what the page shows beside the chart: title, legend and ground. */
  static void style(AxesChartStyler styler) {
    styler.setLocale(Locale.ROOT).setDecimalPattern("#.####");
    styler.setBaseFont(FONT).setChartFontColor(Ink.TEXT).setChartPadding(4);
    styler.setChartBackgroundColor(Ink.NOTHING).setPlotBackgroundColor(Ink.NOTHING);
    styler.setPlotBorderVisible(false).setPlotBorderColor(Ink.NOTHING);
    styler.setChartTitleVisible(false).setLegendVisible(false).setMarkerSize(7);
    styler.setAxisTitleFont(FONT).setAxisTickLabelsFont(FONT).setAxisTickLabelsColor(Ink.TEXT);
    styler.setAxisTickMarksColor(Ink.GRID).setPlotGridLinesColor(Ink.GRID);
    styler.setPlotGridLinesStroke(new BasicStroke(0.6f)).setAxisTickMarksStroke(new BasicStroke(1));
    styler.setXAxisTickMarkSpacingHint(60).setYAxisTickMarkSpacingHint(36);
    styler.setPlotMargin(0).setPlotTicksMarksVisible(false);
  }

  /** Names short enough for an axis, and different ones: the library takes them for keys. */
  static List<String> labels(List<String> names) {
    List<String> labels = new ArrayList<>();
    for (String name : names) {
      String label =
          name.length() <= LONGEST_LABEL ? name : name.substring(0, LONGEST_LABEL - 1) + "…";
      while (labels.contains(label)) {
        label += " ";
      }
      labels.add(label);
    }
    return labels;
  }
}

package org.kgcoop.report.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.kgcoop.report.chart.XyPlot.Axis;
import org.kgcoop.report.chart.XyPlot.Point;
import org.kgcoop.report.chart.XyPlot.Series;
import org.kgcoop.report.chart.XyPlot.Style;

class ChartsTest {
  private static Document parsed(Drawing drawing) {
    return Jsoup.parse("<svg viewBox=\"" + drawing.viewBox() + "\">" + drawing.content());
  }

  private static List<String> ticks(double low, double high, double least) {
    return new Scale(low, high, 0, 200).ticks(40, least).stream().map(Scale::text).toList();
  }

  private static Series series(Style style, Point... points) {
    return new Series("any", style, List.of(points));
  }

  @Test
  void ticksAreRoundNumbersThatStartInsideTheAxis() {
    assertThat(ticks(0, 100, 0)).containsExactly("0", "20", "40", "60", "80", "100");
    assertThat(ticks(-0.07, 1.1, 0)).containsExactly("0", "0.5", "1.0");
    assertThat(ticks(1.9e-5, 8.1e-5, 0))
        .containsExactly("0.00002", "0.00004", "0.00006", "0.00008");
    assertThat(ticks(9.4e-6, 1.06e-5, 0)).containsExactly("9.5E-6", "1E-5", "1.05E-5");
    assertThat(ticks(-2e9, 2e9, 0)).containsExactly("-2E9", "-1E9", "0", "1E9", "2E9");
    assertThat(ticks(93.2, 94.1, 0)).containsExactly("93.2", "93.4", "93.6", "93.8", "94.0");
    assertThat(ticks(0.8, 3.2, 1)).containsExactly("1", "2", "3");
  }

  @Test
  void epochsHaveWholeNumbers() {
    Series loss = series(Style.LINE, new Point(1, 0.5), new Point(2, 0.25));

    Document drawn = parsed(new XyPlot(Axis.of("epoch"), Axis.of("loss"), List.of(loss)).draw());

    assertThat(drawn.select("text").eachText())
        .contains("epoch", "loss", "0.30", "0.50", "1", "2")
        .doesNotContain("1.5");
  }

  @Test
  void coordinatesAreTenthsOfAPixelAndShapesOfAKindOnePath() {
    Svg svg = new Svg();
    svg.line("s1", 1, 2.04, 3.16, 0);
    svg.area("s2", 0, 0, 1, 0, 1, 1);
    svg.line("s1", 5, 5, 6, 6);
    Drawing drawing = svg.drawing(10, 20);

    assertThat(drawing.viewBox()).isEqualTo("0 0 100 200");
    assertThat(drawing.content())
        .isEqualTo(
            "<path class=\"k s1\" d=\"M10 20l22-20M50 50l10 10\"/>"
                + "<path class=\"f s2\" d=\"M0 0l10 0l0 10z\"/>");
  }

  @Test
  void bandsReferencesAndMarksHaveClassesOfTheirOwn() {
    Series curve = series(Style.LINE_AND_POINTS, new Point(0, 0.4, 0.1), new Point(1, 0.6, 0.1));
    Series ideal = series(Style.REFERENCE, new Point(0, 0), new Point(1, 1));

    Document drawn =
        parsed(new XyPlot(Axis.of("x", 0, 1), Axis.of("y", 0, 1), List.of(curve, ideal)).draw());

    assertThat(drawn.select("path").eachAttr("class"))
        .containsExactly("k grid", "f band s0", "k s0", "f s0", "k reference dashes");
  }

  @Test
  void oneValueAloneHasRoomAroundIt() {
    Series point = series(Style.LINE, new Point(3, 0));

    Document drawn = parsed(new XyPlot(Axis.of("x"), Axis.of("y"), List.of(point)).draw());

    assertThat(drawn.select("path.s0")).hasSize(1);
    assertThat(drawn.html()).doesNotContain("NaN", "Infinity");
  }

  @Test
  void namesOnAxesAreTextAndShortened() {
    String name = "<b> & a long name of a data set";

    Document drawn =
        parsed(new BarPlot("percent", List.of(name, "b"), List.of(List.of(50.0, 0.0))).draw());

    assertThat(drawn.select("b")).isEmpty();
    assertThat(drawn.select("text").eachText()).contains("<b> & a long na…", "b", "percent");
  }

  @Test
  void aBarWithoutAValueIsLeftOutAndColorsKeepTheirPlaces() {
    BarPlot plot =
        new BarPlot(
            "percent",
            List.of("base", "new"),
            List.of(List.of(50.0, Double.NaN), List.of(), List.of(10.0, 20.0)));

    Document drawn = parsed(plot.draw());

    assertThat(drawn.select("path.s0").attr("d").chars().filter(c -> c == 'z')).hasSize(1);
    assertThat(drawn.select("path.s1")).isEmpty();
    assertThat(drawn.select("path.s2").attr("d").chars().filter(c -> c == 'z')).hasSize(2);
  }

  @Test
  void manyBarsWidenAChartAndTurnItsNames() {
    List<String> names = Collections.nCopies(30, "a data set");
    List<Double> bars = Collections.nCopies(30, 75.0);

    Drawing drawing = new BarPlot("percent", names, List.of(bars, bars)).draw();

    assertThat(drawing.width()).isEqualTo(920);
    assertThat(parsed(drawing).select("text[transform^=rotate(-40]")).hasSize(30);
    assertThat(drawing.content()).hasSizeLessThan(10_000);
  }
}

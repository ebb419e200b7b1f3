package org.kgcoop.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.kgcoop.report.chart.BarPlot;

class PageHtmlTest {
  private static final String HOSTILE = "\"><script>alert('1')</script>&<i title=\"x";

  private static final ReportTable TABLE =
      new ReportTable(
          HOSTILE,
          HOSTILE,
          List.of(
              new ReportTable.Column(
                  HOSTILE, true, List.of(new ReportTable.Figure(HOSTILE, HOSTILE, true)))),
          List.of(
              new ReportTable.Row(
                  HOSTILE, HOSTILE, List.of(new ReportTable.Figure(HOSTILE, HOSTILE, true)))));

  @Test
  void everyTextOfEveryBlockIsEscaped() {
    Block.Chart chart =
        new Block.Chart(
            HOSTILE,
            new BarPlot(HOSTILE, List.of(HOSTILE), List.of(List.of(1.0))).draw(),
            List.of(HOSTILE),
            TABLE);
    List<Block> blocks =
        List.of(
            new Block.Words(HOSTILE),
            new Block.KeyNumber(HOSTILE, HOSTILE),
            new Block.Folded(HOSTILE, TABLE),
            new Block.Heading(HOSTILE),
            new Block.Subheading(HOSTILE),
            chart,
            new Block.Charts(List.of(chart)),
            new Block.Figures(TABLE),
            new Block.Entries(List.of(new Block.Entry(HOSTILE, HOSTILE)), true),
            new Block.Gallery(List.of(new Block.Image(HOSTILE, HOSTILE, HOSTILE))));
    assertThat(blocks)
        .extracting(Object::getClass)
        .as("each kind of block")
        .hasSameSizeAs(Block.class.getPermittedSubclasses());

    Document page =
        Jsoup.parse(
            PageHtml.of(
                new Page(HOSTILE, HOSTILE, List.of(new Section(HOSTILE, HOSTILE, blocks))),
                "p > a { color: red }",
                "default-src 'none'"));

    assertThat(page.select("script, i, [title=x]")).isEmpty();
    assertThat(page.title()).isEqualTo(HOSTILE);
    assertThat(page.select("h3, h4, dt, dd, td strong, figure > figcaption").eachText())
        .allMatch(HOSTILE::equals)
        .hasSizeGreaterThan(10);
    assertThat(page.expectFirst("img").attr("src")).isEqualTo(HOSTILE);
    assertThat(page.expectFirst("[role=group]").attr("aria-label")).isEqualTo(HOSTILE);
    assertThat(page.expectFirst("style").data()).isEqualTo("p > a { color: red }");
  }
}

package org.kgcoop.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.kgcoop.report.chart.BarPlot;

class SectionTest {
  private static final String HOSTILE = "\"><script>alert('1')</script>&<i title=\"x";

  @Test
  void everyTextOfEveryPartIsEscaped() {
    ReportTable.Figure figure = new ReportTable.Figure(HOSTILE, HOSTILE, true);
    ReportTable<String> table =
        new ReportTable<>(HOSTILE, HOSTILE, List.of(HOSTILE), name -> name)
            .notes(name -> name)
            .columns(List.of(new ReportTable.Column(HOSTILE, true, List.of(figure))));
    BarPlot bars = new BarPlot(HOSTILE, List.of(HOSTILE), List.of(List.of(1.0)));
    Section section = new Section(HOSTILE, HOSTILE);
    section.words(HOSTILE);
    section.leftOut(1, HOSTILE);
    section.keyNumber(HOSTILE, HOSTILE);
    section.folded(HOSTILE, table);
    section.heading(HOSTILE);
    section.subheading(HOSTILE);
    section.charts(List.of(new Section.Chart(HOSTILE, bars.draw(), List.of(HOSTILE), table)));
    section.table(table);
    section.entries(true, new Section.Entry(HOSTILE, HOSTILE));
    section.gallery(List.of(new Section.Image(HOSTILE, HOSTILE, HOSTILE)));
    Section whole = new Section(HOSTILE, HOSTILE);
    whole.part(section);

    Document page =
        Jsoup.parse(new Page(HOSTILE, HOSTILE, List.of(section, whole), List.of()).html());

    assertThat(page.select("script, i, [title=x]")).isEmpty();
    assertThat(page.title()).isEqualTo(HOSTILE);
    assertThat(page.select("h3, h4, dt, dd, td strong, figure > figcaption").eachText())
        .allMatch(HOSTILE::equals)
        .hasSizeGreaterThan(15);
    assertThat(page.expectFirst("img").attr("src")).isEqualTo(HOSTILE);
    assertThat(page.expectFirst("[role=group]").attr("aria-label")).isEqualTo(HOSTILE);
    assertThat(page.expectFirst("style").data()).contains(" > ");
  }
}

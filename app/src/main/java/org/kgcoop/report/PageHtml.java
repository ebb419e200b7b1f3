package org.kgcoop.report;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.List;
import org.jsoup.nodes.DataNode;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.DocumentType;
import org.jsoup.nodes.Element;
import org.kgcoop.report.chart.Drawing;

/**
 * The HTML elements of a page. Texts and attributes are escaped when they are written. Only the
 * style sheet and the drawings, which are made here, are inserted as they are.
 */
final class PageHtml {
  private static final int WIDE_DRAWING = 480;
  private static final int MANY_COLUMNS = 6;
  private static final int LONG_TEXT = 60;

  private PageHtml() {}

  /**
   * Returns the page.
   *
   * @param policy the content security policy, which allows the style sheet by its digest
   */
  static String of(Page page, String style, String policy) {
    Document document = new Document("");
    document.outputSettings().prettyPrint(false);
    document.appendChild(new DocumentType("html", "", ""));
    Element html = add(document, "html", "lang", "en");
    Element head = add(html, "head");
    add(head, "meta", "charset", "utf-8");
    add(head, "meta", "http-equiv", "Content-Security-Policy", "content", policy);
    add(head, "meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    add(head, "meta", "name", "color-scheme", "content", "light dark");
    add(head, "meta", "name", "referrer", "content", "no-referrer");
    add(head, "title").text(page.title());
    add(head, "link", "rel", "icon", "href", "data:,");
    add(head, "style").appendChild(new DataNode(style));
    Element body = add(html, "body");
    add(body, "a", "class", "skip", "href", "#content").text("Skip to the results");
    Element header = add(body, "header");
    add(header, "h1").text(page.title());
    add(header, "p").text(page.summary());
    Element links = add(add(header, "nav", "aria-label", "Sections"), "ul");
    Element main = add(body, "main", "id", "content", "tabindex", "-1");
    for (Section each : page.sections()) {
      add(links, "li").appendElement("a").attr("href", "#" + each.id()).text(each.heading());
      String heading = each.id() + "-heading";
      Element section = add(main, "section", "id", each.id(), "aria-labelledby", heading);
      add(section, "h2", "id", heading).text(each.heading());
      each.blocks().forEach(block -> add(section, block));
    }
    return document.outerHtml() + "\n";
  }

  /** Adds an element on a line of its own, with pairs of names and values as attributes. */
  @CanIgnoreReturnValue
  private static Element add(Element parent, String tag, String... attributes) {
    Element element = parent.appendText("\n").appendElement(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      element.attributes().put(attributes[i], attributes[i + 1]); // keeps capitals, as in viewBox
    }
    return element;
  }

  private static void add(Element parent, Block block) {
    if (block instanceof Block.Words words) {
      add(parent, "p", "class", "key").text(words.text());
    } else if (block instanceof Block.Heading heading) {
      add(parent, "h3").text(heading.text());
    } else if (block instanceof Block.Subheading heading) {
      add(parent, "h4").text(heading.text());
    } else if (block instanceof Block.KeyNumber key) {
      Element line = add(parent, "p", "class", "key-number");
      line.appendElement("b").text(key.number());
      line.appendText(" " + key.text());
    } else if (block instanceof Block.Folded folded) {
      addFolded(parent, folded.summary(), folded.grid());
    } else if (block instanceof Block.Figures figures) {
      add(parent, figures.grid());
    } else if (block instanceof Block.Charts charts) {
      Element group = add(parent, "div", "class", "charts");
      charts.charts().forEach(chart -> add(group, chart));
    } else if (block instanceof Block.Chart chart) {
      add(parent, chart);
    } else if (block instanceof Block.Entries entries) {
      add(parent, entries);
    } else if (block instanceof Block.Gallery gallery) {
      add(parent, gallery);
    }
  }

  private static void add(Element parent, Block.Entries entries) {
    Element list = add(parent, "dl", "class", entries.narrow() ? "run" : "notes");
    for (Block.Entry entry : entries.entries()) {
      Element line = add(list, "div");
      if (entry.text().length() > LONG_TEXT) {
        line.addClass("long");
      }
      line.appendElement("dt").text(entry.term());
      line.appendElement("dd").text(entry.text());
    }
  }

  private static void add(Element parent, Block.Gallery gallery) {
    Element list = add(parent, "ul", "class", "gallery");
    for (Block.Image image : gallery.images()) {
      Element figure = add(list, "li").appendElement("figure");
      figure
          .appendElement("img")
          .attr("src", image.source())
          .attr("alt", image.name())
          .attr("title", image.name());
      figure.appendElement("figcaption").text(image.caption());
    }
  }

  private static void add(Element parent, Block.Chart chart) {
    Drawing drawing = chart.drawing();
    boolean isWide = drawing.width() > WIDE_DRAWING;
    Element figure = add(parent, "figure", "class", isWide ? "chart wide" : "chart");
    add(figure, "figcaption").text(chart.caption());
    if (!chart.legend().isEmpty()) {
      addLegend(figure, chart.legend());
    }
    Element scroll = add(figure, "div", "class", "scroll");
    if (isWide) {
      scroll.attr("tabindex", "0");
    }
    Element svg =
        add(scroll, "svg", "class", "drawing", "role", "img", "viewBox", drawing.viewBox())
            .attr("width", "" + drawing.width())
            .attr("height", "" + drawing.height());
    add(svg, "title").text(chart.caption());
    svg.appendChild(new DataNode(drawing.content()));
    addFolded(figure, "Numbers", chart.numbers());
  }

  private static void addLegend(Element figure, List<String> names) {
    Element list = add(figure, "ul", "class", "legend");
    for (int i = 0; i < names.size(); i++) {
      if (!names.get(i).isEmpty()) {
        Element entry = add(list, "li");
        Element box = add(entry, "svg", "class", "s" + i, "viewBox", "0 0 10 10", "width", "10");
        box.attr("height", "10").attr("aria-hidden", "true");
        add(box, "rect", "class", "f", "width", "10", "height", "10");
        entry.appendText(" " + names.get(i));
      }
    }
  }

  private static void addFolded(Element parent, String summary, ReportTable grid) {
    Element details = add(parent, "details");
    details.appendElement("summary").text(summary);
    add(details, grid);
  }

  private static void add(Element parent, ReportTable grid) {
    Element group = add(parent, "div", "class", "scroll", "role", "group");
    Element table = add(group.attr("aria-label", grid.label()).attr("tabindex", "0"), "table");
    if (grid.columns().size() > MANY_COLUMNS) {
      table.addClass("many");
    }
    Element head = add(add(table, "thead"), "tr");
    add(head, "th", "scope", "col").text(grid.corner());
    for (ReportTable.Column column : grid.columns()) {
      add(head, "th", "scope", "col", "class", style(column)).text(column.title());
    }
    Element body = add(table, "tbody");
    for (ReportTable.Row row : grid.rows()) {
      Element line = add(body, "tr");
      Element name = add(line, "th", "scope", "row").text(row.name());
      if (!row.note().isEmpty()) {
        name.appendText(" ").appendElement("span").addClass("note").text(row.note());
      }
      for (int i = 0; i < row.figures().size(); i++) {
        add(add(line, "td", "class", style(grid.columns().get(i))), row.figures().get(i));
      }
    }
    if (grid.rows().isEmpty()) {
      String columns = "" + (grid.columns().size() + 1);
      add(body, "tr").appendElement("td").attr("colspan", columns).text("no results");
    }
  }

  private static String style(ReportTable.Column column) {
    return column.numeric() ? "number" : "words";
  }

  private static void add(Element cell, ReportTable.Figure figure) {
    if (figure.best()) {
      Element star = cell.appendElement("span").addClass("star").text("★");
      star.attr("role", "img").attr("aria-label", "best");
      cell.appendText(" ").appendElement("strong").text(figure.text());
    } else {
      cell.text(figure.text());
    }
    if (!figure.deviation().isEmpty()) {
      cell.appendElement("span").addClass("deviation").text(" ± " + figure.deviation());
    }
  }
}

package org.kgcoop.report;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jsoup.nodes.DataNode;
import org.jsoup.nodes.Element;
import org.kgcoop.report.chart.Drawing;

/**
 * A section of the page, as HTML. Texts and attributes are escaped when they are written. Only
 * drawings, which are made here, are inserted as they are. Empty texts and lists add nothing.
 */
final class Section {
  private static final int WIDE_DRAWING = 480;
  private static final int MANY_COLUMNS = 6;
  private static final int LONG_TEXT = 60;

  final String id;
  final String heading;
  final Element content = new Element("section");

  /** The tables, also those of charts. */
  final List<ReportTable<?>> tables = new ArrayList<>();

  /**
   * A chart.
   *
   * @param caption the content in one sentence
   * @param legend the names of the series by color, with "" for a series that is not drawn; empty
   *     if the chart needs no legend
   * @param numbers the same content as a table, for readers of a screen reader
   */
  record Chart(String caption, Drawing drawing, List<String> legend, ReportTable<?> numbers) {}

  /** A term and its description. */
  record Entry(String term, String text) {}

  /**
   * A thumbnail.
   *
   * @param source the image as a data URI; empty if it cannot be read
   * @param name the name of the image in its data set
   */
  record Image(String source, String name, String caption) {}

  /**
   * Starts an empty section.
   *
   * @param id the anchor
   */
  Section(String id, String heading) {
    this.id = id;
    this.heading = heading;
  }

  boolean isEmpty() {
    return content.childrenSize() == 0;
  }

  /** Adds an element on a line of its own, with pairs of names and values as attributes. */
  @CanIgnoreReturnValue
  static Element add(Element parent, String tag, String... attributes) {
    Element element = parent.appendText("\n").appendElement(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      element.attributes().put(attributes[i], attributes[i + 1]); // keeps capitals, as in viewBox
    }
    return element;
  }

  /** Adds the content of another section below its heading, if there is any. */
  void part(Section part) {
    if (!part.isEmpty()) {
      heading(part.heading);
      content.appendChildren(part.content.childNodesCopy());
      tables.addAll(part.tables);
    }
  }

  /** Adds a paragraph. */
  void words(String text) {
    if (!text.isEmpty()) {
      add(content, "p", "class", "key").text(text);
    }
  }

  /** Adds the most important sentence of a page. */
  void lead(String text) {
    add(content, "p", "class", "lead").text(text);
  }

  /** Adds a sentence about how many are left out, if there are any. */
  void leftOut(int count, String what) {
    words(count > 0 ? "Left out: " + what.formatted(count) : "");
  }

  /** Adds the most important number of a page, and what it means. */
  void keyNumber(String number, String text) {
    Element line = add(content, "p", "class", "key-number");
    line.appendElement("b").text(number);
    line.appendText(" " + text);
  }

  void heading(String text) {
    add(content, "h3").text(text);
  }

  /** Adds a heading one level below {@link #heading}. */
  void subheading(String text) {
    add(content, "h4").text(text);
  }

  /** Adds a list of terms with their descriptions. A term without one is left out. */
  void entries(boolean narrow, Entry... entries) {
    List<Entry> known = Stream.of(entries).filter(entry -> !entry.text().isEmpty()).toList();
    if (known.isEmpty()) {
      return;
    }
    Element list = add(content, "dl", "class", narrow ? "run" : "notes");
    for (Entry entry : known) {
      Element line = add(list, "div");
      if (entry.text().length() > LONG_TEXT) {
        line.addClass("long");
      }
      line.appendElement("dt").text(entry.term());
      line.appendElement("dd").text(entry.text());
    }
  }

  void gallery(List<Image> images) {
    if (images.isEmpty()) {
      return;
    }
    Element list = add(content, "ul", "class", "gallery");
    for (Image image : images) {
      Element figure = add(list, "li").appendElement("figure");
      if (!image.source().isEmpty()) {
        figure
            .appendElement("img")
            .attr("src", image.source())
            .attr("alt", image.name())
            .attr("title", image.name());
      }
      figure.appendElement("figcaption").text(image.caption());
    }
  }

  /** Adds charts that a wide window shows next to each other. */
  void charts(List<Chart> charts) {
    if (!charts.isEmpty()) {
      Element group = add(content, "div", "class", "charts");
      charts.forEach(chart -> add(group, chart));
    }
  }

  private void add(Element parent, Chart chart) {
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
    folded(figure, "Numbers", chart.numbers());
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

  /** Adds a table that is shown after a click on its summary. */
  void folded(String summary, ReportTable<?> table) {
    folded(content, summary, table);
  }

  private void folded(Element parent, String summary, ReportTable<?> table) {
    Element details = add(parent, "details");
    details.appendElement("summary").text(summary);
    add(details, table);
  }

  void table(ReportTable<?> table) {
    add(content, table);
  }

  private void add(Element parent, ReportTable<?> shown) {
    tables.add(shown);
    Element group = add(parent, "div", "class", "scroll", "role", "group");
    Element table = add(group.attr("aria-label", shown.label).attr("tabindex", "0"), "table");
    if (shown.columns.size() > MANY_COLUMNS) {
      table.addClass("many");
    }
    Element head = add(add(table, "thead"), "tr");
    add(head, "th", "scope", "col").text(shown.corner);
    for (ReportTable.Column column : shown.columns) {
      add(head, "th", "scope", "col", "class", style(column)).text(column.title());
    }
    Element body = add(table, "tbody");
    for (int row = 0; row < shown.names.size(); row++) {
      Element line = add(body, "tr");
      Element name = add(line, "th", "scope", "row").text(shown.names.get(row));
      if (!shown.notes.get(row).isEmpty()) {
        name.appendText(" ").appendElement("span").addClass("note").text(shown.notes.get(row));
      }
      for (ReportTable.Column column : shown.columns) {
        add(add(line, "td", "class", style(column)), column.figures().get(row));
      }
    }
    if (shown.names.isEmpty()) {
      String columns = "" + (shown.columns.size() + 1);
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

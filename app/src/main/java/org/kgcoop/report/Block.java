package org.kgcoop.report;

import java.util.List;
import org.kgcoop.report.chart.Drawing;

/** A part of a section. */
sealed interface Block {

  /** Returns the tables of the block. */
  default List<ReportTable> grids() {
    return List.of();
  }

  /** A paragraph. */
  record Words(String text) implements Block {}

  /** The most important number of a page, and what it means. */
  record KeyNumber(String number, String text) implements Block {}

  /** A table that is shown after a click on its summary. */
  record Folded(String summary, ReportTable grid) implements Block {}

  /** A heading above other blocks. */
  record Heading(String text) implements Block {}

  /** A heading one level below {@link Heading}. */
  record Subheading(String text) implements Block {}

  /**
   * A chart.
   *
   * @param caption the content in one sentence
   * @param legend the names of the series by color, with "" for a series that is not drawn; empty
   *     if the chart needs no legend
   * @param numbers the same content as a table, for readers of a screen reader
   */
  record Chart(String caption, Drawing drawing, List<String> legend, ReportTable numbers)
      implements Block {
    @Override
    public List<ReportTable> grids() {
      return List.of(numbers);
    }
  }

  /** Charts that a wide window shows next to each other. */
  record Charts(List<Chart> charts) implements Block {
    @Override
    public List<ReportTable> grids() {
      return charts.stream().map(Chart::numbers).toList();
    }
  }

  /** A table. */
  record Figures(ReportTable grid) implements Block {
    @Override
    public List<ReportTable> grids() {
      return List.of(grid);
    }
  }

  /** A list of terms with their descriptions. */
  record Entries(List<Entry> entries, boolean narrow) implements Block {}

  /** A term and its description. */
  record Entry(String term, String text) {}

  /** A group of images. */
  record Gallery(List<Image> images) implements Block {}

  /**
   * A thumbnail.
   *
   * @param source the image as a data URI
   * @param name the name of the image in its data set
   */
  record Image(String source, String name, String caption) {}
}
